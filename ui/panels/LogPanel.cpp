#include "ui/panels/LogPanel.h"

#include <QVBoxLayout>

#include "ui/bridge/CoreText.h"
#include "ui/bridge/Workbench.h"
#include "ui/panels/Words.h"
#include "ui/widgets/LogModel.h"
#include "ui/widgets/LogView.h"

namespace hourglass {

LogPanel::LogPanel(Workbench& workbench, LogModel& log, QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    auto* view = new LogView(&log, this);
    column->addWidget(view);
    connect(view, &LogView::failed, this, &LogPanel::failed);
    connect(&workbench, &Workbench::logged, &log, &LogModel::append);
    connect(&workbench, &Workbench::failed, &log,
            [&log](const QString& message) { log.append(LogLevel::Error, message); });
    connect(&workbench.preflight(), &PreflightService::dataOpened, &log, [&log](const OpenedDataset& opened) {
        log.append(LogLevel::Info, tr("Data: %1").arg(QString::fromStdString(opened.dataset->description())));
        for (const std::string& note : opened.report.notes)
            log.append(LogLevel::Info, coreText(note));
        for (const SkippedFile& file : opened.report.skipped)
            log.append(LogLevel::Warning,
                       tr("Skipped %1: %2").arg(QString::fromStdString(file.path), coreText(file.reason)));
    });
    connect(&workbench.preflight(), &PreflightService::dataFailed, &log,
            [&log](const QString& message) { log.append(LogLevel::Error, message); });
    connect(
        &workbench.controller(), &TrainingController::finished, &log, [&log, &workbench](const TrainingResult& result) {
            log.append(LogLevel::Info,
                       tr("%1: %2, %3 in %4")
                           .arg(workbench.runName(), countText(result.epochs, tr("1 epoch"), tr("%1 epochs")),
                                countText(result.steps, tr("1 step"), tr("%1 steps")), durationText(result.seconds)));
        });
}

} // namespace hourglass
