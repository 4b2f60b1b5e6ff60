#include "ui/bridge/CoachService.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/bridge/CoreText.h"

namespace hourglass {

namespace {

constexpr std::chrono::milliseconds kDelay{500};
constexpr double kEpochsToHelp = 5; // that a change has before the same is said again

bool areSame(const std::optional<Advice>& a, const std::optional<Advice>& b) {
    return a.has_value() == b.has_value() &&
           (!a || (a->key == b->key && a->arguments == b->arguments && a->changes == b->changes && a->text == b->text));
}

double lastEpoch(const RunMeasurements& measured) {
    return measured.rows.empty() ? 0 : measured.rows.back().epoch;
}

// As the form shows it.
QString valueText(const OptionSpec& spec, const Json& value) {
    if (value.is_boolean())
        return value.get<bool>() ? CoachService::tr("on") : CoachService::tr("off");
    for (const OptionChoice& choice : spec.choices)
        if (value == choice.value)
            return coreText(choice.label);
    return value.is_number_float() ? QString::number(value.get<double>(), 'g', 6)
                                   : QString::fromStdString(value.dump());
}

} // namespace

CoachService::CoachService(Workbench& workbench, QObject* parent) : QObject(parent), m_workbench(workbench) {
    connect(&workbench, &Workbench::runChanged, this, &CoachService::reconsider);
    TrainingController& controller = workbench.controller();
    connect(&controller, &TrainingController::rowsAdded, this, &CoachService::rowsAdded);
    connect(&controller, &TrainingController::stateChanged, this, [this](TrainingController::State state) {
        if (state == TrainingController::State::Preparing)
            m_diverged.clear();
        reconsider();
    });
    connect(&controller, &TrainingController::failed, this, [this](const QString&, ErrorCode code) {
        if (code == ErrorCode::Numeric)
            m_diverged = m_workbench.controller().runFolder();
        reconsider();
    });
    m_delay.setSingleShot(true);
    m_delay.setInterval(kDelay);
    connect(&m_delay, &QTimer::timeout, this, &CoachService::reconsider);
    reconsider();
}

// Between the ends of epochs nothing new can be said; where they follow each other quickly, nothing is said of each.
void CoachService::rowsAdded(const std::vector<HistoryRow>& rows) {
    if (std::any_of(rows.begin(), rows.end(), [](const HistoryRow& row) { return row.epoch == std::floor(row.epoch); }))
        if (!m_delay.isActive())
            m_delay.start();
}

std::optional<Experiment> CoachService::advised(const Advice& advice) const {
    Experiment next = m_workbench.document().experiment();
    const OptionTable& ofRun = m_workbench.run()->experiment.options().table();
    for (const auto& [key, value] : advice.changes) {
        const OptionSpec *there = ofRun.find(key), *here = next.options().table().find(key);
        const bool isOption = there != nullptr && here != nullptr && meansTheSame(*there, *here); // β is not always β
        if (!isOption || !next.set(key, value))
            return std::nullopt;
    }
    return next == m_workbench.document().experiment() ? std::nullopt : std::optional(std::move(next));
}

std::optional<Advice> CoachService::current() {
    const std::optional<RunRecord>& run = m_workbench.run();
    if (!run)
        return std::nullopt;
    const RunMeasurements measured = m_workbench.measurements();
    std::optional<Advice> advice = advise({.rows = measured.rows,
                                           .columns = measured.columns,
                                           .options = run->experiment.options(),
                                           .hasDiverged = m_diverged == run->folder});
    if (!advice)
        return std::nullopt;
    if (const auto silent = m_silent.find(run->folder); silent != m_silent.end()) {
        if (silent->second.key == advice->key && lastEpoch(measured) < silent->second.untilEpoch)
            return std::nullopt;
        m_silent.erase(silent); // it has something else to say
    }
    return advised(*advice) ? std::move(advice) : std::nullopt;
}

void CoachService::reconsider() {
    std::optional<Advice> now = current();
    if (areSame(now, m_advice))
        return;
    m_advice = std::move(now);
    emit changed();
}

QString CoachService::text() const {
    return m_advice ? coreText(m_advice->text, m_advice->arguments) : QString();
}

QString CoachService::action() const {
    return m_advice ? coreText(m_advice->action) : QString();
}

QStringList CoachService::changes() const {
    QStringList lines;
    const OptionValues& options = m_workbench.document().experiment().options();
    if (!m_advice)
        return lines;
    for (const auto& [key, value] : m_advice->changes) {
        const OptionSpec& spec = *options.table().find(key);
        lines << QStringLiteral("%1: %2 → %3")
                     .arg(coreText(spec.label), valueText(spec, options.value(key)), valueText(spec, value));
    }
    return lines;
}

void CoachService::apply() {
    if (!m_advice)
        return;
    const std::optional<Experiment> next = advised(*m_advice);
    const QString label = action();
    beSilent(lastEpoch(m_workbench.measurements()) + kEpochsToHelp);
    if (next)
        m_workbench.document().replace(*next, m_workbench.document().baseFolder(), label);
    reconsider();
}

void CoachService::dismiss() {
    if (m_advice)
        beSilent(std::numeric_limits<double>::infinity());
    reconsider();
}

void CoachService::beSilent(double untilEpoch) {
    m_silent[m_workbench.run()->folder] = {m_advice->key, untilEpoch};
}

} // namespace hourglass
