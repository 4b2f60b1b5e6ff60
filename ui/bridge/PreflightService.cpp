#include "ui/bridge/PreflightService.h"

#include "core/data/OpenDataset.h"
#include "ui/bridge/ComputeThread.h"
#include "ui/bridge/CoreText.h"

namespace hourglass {

namespace {

constexpr std::chrono::milliseconds kDebounce{250};

// Everything that decides what opening gives: the data options but those of the split.
std::string keyOf(const Experiment& experiment, const std::filesystem::path& baseFolder) {
    std::string key = baseFolder.string();
    for (const OptionSpec& spec : experiment.options().table().specs())
        if (spec.key.starts_with("data.") && !spec.key.ends_with("_fraction"))
            key.append(1, '\n').append(experiment.options().value(spec.key).dump());
    return key;
}

Error internalError(const std::exception& error) {
    return makeError(ErrorCode::Unsupported, "Internal error: {}.", error.what());
}

} // namespace

PreflightService::PreflightService(ComputeThread& compute, QObject* parent) : QObject(parent), m_compute(compute) {
    m_debounce.setSingleShot(true);
    m_debounce.setInterval(kDebounce);
    connect(&m_debounce, &QTimer::timeout, this, &PreflightService::begin);
}

PreflightService::~PreflightService() {
    m_openStop.request_stop();
    m_measureStop.request_stop();
}

void PreflightService::request(const Experiment& experiment, const std::filesystem::path& baseFolder) {
    m_experiment = experiment;
    m_baseFolder = baseFolder;
    m_debounce.start();
}

void PreflightService::adopt(const Experiment& experiment, const std::filesystem::path& baseFolder,
                             const OpenedDataset& data) {
    if (data.dataset == nullptr || data.dataset == m_data.dataset)
        return;
    ++m_openRequest;
    m_experiment = experiment;
    m_baseFolder = baseFolder;
    m_dataKey = keyOf(experiment, baseFolder);
    m_data = data;
    m_failedKey.clear();
    emit dataOpened(m_data);
    estimate();
}

void PreflightService::forgetData() {
    m_dataKey.clear();
    m_failedKey.clear();
    m_data = {};
}

void PreflightService::setEnabled(bool isEnabled) {
    if (m_isEnabled == isEnabled)
        return;
    m_isEnabled = isEnabled;
    m_measureStop.request_stop();
    ++m_measureRequest;
    if (!isEnabled) {
        m_openStop.request_stop();
        ++m_openRequest;
        if (m_data.dataset == nullptr)
            m_dataKey.clear();
        setBusy(false);
    } else if (m_experiment) {
        m_debounce.start();
    }
}

std::optional<OpenedDataset> PreflightService::dataFor(const Experiment& experiment,
                                                       const std::filesystem::path& baseFolder) const {
    if (m_data.dataset == nullptr || keyOf(experiment, baseFolder) != m_dataKey)
        return std::nullopt;
    return m_data;
}

QString PreflightService::failureFor(const Experiment& experiment, const std::filesystem::path& baseFolder) const {
    return !m_failedKey.empty() && keyOf(experiment, baseFolder) == m_failedKey ? m_failure : QString();
}

void PreflightService::begin() {
    if (!m_isEnabled || !m_experiment)
        return;
    const std::string key = keyOf(*m_experiment, m_baseFolder);
    if (key != m_dataKey)
        open(key);
    else if (m_data.dataset != nullptr)
        measure();
}

void PreflightService::open(const std::string& key) {
    m_openStop.request_stop();
    m_measureStop.request_stop();
    m_openStop = std::stop_source();
    m_dataKey = key;
    m_data = {};
    ++m_measureRequest;
    setBusy(true, tr("Opening the data…"));
    m_compute.post([this, request = ++m_openRequest, experiment = *m_experiment, base = m_baseFolder,
                    stop = m_openStop.get_token(), reply = m_replies.sender()](Executor&, const std::stop_token& quit) {
        if (stop.stop_requested() || quit.stop_requested())
            return;
        auto opened = std::make_shared<Result<OpenedDataset>>(OpenedDataset{});
        try {
            *opened = openDataset(experiment.options(), base, stop);
        } catch (const std::exception& error) {
            *opened = internalError(error);
        }
        reply([this, request, opened] {
            if (request != m_openRequest)
                return;
            if (!*opened) {
                m_failedKey = std::exchange(m_dataKey, {});
                m_failure = coreText(opened->error());
                setBusy(false);
                emit dataFailed(m_failure);
                return;
            }
            m_failedKey.clear();
            m_data = std::move(*opened).value();
            emit dataOpened(m_data);
            measure();
        });
    });
}

bool PreflightService::estimate() {
    const Result<Preflight> quick = preflight(*m_experiment, m_data.dataset, nullptr);
    if (quick)
        emit estimated(*quick);
    else
        emit failed(coreText(quick.error()));
    return quick.ok();
}

void PreflightService::measure() {
    if (m_data.dataset == nullptr || !m_isEnabled)
        return;
    m_measureStop.request_stop();
    m_measureStop = std::stop_source();
    const int request = ++m_measureRequest;
    if (!estimate())
        return setBusy(false);
    setBusy(true, tr("Measuring…"));
    m_compute.post([this, request, experiment = *m_experiment, dataset = m_data.dataset,
                    stop = m_measureStop.get_token(),
                    reply = m_replies.sender()](Executor& executor, const std::stop_token& quit) {
        if (stop.stop_requested() || quit.stop_requested())
            return;
        auto measured = std::make_shared<Result<Preflight>>(Preflight{});
        try {
            *measured = preflight(experiment, dataset, &executor, stop);
        } catch (const std::exception& error) {
            *measured = internalError(error);
        }
        reply([this, request, measured] {
            if (request != m_measureRequest)
                return;
            setBusy(false);
            if (*measured)
                emit estimated(**measured);
            else
                emit failed(coreText(measured->error()));
        });
    });
}

void PreflightService::setBusy(bool isBusy, const QString& activity) {
    m_isBusy = isBusy;
    emit busyChanged(isBusy, activity);
}

} // namespace hourglass
