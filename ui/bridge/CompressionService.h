#pragma once

// Measures a model as a compressor in the background (core/inference/Compression.h), on validation samples of what the
// window has open. The latest request wins. Takes seconds, between two steps of a run as well. GUI thread, QtCore only.

#include <QtCore/QString>

#include <filesystem>
#include <memory>
#include <optional>

#include "core/inference/Compression.h"
#include "ui/bridge/ModelService.h"

namespace hourglass {

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

class CompressionService : public ModelService {
    Q_OBJECT

public:
    // `controller` outlives the service.
    explicit CompressionService(TrainingController& controller, QObject* parent = nullptr);

    // `finished` or `failed` answers, unless it is cancelled or overtaken. False when the model at hand is asked for
    // and there is none.
    bool start(CompressionRequest request);

    // The table as comma-separated values, or `plot`, a picture [C, H, W], by the extension. `saved` or `saveFailed`
    // answers.
    void save(const std::shared_ptr<const MeasuredCompression>& result, const Tensor& plot,
              const std::filesystem::path& path);

signals:
    void progressed(const hourglass::CompressionProgress& progress);
    void finished(std::shared_ptr<const hourglass::MeasuredCompression> result);

private:
    bool post() override;

    std::shared_ptr<ModelMemory> m_memory; // of the jobs, on the compute thread
    CompressionRequest m_request;
};

} // namespace hourglass
