#include "ui/panels/MessageBar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QShortcut>
#include <QStyle>
#include <QToolButton>

#include "ui/widgets/StatusLabel.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent), m_escape(new QShortcut(Qt::Key_Escape, this)), m_icon(new QLabel(this)),
      m_text(new StatusLabel(tr("Message text"), this)), m_choices(new QHBoxLayout), m_close(new QToolButton(this)),
      m_details(new QPlainTextEdit(this)) {
    setAccessibleName(tr("Message"));
    setAutoFillBackground(true);
    setFrameShape(QFrame::StyledPanel);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(10, 6, 6, 6);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    column->addLayout(row);
    column->addWidget(m_details);
    row->addWidget(m_icon, 0, Qt::AlignTop);
    row->addWidget(m_text, 1);
    row->addLayout(m_choices);
    row->addWidget(m_close, 0, Qt::AlignTop);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_close->setText(QStringLiteral("×"));
    m_close->setAutoRaise(true);
    m_close->setAccessibleName(tr("Close the message"));
    m_close->setToolTip(tr("Close the message (Esc)"));
    connect(m_close, &QToolButton::clicked, this, &MessageBar::dismiss);
    connect(m_escape, &QShortcut::activated, this, &MessageBar::dismiss);
    connect(m_escape, &QShortcut::activatedAmbiguously, this, &MessageBar::dismiss); // each Esc does one thing
    m_details->setReadOnly(true);
    m_details->setTabChangesFocus(true);
    m_details->setAccessibleName(tr("Message details"));
    m_details->setFixedHeight(fontMetrics().lineSpacing() * 5);
    dismiss();
}

void MessageBar::show(const Message& message) {
    m_kind = message.kind;
    m_isAboutRun = message.isAboutRun;
    m_text->say(message.text);
    setAccessibleDescription(message.text);
    while (QLayoutItem* item = m_choices->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater(); // perhaps one of them is being clicked
        delete item;
    }
    for (const Choice& choice : message.choices) {
        auto* button = new QPushButton(choice.text, this);
        button->setAccessibleName(choice.text);
        button->setAutoDefault(true);
        connect(button, &QPushButton::clicked, this, [this, act = choice.act] {
            dismiss();
            act();
        });
        m_choices->addWidget(button);
    }
    m_details->setPlainText(message.details.join(QLatin1Char('\n')));
    m_details->setVisible(!message.details.isEmpty());
    const auto icon = m_kind == Kind::Information ? QStyle::SP_MessageBoxInformation
                      : m_kind == Kind::Warning   ? QStyle::SP_MessageBoxWarning
                                                  : QStyle::SP_MessageBoxCritical;
    m_icon->setPixmap(style()->standardIcon(icon, nullptr, this).pixmap(fontMetrics().height() + 2));
    applyPalette();
    m_escape->setEnabled(true);
    setVisible(true);
    m_text->alert(); // it appears without taking the focus
}

void MessageBar::dismiss() {
    m_escape->setEnabled(false); // a key that closes nothing belongs to whoever has the focus
    setVisible(false);
}

void MessageBar::dismissInformation() {
    if (m_kind == Kind::Information)
        dismiss();
}

void MessageBar::dismissAboutRun() {
    if (m_isAboutRun)
        dismiss();
}

QString MessageBar::text() const {
    return m_text->text();
}

QString MessageBar::details() const {
    return m_details->toPlainText();
}

void MessageBar::applyPalette() {
    const QPalette base = parentWidget() != nullptr ? parentWidget()->palette() : palette();
    const QColor tone = m_kind == Kind::Information ? theme::trainCurve(base)
                        : m_kind == Kind::Warning   ? theme::warningText(base)
                                                    : theme::errorText(base);
    QPalette mixed = base;
    mixed.setColor(QPalette::Window, theme::mix(base.color(QPalette::Window), tone, 0.13));
    if (mixed != palette())
        setPalette(mixed);
}

void MessageBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::ParentChange || event->type() == QEvent::ApplicationPaletteChange)
        applyPalette();
}

} // namespace hourglass
