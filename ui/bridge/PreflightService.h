#pragma once

// Opens the data set of the experiment at hand and measures what a run would cost, in the background: on the compute
// thread, a moment after the last edit, the latest request wins. Not while training; what is asked for meanwhile is
// done afterwards.

#include <QtCore/QObject>
#include <QtCore/QTimer>

#include <filesystem>
#include <optional>
#include <stop_token>

#include "core/data/Dataset.h"
#include "core/training/Preflight.h"
#include "ui/bridge/ReplyChannel.h"

namespace hourglass {

class ComputeThread;

class PreflightService : public QObject {
    Q_OBJECT

public:
    // `compute` outlives the service.
    explicit PreflightService(ComputeThread& compute, QObject* parent = nullptr);
    ~PreflightService() override;

    void request(const Experiment& experiment, const std::filesystem::path& baseFolder);
    // Data that a run has opened for this experiment.
    void adopt(const Experiment& experiment, const std::filesystem::path& baseFolder, const OpenedDataset& data);
    // The next request opens the data anew: files may have changed.
    void forgetData();
    void setEnabled(bool isEnabled);
    bool isBusy() const { return m_isBusy; }

    // The data set as last opened; null before, and while another one is being opened.
    const OpenedDataset& data() const { return m_data; }
    // The same if it is what this experiment would open.
    std::optional<OpenedDataset> dataFor(const Experiment& experiment, const std::filesystem::path& baseFolder) const;
    // Why the data of this experiment could not be opened when they were tried last. The next request tries again.
    QString failureFor(const Experiment& experiment, const std::filesystem::path& baseFolder) const;

signals:
    void busyChanged(bool isBusy, const QString& activity);
    void dataOpened(const hourglass::OpenedDataset& data);
    void dataFailed(const QString& message);
    // First without measured time and workspace, then with them.
    void estimated(const hourglass::Preflight& estimate);
    void failed(const QString& message); // no estimate for these options

private:
    void begin();
    void open(const std::string& key);
    void measure();
    bool estimate();
    void setBusy(bool isBusy, const QString& activity = {});

    ComputeThread& m_compute;
    QTimer m_debounce;
    bool m_isEnabled = true, m_isBusy = false;
    std::optional<Experiment> m_experiment;
    std::filesystem::path m_baseFolder;
    std::string m_dataKey; // of what is open or being opened
    OpenedDataset m_data;
    std::string m_failedKey; // of what could not be opened
    QString m_failure;
    int m_openRequest = 0, m_measureRequest = 0;
    std::stop_source m_openStop, m_measureStop;
    ReplyChannel m_replies{this};
};

} // namespace hourglass
