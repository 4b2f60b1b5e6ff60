#include "ui/panels/WatchArea.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QStackedLayout>

#include <cmath>

#include "ui/bridge/Workbench.h"
#include "ui/panels/StatisticsBars.h"
#include "ui/widgets/BarChart.h"
#include "ui/widgets/LossChart.h"

namespace hourglass {

namespace {

const QString kMainKey = QStringLiteral("main"), kRateKey = QStringLiteral("learning_rate"),
              kSetting = QStringLiteral("watch_chart");

} // namespace

WatchArea::WatchArea(Workbench& workbench, QWidget* parent)
    : QWidget(parent), m_workbench(workbench), m_list(new QComboBox(this)), m_words(new QLabel(this)),
      m_pages(new QStackedLayout), m_curve(new LossChart({}, {}, this)), m_bars(new BarChart(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(6, 4, 6, 0);
    row->setSpacing(8);
    row->addWidget(m_list);
    row->addWidget(m_words, 1);
    column->addLayout(row);
    column->addLayout(m_pages, 1);
    m_pages->addWidget(m_curve);
    m_pages->addWidget(m_bars);
    m_curve->setHeadingVisible(false);
    m_bars->setEmptyText(tr("Measured on the validation samples at the end of each epoch."));
    m_list->setAccessibleName(tr("Watch"));
    m_list->setToolTip(tr("What else to watch: the terms of the loss, measures of the code, its units"));
    m_list->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_words->setWordWrap(true);
    m_words->setAccessibleName(tr("What is watched"));

    connect(m_list, &QComboBox::activated, this, &WatchArea::choose);
    connect(&workbench, &Workbench::runChanged, this, &WatchArea::refresh);
    connect(&workbench.document(), &ExperimentDocument::modelChanged, this, &WatchArea::refresh);
    TrainingController& controller = workbench.controller();
    connect(&controller, &TrainingController::rowsAdded, this, &WatchArea::appendRows);
    connect(&controller, &TrainingController::progressed, this,
            [this](const std::shared_ptr<const Snapshot>& snapshot) {
                if (snapshot->columns != m_columns || snapshot->code != m_code)
                    refresh();
                m_columns = snapshot->columns;
            });
    refresh();
}

void WatchArea::takeMain(LossChart* chart) {
    m_main = chart;
    connect(m_main, &LossChart::unitChanged, this, &WatchArea::nameMain);
    m_showsMain = true;
    m_main->setHeadingVisible(false);
    m_pages->addWidget(m_main);
    fillList();
}

LossChart* WatchArea::releaseMain() {
    m_main->disconnect(this);
    m_pages->removeWidget(m_main);
    m_main->setHeadingVisible(true);
    LossChart* main = std::exchange(m_main, nullptr);
    fillList();
    return main;
}

void WatchArea::setRateOffered(bool isOffered) {
    m_isRateOffered = isOffered;
    refresh();
}

void WatchArea::chooseRate() {
    if (const int index = m_list->findData(kRateKey); index >= 0)
        choose(index);
}

// Of the run in hand; before there is one, or before it has begun, of the run that the experiment would make.
std::vector<WatchEntry> WatchArea::offered() const {
    const std::optional<RunRecord>& run = m_workbench.run();
    const RunMeasurements measured = m_workbench.measurements();
    const OptionValues& options = (run ? run->experiment : m_workbench.document().experiment()).options();
    const std::shared_ptr<const Model> model = m_workbench.document().model();
    const bool isModelOfIt = model != nullptr && model->options.text("model.family") == options.text("model.family");
    std::vector<std::string> columns(measured.columns.begin(), measured.columns.end()), unitValues;
    if (columns.empty() && isModelOfIt)
        columns = historyColumns(*model, options.real("data.validation_fraction") > 0);
    if (measured.code != nullptr)
        for (const auto& [name, values] : measured.code->unitValues)
            unitValues.push_back(name);
    else if (isModelOfIt)
        unitValues = model->unitValueNames();
    std::vector<WatchEntry> entries = watchEntries(columns, options, unitValues);
    if (m_isRateOffered)
        entries.push_back({.kind = WatchEntry::Kind::Rate, .key = kRateKey, .title = tr("Learning rate")});
    return entries;
}

void WatchArea::refresh() {
    const std::optional<RunRecord>& run = m_workbench.run();
    const std::filesystem::path folder = run ? run->folder : std::filesystem::path();
    const bool isOther = folder != std::exchange(m_run, folder), wasEmpty = isEmpty();
    if (std::vector<WatchEntry> now = offered(); now != m_entries) {
        m_entries = std::move(now);
        fillList();
    } else if (isOther) {
        showCurrent();
    } else if (m_workbench.measurements().code != m_code) {
        showCode();
    }
    if (isEmpty() != wasEmpty)
        emit emptyChanged();
}

void WatchArea::fillList() {
    {
        const QSignalBlocker blocker(m_list);
        m_list->clear();
        if (m_main != nullptr)
            m_list->addItem(tr("Reconstruction"), kMainKey);
        for (const WatchEntry& entry : m_entries)
            m_list->addItem(entry.title, entry.key);
        const QString remembered = m_workbench.settings().value(kSetting).toString();
        const int place = m_list->findData(m_main != nullptr && m_showsMain ? kMainKey : remembered);
        m_list->setCurrentIndex(place >= 0 ? place : m_list->count() > 0 ? 0 : -1);
    }
    showCurrent();
}

void WatchArea::choose(int index) {
    const QString key = m_list->itemData(index).toString();
    m_list->setCurrentIndex(index);
    m_showsMain = key == kMainKey;
    if (!m_showsMain)
        m_workbench.settings().set(kSetting, key);
    showCurrent();
}

const WatchEntry* WatchArea::current() const {
    const QString key = m_list->currentData().toString();
    const auto found = std::ranges::find(m_entries, key, &WatchEntry::key);
    return found == m_entries.end() ? nullptr : &*found;
}

void WatchArea::showCurrent() {
    const WatchEntry* entry = current();
    m_words->setToolTip({});
    m_bars->leave();
    if (entry == nullptr)
        return nameMain();
    const bool isCurve = entry->kind == WatchEntry::Kind::Curve || entry->kind == WatchEntry::Kind::Rate;
    if (isCurve)
        showCurve(*entry);
    else
        showCode();
    m_pages->setCurrentWidget(isCurve ? static_cast<QWidget*>(m_curve) : m_bars);
}

void WatchArea::nameMain() {
    if (current() != nullptr || m_main == nullptr)
        return;
    m_words->setText(m_main->unit());
    m_pages->setCurrentWidget(m_main);
}

void WatchArea::showCurve(const WatchEntry& entry) {
    const bool isRate = entry.kind == WatchEntry::Kind::Rate;
    m_curve->clear();
    m_curve->setTitle(entry.title);
    m_curve->setUnit(entry.unit);
    m_curve->setCurves(!entry.training.empty(), !entry.validation.empty());
    m_words->setText(entry.unit);
    if (!isRate)
        m_curve->setBest(m_best);
    const std::span<const HistoryRow> rows = m_workbench.measurements().rows;
    appendRows({rows.begin(), rows.end()});
}

void WatchArea::appendRows(const std::vector<HistoryRow>& rows) {
    const WatchEntry* entry = current();
    if (entry == nullptr)
        return;
    const std::span<const std::string> columns = m_workbench.measurements().columns;
    const auto place = [&](const std::string& name) {
        return name.empty() ? columns.size() : static_cast<size_t>(std::ranges::find(columns, name) - columns.begin());
    };
    const size_t training = place(entry->training), validation = place(entry->validation);
    std::vector<QPointF> trained, validated;
    for (const HistoryRow& row : rows) {
        const auto add = [&row](std::vector<QPointF>& to, double value) {
            if (std::isfinite(value))
                to.emplace_back(static_cast<double>(row.step), value);
        };
        if (entry->kind == WatchEntry::Kind::Rate)
            add(trained, row.learningRate);
        if (training < row.values.size())
            add(trained, row.values[training]);
        if (validation < row.values.size())
            add(validated, row.values[validation]);
    }
    m_curve->appendMany(Curve::Training, trained);
    m_curve->appendMany(Curve::Validation, validated);
}

void WatchArea::showCode() {
    m_code = m_workbench.measurements().code;
    const WatchEntry* entry = current();
    if (entry == nullptr || (entry->kind != WatchEntry::Kind::Units && entry->kind != WatchEntry::Kind::Histogram))
        return;
    m_bars->setAccessibleName(entry->title);
    QStringList words;
    if (!entry->unit.isEmpty())
        words << entry->unit;
    Bars bars;
    if (m_code != nullptr) {
        const std::optional<RunRecord>& run = m_workbench.run();
        StatisticsBars shown =
            statisticsBars(*m_code, *entry, (run ? run->experiment : m_workbench.document().experiment()).options());
        bars = std::move(shown.bars);
        words += shown.words;
        m_words->setToolTip(shown.help);
    }
    m_bars->setBars(std::move(bars));
    m_bars->setAccessibleDescription(words.join(QStringLiteral(", ")));
    for (QString& part : words)
        part.replace(QLatin1Char(' '), QChar(QChar::Nbsp)); // lines break between the parts
    m_words->setText(words.join(QStringLiteral(" · ")));
}

void WatchArea::setBest(std::optional<double> step) {
    m_best = step;
    if (const WatchEntry* entry = current(); entry != nullptr && entry->kind == WatchEntry::Kind::Curve)
        m_curve->setBest(step);
}

void WatchArea::setStepsPerEpoch(double steps) {
    m_curve->setStepsPerEpoch(steps);
}

} // namespace hourglass
