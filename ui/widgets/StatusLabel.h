#pragma once

// A line that says how things are, of things that people have named: names are shown as they are, whatever looks like
// HTML in them, and a screen reader finds the text, which the label's own name would hide from it.

#include <QLabel>

namespace hourglass {

class StatusLabel : public QLabel {
    Q_OBJECT

public:
    explicit StatusLabel(const QString& name, QWidget* parent = nullptr);

    void say(const QString& text);
    // What is said is read out at once, wherever the focus is.
    void alert();

signals:
    void alerted(const QString& text);
};

} // namespace hourglass
