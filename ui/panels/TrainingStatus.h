#pragma once

// One line for the foot of the window: which run, how far, how fast, how long still; with a bar while it trains.

#include <QWidget>

class QProgressBar;

namespace hourglass {

class StatusLabel;
class Workbench;

class TrainingStatus : public QWidget {
    Q_OBJECT

public:
    explicit TrainingStatus(Workbench& workbench, QWidget* parent = nullptr);

private:
    void refresh();

    Workbench& m_workbench;
    StatusLabel* m_text;
    QProgressBar* m_progress;
};

} // namespace hourglass
