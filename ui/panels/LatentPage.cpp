#include "ui/panels/LatentPage.h"

#include <QComboBox>
#include <QToolButton>

#include "ui/bridge/Workbench.h"
#include "ui/panels/LatentMap.h"
#include "ui/panels/LatentPaint.h"
#include "ui/panels/LatentSamplesView.h"
#include "ui/panels/LatentWander.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/Words.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/CodeScatter.h"
#include "ui/widgets/StatusLabel.h"

namespace hourglass {

namespace {

constexpr std::chrono::milliseconds kLeastPause{2000}; // between two looks at a model in training
constexpr int kPauseFactor = 4;                        // of what a look takes

} // namespace

void LatentPage::connectService() {
    connect(&m_service, &LatentService::collected, this, &LatentPage::takeCodes);
    connect(&m_service, &LatentService::failed, this, [this](const QString& message) {
        takeCodes(nullptr);
        tellProblem(message);
    });
    connect(&m_service, &LatentService::busyChanged, this, &LatentPage::showState);
    connect(&m_service, &LatentService::progressed, this, [this](const LatentProgress& progress) {
        if (progress.total > 0)
            m_work->showFraction(
                static_cast<double>(progress.done) / static_cast<double>(progress.total),
                tr("%1 samples/s · %2 left")
                    .arg(QLocale().toString(progress.samplesPerSecond, 'f', 0), durationText(progress.secondsLeft)));
    });
    connect(m_map, &LatentMap::working, this, [this](double fraction, const QString& text) {
        if (!m_work->isActive())
            m_work->begin(text);
        m_work->showFraction(fraction, text);
        showState();
    });
    connect(m_map, &LatentMap::workEnded, this, &LatentPage::showState);
    connect(m_map, &LatentMap::asked, this, &LatentPage::forgive);
    connect(m_map->scatter(), &CodeScatter::currentChanged, this, &LatentPage::forgive);
    connect(m_map->scatter(), &CodeScatter::chosenChanged, this, &LatentPage::forgive);
    connect(m_map, &LatentMap::axesChanged, this, &LatentPage::showState);
    connect(&m_analysis, &LatentAnalysis::failed, this, &LatentPage::tellProblem);
    const auto answerProbe = [this](const QString& problem) {
        if (std::exchange(m_probeProblem, problem) == problem)
            return;
        showState();
        if (!problem.isEmpty())
            m_note->alert();
    };
    connect(&m_service, &LatentService::probeFailed, this, answerProbe);
    connect(&m_service, &LatentService::decoded, this, [answerProbe] { answerProbe({}); });
    connect(&m_service, &LatentService::encoded, this, [answerProbe] { answerProbe({}); });
    connect(m_work, &WorkBar::cancelled, this, &LatentPage::cancel);
    listenTo(m_work);
}

void LatentPage::connectWorkbench() {
    TrainingController& controller = m_workbench.controller();
    connect(m_model, &ModelChooser::chosen, this, &LatentPage::collect);
    connect(&controller, &TrainingController::modelChanged, this, [this] {
        if (m_model->isAtHand())
            collect();
    });
    listenTo(m_workbench);
    connect(&controller, &TrainingController::progressed, this, &LatentPage::follow);
    connect(&controller, &TrainingController::stateChanged, this, [this] { m_followed = -1; });
    connect(&controller, &TrainingController::datasetOpened, this, &LatentPage::dataChanged);
    connect(&m_workbench.preflight(), &PreflightService::dataOpened, this, &LatentPage::dataChanged);
}

std::shared_ptr<const Dataset> LatentPage::experimentData() const {
    const std::optional<OpenedDataset> opened =
        m_workbench.preflight().dataFor(m_workbench.document().experiment(), m_workbench.document().baseFolder());
    return opened                                ? opened->dataset
           : m_workbench.controller().isActive() ? m_workbench.controller().dataset()
                                                 : nullptr;
}

void LatentPage::dataChanged() {
    const bool isOther = std::exchange(m_data, experimentData()) != m_data;
    if (isOther && m_other.isEmpty())
        collect();
    else
        showState();
}

bool LatentPage::hasModel() const {
    return !m_model->isAtHand() || m_workbench.controller().hasModel();
}

void LatentPage::collect() {
    m_isStale = !isVisible();
    if (m_isStale)
        return m_service.cancel(); // nobody waits for it
    m_problem.clear();
    m_probeProblem.clear();
    m_wasCancelled = false;
    m_data = experimentData();
    if (!hasModel()) {
        m_service.cancel();
        return takeCodes(nullptr);
    }
    if (m_other.isEmpty() && m_data == nullptr) // dataChanged() follows
        return showState();
    const auto part = !m_other.isEmpty() ? LatentSource::Part::Other
                                         : static_cast<LatentSource::Part>(std::min(m_part->currentIndex(), 1));
    m_service.collect({.source = {.part = part,
                                  .data = m_data,
                                  .other = m_other.toStdString(),
                                  .experiment = m_workbench.document().experiment(),
                                  .baseFolder = m_workbench.document().baseFolder()},
                       .model = m_model->path(),
                       .modelName = m_model->name(),
                       .samplesName = m_part->currentText()});
    m_work->begin(m_workbench.controller().isActive() ? tr("between training steps") : tr("preparing"));
    showState();
}

// While the model at hand trains: after each epoch, as long as that leaves most of the time to training.
void LatentPage::follow() {
    const auto snapshot = m_workbench.controller().snapshot();
    if (!isVisible() || !m_model->isAtHand() || !m_workbench.controller().isActive() || snapshot == nullptr ||
        m_service.isBusy() || m_wasCancelled || m_map->isByNeighbours() || snapshot->epoch == m_followed ||
        std::chrono::steady_clock::now() < m_mayFollow)
        return;
    m_followed = snapshot->epoch;
    collect();
}

void LatentPage::cancel() {
    m_analysis.cancelLayout();
    m_analysis.cancelClusters();
    if (!m_service.isBusy())
        return showState();
    m_wasCancelled = true;
    m_service.cancel();
}

// What failed is no news once something else is looked at; that there are no codes stays true.
void LatentPage::forgive() {
    if (m_map->codes() != nullptr && !std::exchange(m_problem, QString()).isEmpty())
        showState();
}

void LatentPage::tellProblem(const QString& message) {
    m_problem = message;
    showState();
    m_note->alert();
}

void LatentPage::takeCodes(std::shared_ptr<const LatentCodes> codes) {
    if (codes != nullptr)
        m_mayFollow = std::chrono::steady_clock::now() +
                      std::max<std::chrono::milliseconds>(
                          kLeastPause, std::chrono::milliseconds(std::llround(codes->seconds * 1000 * kPauseFactor)));
    m_map->setCodes(std::move(codes));
    if (m_map->codes() == nullptr)
        m_wander->axesChanged();
    m_samples->codesChanged();
    m_paint->codesChanged();
    showState();
}

void LatentPage::useModel(const std::filesystem::path& path) {
    m_model->choose(path);
}

QWidget* LatentPage::firstControl() const {
    return m_map->codes() != nullptr ? static_cast<QWidget*>(m_map->scatter()) : m_part;
}

void LatentPage::showState() {
    if (!m_service.isBusy() && !m_analysis.isLayingOut() && !m_analysis.isClustering())
        m_work->end();
    m_note->setVisible(!m_work->isShown());
    say(m_note, noteText(), !m_problem.isEmpty() || !m_probeProblem.isEmpty());
    m_map->scatter()->setEmptyText(emptyText());
    m_again->setEnabled(hasModel()); // while busy, too: it would lose the focus; it begins anew
    m_tools->setEnabled(m_map->codes() != nullptr);
}

QString LatentPage::emptyText() const {
    if (!m_problem.isEmpty())
        return m_problem;
    const std::filesystem::path opening = m_workbench.controller().openingModel();
    if (m_model->isAtHand() && !opening.empty())
        return openingText(toText(opening.filename()));
    if (!hasModel())
        return tr("Here the codes of your samples appear as a map, with a pad to wander between them.\n\n"
                  "There is no trained model yet: Run (F5) trains one, or choose one above.");
    if (m_service.isBusy())
        return tr("encoding…");
    if (m_wasCancelled)
        return tr("Cancelled. Encode (Ctrl+Return) starts again.");
    return tr("The samples are being opened. Choose others with Data… if there are none.");
}

QString LatentPage::noteText() const {
    for (const QString& problem : {m_problem, m_probeProblem})
        if (!problem.isEmpty())
            return problem;
    const auto& codes = m_map->codes();
    if (codes == nullptr)
        return {};
    const QLocale locale;
    const QString count = locale.toString(static_cast<qlonglong>(codes->size()));
    QStringList parts{
        codes->outOf > codes->size()
            ? tr("%1 of %2 samples, evenly spread").arg(count, locale.toString(static_cast<qlonglong>(codes->outOf)))
            : countText(codes->size(), tr("1 sample"), tr("%1 samples"))};
    parts
        << codes->samplesName
        << (codes->model->step > 0
                ? tr("%1 at step %2").arg(codes->modelName, locale.toString(static_cast<qlonglong>(codes->model->step)))
                : codes->modelName);
    const QString all = locale.toString(static_cast<qlonglong>(codes->view.codeElements()));
    const QString used = locale.toString(static_cast<qlonglong>(codes->view.columns()));
    switch (codes->view.kind()) {
    case CodeView::Kind::Whole:
        parts << countText(codes->view.codeElements(), tr("a code of 1 value"), tr("a code of %1 values"));
        break;
    case CodeView::Kind::Averaged:
        parts << tr("a code of %1 values, its %2 channels averaged over their positions").arg(all, used);
        break;
    case CodeView::Kind::MostVarying:
        parts << tr("the %2 of its code's %1 values that vary most").arg(all, used);
        break;
    }
    if (const QString layout = m_map->layoutNote(); !layout.isEmpty())
        parts << layout;
    if (m_wasCancelled)
        parts << tr("cancelled; Encode (Ctrl+Return) starts again");
    else
        parts << durationText(codes->seconds);
    return parts.join(QStringLiteral(" · "));
}

void LatentPage::showEvent(QShowEvent* event) {
    ModelPage::showEvent(event);
    if (m_isStale)
        collect();
}

} // namespace hourglass
