#pragma once

// One quiet line with what the coach says, a button that changes the experiment so, and a way to send it away (× or,
// with nothing else to leave, Esc). Once its advice is taken it says what Run will do, and how to take it back.

#include <QFrame>

#include "ui/bridge/CoachService.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace hourglass {

class CoachLine : public QFrame {
    Q_OBJECT

public:
    explicit CoachLine(Workbench& workbench, QWidget* parent = nullptr);

    const CoachService& service() const { return m_service; }
    // False when there was nothing to send away.
    bool dismiss();

private:
    void refresh();
    void take();

    Workbench& m_workbench;
    CoachService m_service;
    QLabel* m_text;
    QPushButton* m_action;
    QToolButton* m_close;
    QString m_taken; // what was just changed
};

} // namespace hourglass
