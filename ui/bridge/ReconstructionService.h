#pragma once

// Reconstructs single pictures with the model at hand (the live one while training, the loaded one otherwise), without
// waiting. The latest request wins: at most one job is on its way, which a request stops, and one waits. While another
// model is being read nothing is on its way; then that one is asked, or the old one again when it cannot be read.

#include <QtCore/QObject>

#include <memory>
#include <optional>
#include <stop_token>

#include "core/data/Dataset.h"
#include "core/tensor/Tensor.h"
#include "core/training/Experiment.h"
#include "ui/bridge/PictureProgress.h"
#include "ui/bridge/ReplyChannel.h"

namespace hourglass {

class TrainingController;

// A row of a data set, or a picture [C, H, W] of any size: as it is where the model takes any size, in tiles as the
// Denoise page does it; else brought to what the model takes.
struct ReconstructionRequest {
    std::shared_ptr<const Dataset> dataset = {};
    int64_t row = 0;
    std::shared_ptr<const Tensor> picture = {};
    uint64_t seed = 0; // of the noise
};

struct Reconstruction {
    int generation = 0;                 // of the request
    int64_t step = 0;                   // of the weights; 0 for a loaded model
    Tensor original, reconstruction;    // [C, H, W], or [D]
    std::optional<Tensor> noisy;        // when the model is trained on corrupted input
    bool wasFitted = false;             // the picture had another size or number of channels
    std::optional<Shape> tiledFor = {}; // what the model takes, where the picture was of another size and went whole
    double seconds = 0;                 // that it took
    // Of the whole, for pictures.
    double noisyPsnr = 0, noisySsim = 0, psnr = 0, ssim = 0;
    double meanDifference = 0; // mean |Δ| of original and reconstruction
};

class ReconstructionService : public QObject {
    Q_OBJECT

public:
    // `controller` outlives the service.
    explicit ReconstructionService(TrainingController& controller, QObject* parent = nullptr);
    // Stops what runs, without waiting for it.
    ~ReconstructionService() override;

    // Returns the generation that the answer will carry, unless a later request overtakes it; 0 when there is no model.
    int request(ReconstructionRequest request);
    // Nothing is heard of the request any more.
    void cancel();
    bool isBusy() const { return m_isRunning || m_latest != nullptr; }

signals:
    void finished(std::shared_ptr<const hourglass::Reconstruction> result);
    void progressed(const hourglass::PictureProgress& progress); // of a picture that takes a while
    void failed(int generation, const QString& message);

private:
    void post();
    void jobEnded(const std::shared_ptr<Result<std::optional<Reconstruction>>>& answer);

    TrainingController& m_controller;
    std::shared_ptr<const ReconstructionRequest> m_latest; // not answered yet
    std::stop_source m_stop;
    int m_generation = 0, m_posted = 0;
    bool m_isRunning = false;
    ReplyChannel m_replies{this};
};

// Rows of the validation part (of the training part when there is none), in the order that previews take them.
std::vector<int64_t> validationRows(const Dataset& dataset, const Experiment& experiment);
// The picture as a model for `shape` takes it: channels converted, the middle cut out and scaled.
Tensor fitPicture(const Tensor& picture, const Shape& shape);

} // namespace hourglass
