#include "ui/panels/TrainingStatus.h"

#include <QHBoxLayout>
#include <QProgressBar>

#include "ui/bridge/Workbench.h"
#include "ui/models/PlainTip.h"
#include "ui/panels/Words.h"
#include "ui/widgets/StatusLabel.h"

namespace hourglass {

TrainingStatus::TrainingStatus(Workbench& workbench, QWidget* parent)
    : QWidget(parent), m_workbench(workbench), m_text(new StatusLabel(tr("Training status"), this)),
      m_progress(new QProgressBar(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 0, 0, 0);
    row->addWidget(m_text, 1);
    row->addWidget(m_progress);
    m_text->setMinimumWidth(1);
    m_progress->setAccessibleName(tr("Training progress"));
    m_progress->setFixedWidth(180);
    m_progress->setMaximumHeight(fontMetrics().height() + 2);
    connect(&workbench.document(), &ExperimentDocument::modelChanged, this, &TrainingStatus::refresh);
    connect(&workbench, &Workbench::runChanged, this, &TrainingStatus::refresh);
    connect(&workbench.controller(), &TrainingController::progressed, this, &TrainingStatus::refresh);
    connect(&workbench.controller(), &TrainingController::stateChanged, this, &TrainingStatus::refresh);
    refresh();
}

void TrainingStatus::refresh() {
    const TrainingController& controller = m_workbench.controller();
    const std::shared_ptr<const Snapshot> snapshot = controller.snapshot();
    const std::optional<RunRecord>& run = m_workbench.run();
    const bool isOfThisRun = snapshot != nullptr && run && run->folder == controller.runFolder();
    m_text->say(statusText(m_workbench, isOfThisRun ? snapshot.get() : nullptr));
    m_text->setToolTip(plainTip(m_text->text()));
    m_progress->setVisible(controller.isActive());
    // Preparing takes an unknown time; a bar that only moves says so.
    m_progress->setRange(0, controller.state() == TrainingController::State::Preparing ? 0 : 1000);
    m_progress->setValue(
        isOfThisRun && snapshot->totalSteps > 0 ? static_cast<int>(1000 * snapshot->step / snapshot->totalSteps) : 0);
}

} // namespace hourglass
