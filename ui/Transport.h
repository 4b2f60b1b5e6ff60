#pragma once

// Run, Pause, Step epoch, Stop and Reset: actions whose text, tooltip and availability follow from the state.

#include <QObject>

class QAction;
class QMenu;
class QToolBar;
class QWidget;

namespace hourglass {

class Workbench;

class Transport : public QObject {
    Q_OBJECT

public:
    // The window owns it.
    Transport(Workbench& workbench, QWidget* window);

    void fill(QMenu* menu) const;
    void fill(QToolBar* bar) const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; // the window's palette may change

private:
    QAction* add(const QString& text, const QKeySequence& key);
    void drawIcons();
    void refresh();
    void describeRun();
    void askReset();

    Workbench& m_workbench;
    QWidget* m_window;
    QAction* m_run;
    QAction* m_pause;
    QAction* m_step;
    QAction* m_stop;
    QAction* m_reset;
};

} // namespace hourglass
