#include "ui/widgets/StatusLabel.h"

#include <QAccessible>

namespace hourglass {

StatusLabel::StatusLabel(const QString& name, QWidget* parent) : QLabel(parent) {
    setAccessibleName(name);
    setTextFormat(Qt::PlainText);
}

void StatusLabel::say(const QString& text) {
    if (text == this->text())
        return;
    setText(text);
    setAccessibleDescription(text);
}

void StatusLabel::alert() {
    QAccessibleEvent announcement(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&announcement);
    emit alerted(text());
}

} // namespace hourglass
