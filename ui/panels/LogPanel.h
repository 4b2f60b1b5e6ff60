#pragma once

// The bottom dock with the log of the program.

#include <QWidget>

namespace hourglass {

class LogModel;
class Workbench;

class LogPanel : public QWidget {
    Q_OBJECT

public:
    // `log` outlives the panel; what the workbench says is added to it.
    LogPanel(Workbench& workbench, LogModel& log, QWidget* parent = nullptr);

signals:
    void failed(const QString& message);
};

} // namespace hourglass
