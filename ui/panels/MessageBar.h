#pragma once

// A line above the pages that says what happened and offers what to do next, without blocking anything. Details (what
// was refused, and why) unfold below. A new message replaces the old one; × or Esc, wherever the focus is, closes it.

#include <QFrame>

#include <QStringList>

#include <functional>
#include <vector>

class QHBoxLayout;
class QLabel;
class QPlainTextEdit;
class QShortcut;
class QToolButton;

namespace hourglass {

class StatusLabel;

class MessageBar : public QFrame {
    Q_OBJECT

public:
    enum class Kind { Information, Warning, Error };
    struct Choice {
        QString text;
        std::function<void()> act; // the bar closes first
    };

    struct Message {
        Kind kind = Kind::Information;
        QString text;
        std::vector<Choice> choices = {};
        QStringList details = {};
        bool isAboutRun = false; // worth nothing once another run is in hand, or this one goes on
    };

    explicit MessageBar(QWidget* parent = nullptr);

    void show(const Message& message);
    void dismiss();
    // Takes away what only informs: the person has gone on.
    void dismissInformation();
    void dismissAboutRun();
    QString text() const;
    QString details() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyPalette();

    Kind m_kind = Kind::Information;
    bool m_isAboutRun = false;
    QShortcut* m_escape;
    QLabel* m_icon;
    StatusLabel* m_text;
    QHBoxLayout* m_choices;
    QToolButton* m_close;
    QPlainTextEdit* m_details;
};

} // namespace hourglass
