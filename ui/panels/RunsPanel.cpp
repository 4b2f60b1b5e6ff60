#include "ui/panels/RunsPanel.h"

#include <QAction>
#include <QDesktopServices>
#include <QHeaderView>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTableView>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/bridge/CoreText.h"
#include "ui/bridge/PoolJob.h"
#include "ui/bridge/Workbench.h"
#include "ui/models/RunsModel.h"

namespace hourglass {

RunsPanel::RunsPanel(Workbench& workbench, QWidget* parent)
    : QWidget(parent), m_workbench(workbench), m_model(new RunsModel(this)), m_sorted(new QSortFilterProxyModel(this)),
      m_table(new QTableView(this)), m_stack(new QStackedWidget(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_stack);
    auto* nothing = new QLabel(tr("Every run is kept here. Run (F5) makes the first one."), this);
    nothing->setAlignment(Qt::AlignCenter);
    nothing->setWordWrap(true);
    m_stack->addWidget(nothing);
    m_stack->addWidget(m_table);

    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(RunsModel::SortRole);
    m_table->setModel(m_sorted);
    m_table->setAccessibleName(tr("Runs"));
    m_table->setToolTip(tr("Enter or a double click opens a run; its menu has more"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(RunsModel::Date, Qt::DescendingOrder);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    QHeaderView* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    for (int section : {RunsModel::Epochs, RunsModel::Loss, RunsModel::Psnr}) // they grow while a run trains
        header->setSectionResizeMode(section, QHeaderView::ResizeToContents);
    header->setSectionResizeMode(RunsModel::State, QHeaderView::Stretch);
    buildActions();
    connect(m_table, &QTableView::doubleClicked, this, [this] {
        if (const RunSummary* run = chosen())
            emit openWanted(run->folder);
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this, &RunsPanel::enableActions);
    connect(&workbench, &Workbench::runsChanged, this, &RunsPanel::refreshOne);
    TrainingController& controller = workbench.controller();
    connect(&controller, &TrainingController::progressed, this,
            [this](const std::shared_ptr<const Snapshot>& snapshot) { m_model->setProgress(snapshot->epoch); });
    connect(&controller, &TrainingController::rowsAdded, this,
            [this, &controller](const std::vector<HistoryRow>& rows) {
                if (const auto& columns = controller.snapshot()->columns)
                    m_model->addRows(*columns, rows);
            });
    connect(&controller, &TrainingController::stateChanged, this, &RunsPanel::showState);
    enableActions();
}

void RunsPanel::showState() {
    const TrainingController& controller = m_workbench.controller();
    m_model->setTraining(controller.isActive() ? controller.runFolder() : std::filesystem::path());
    if (controller.state() == TrainingController::State::Failed)
        m_model->setFailed(controller.runFolder());
    if (controller.state() == TrainingController::State::Running)
        refreshOne(controller.runFolder()); // the folder of a new run holds one by now
    enableActions();
}

void RunsPanel::buildActions() {
    const auto add = [this](const QString& text, const QList<QKeySequence>& keys, auto act) {
        auto* action = new QAction(text, m_table);
        action->setShortcuts(keys);
        action->setShortcutContext(Qt::WidgetShortcut);
        connect(action, &QAction::triggered, this, [this, act] {
            if (const RunSummary* run = chosen())
                act(*run);
        });
        m_table->addAction(action);
        return action;
    };
    m_open = add(tr("&Open"), {Qt::Key_Return, Qt::Key_Enter},
                 [this](const RunSummary& run) { emit openWanted(run.folder); });
    m_continue = add(tr("&Continue"), {}, [this](const RunSummary& run) { emit continueWanted(run.folder); });
    m_export = add(tr("&Export…"), {}, [this](const RunSummary& run) { emit exportWanted(run.folder); });
    m_reveal = add(tr("&Show the folder"), {}, [this](const RunSummary&) { reveal(); });
    m_delete = add(tr("&Delete…"), {QKeySequence::Delete}, [this](const RunSummary&) { confirmDelete(); });
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
}

const RunSummary* RunsPanel::chosen() const {
    const QModelIndex index = m_sorted->mapToSource(m_table->currentIndex());
    return index.isValid() ? &m_model->run(index.row()) : nullptr;
}

void RunsPanel::enableActions() {
    const RunSummary* run = chosen();
    const bool isWhole = run != nullptr && run->state != RunSummary::State::Damaged;
    const bool isTraining = run != nullptr && m_model->isTraining(*run);
    const bool isIdle = !m_workbench.controller().isActive();
    m_open->setEnabled(isWhole);
    m_continue->setEnabled(isWhole && run->state != RunSummary::State::Finished && isIdle);
    m_export->setEnabled(isWhole && (isIdle || isTraining));
    m_reveal->setEnabled(run != nullptr);
    m_delete->setEnabled(run != nullptr && !isTraining);
}

// Many runs with long histories take a while to read.
void RunsPanel::refresh() {
    runInPool(
        m_replies, "listing the runs", [store = m_workbench.store()] { return store.list(); },
        [this, request = ++m_asked](const Result<std::vector<RunSummary>>& runs) {
            if (!runs) {
                emit failed(coreText(runs.error()));
                return;
            }
            if (!m_lists.takes(request))
                return;
            const RunSummary* before = chosen();
            const std::filesystem::path folder = before != nullptr ? before->folder : std::filesystem::path();
            m_model->setRuns(*runs);
            if (const int row = m_model->rowOf(folder); row >= 0)
                m_table->setCurrentIndex(m_sorted->mapFromSource(m_model->index(row, 0)));
            listed();
            for (const auto& [one, answer] : m_ones)
                if (answer.taken() > request) // known better than by this list, which was asked for before
                    refreshOne(one);
        });
}

void RunsPanel::refreshOne(const std::filesystem::path& folder) {
    if (!m_workbench.store().holds(folder))
        return; // opened from elsewhere: not of this list
    runInPool(
        m_replies, "reading the run '" + folder.string() + "'", [folder] { return RunStore::summary(folder); },
        [this, folder, request = ++m_asked](const Result<std::optional<RunSummary>>& run) {
            if (!m_ones[folder].takes(request))
                return;
            if (!run) {
                emit failed(coreText(run.error()));
                return;
            }
            if (*run)
                m_model->setRun(**run);
            else
                m_model->remove(folder);
            listed();
        });
}

void RunsPanel::listed() {
    m_stack->setCurrentWidget(m_model->rowCount() > 0 ? static_cast<QWidget*>(m_table) : m_stack->widget(0));
    for (int column = 0; column < RunsModel::State; ++column) // which takes what is left
        m_table->resizeColumnToContents(column);
    enableActions();
}

void RunsPanel::reveal() {
    if (const RunSummary* run = chosen())
        QDesktopServices::openUrl(QUrl::fromLocalFile(toText(run->folder)));
}

void RunsPanel::confirmDelete() {
    const RunSummary* run = chosen();
    if (run == nullptr)
        return;
    auto* box =
        new QMessageBox(QMessageBox::Warning, tr("Delete a run"),
                        tr("Delete %1 with its curves and checkpoints?").arg(run->name), QMessageBox::Cancel, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setAccessibleName(box->windowTitle());
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(tr("%1 is removed from the disk. This cannot be undone.").arg(toText(run->folder)));
    QPushButton* remove = box->addButton(tr("Delete"), QMessageBox::DestructiveRole);
    remove->setAccessibleName(tr("Delete"));
    box->setDefaultButton(QMessageBox::Cancel);
    connect(remove, &QPushButton::clicked, this, [this, folder = run->folder] { emit deleteWanted(folder); });
    box->open();
}

} // namespace hourglass
