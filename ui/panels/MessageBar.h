#pragma once

// A line above the pages that says what happened and offers what to do next, without blocking anything. Details (what
// was refused, and why) unfold below. A new message replaces the old one; Esc or × closes it.

#include <QFrame>

#include <functional>
#include <vector>

class QHBoxLayout;
class QLabel;
class QPlainTextEdit;
class QToolButton;

namespace hourglass {

class MessageBar : public QFrame {
    Q_OBJECT

public:
    enum class Kind { Information, Warning, Error };
    struct Choice {
        QString text;
        std::function<void()> act; // the bar closes first
    };

    explicit MessageBar(QWidget* parent = nullptr);

    void show(Kind kind, const QString& text, const std::vector<Choice>& choices = {}, const QStringList& details = {});
    void dismiss();
    // Takes away what only informs: the person has gone on.
    void dismissInformation();
    QString text() const;
    QString details() const;

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void applyPalette();

    Kind m_kind = Kind::Information;
    QLabel* m_icon;
    QLabel* m_text;
    QHBoxLayout* m_choices;
    QToolButton* m_close;
    QPlainTextEdit* m_details;
};

} // namespace hourglass
