#pragma once

// Measures a model as a compressor in the background (core/inference/Compression.h), on validation samples of what the
// window has open. The latest request wins. Takes seconds, between two steps of a run as well. GUI thread, QtCore only.

#include <QtCore/QObject>
#include <QtCore/QString>

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>

#include "core/inference/Compression.h"
#include "ui/bridge/ModelMemory.h"
#include "ui/bridge/ReplyChannel.h"

namespace hourglass {

class TrainingController;

struct CompressionRequest {
    std::filesystem::path model = {}; // run folder or file; empty: the model at hand
    QString modelName = {};
    int64_t limit = 1000; // pictures, evenly spread
    OpenData open = {};
};

struct MeasuredCompression {
    CompressionRequest request = {};
    Compression table = {};
    int64_t step = 0; // of the weights; 0 of a loaded model
    double seconds = 0;
};

struct CompressionProgress {
    double fraction = 0, picturesPerSecond = 0, secondsLeft = 0;
};

class CompressionService : public QObject {
    Q_OBJECT

public:
    // `controller` outlives the service.
    explicit CompressionService(TrainingController& controller, QObject* parent = nullptr);
    // Stops what runs, without waiting for it.
    ~CompressionService() override;

    // `finished` or `failed` answers, unless it is cancelled or overtaken. False when the model at hand is asked for
    // and there is none.
    bool start(CompressionRequest request);
    // Nothing is heard of the request any more.
    void cancel();
    bool isBusy() const { return m_isBusy; }

    // The table as comma-separated values, or `plot`, a picture [C, H, W], by the extension. `saved` or `saveFailed`
    // answers.
    void save(const std::shared_ptr<const MeasuredCompression>& result, const Tensor& plot,
              const std::filesystem::path& path);

signals:
    void progressed(const hourglass::CompressionProgress& progress);
    void finished(std::shared_ptr<const hourglass::MeasuredCompression> result);
    void failed(const QString& message);
    void busyChanged(bool isBusy);
    void saved(const std::filesystem::path& path);
    void saveFailed(const QString& message);

private:
    struct Job;
    bool post();
    void ended(const std::shared_ptr<Result<std::optional<MeasuredCompression>>>& result);
    void setBusy(bool isBusy);

    TrainingController& m_controller;
    std::shared_ptr<ModelMemory> m_memory; // of the jobs, on the compute thread
    CompressionRequest m_request;
    std::stop_source m_stop;
    int m_generation = 0;
    bool m_isBusy = false;
    ReplyChannel m_replies{this};
};

} // namespace hourglass
