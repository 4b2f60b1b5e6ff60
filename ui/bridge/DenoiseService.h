#pragma once

// Removes the noise of whole pictures in the background: reads them, runs a model over them on the compute thread
// (between two steps while training), tells how far it is, and writes the result. The latest request wins: it stops the
// one before, of which nothing is heard any more. GUI thread, QtCore only.

#include <filesystem>
#include <memory>
#include <optional>

#include "core/data/ImageCodec.h"
#include "core/models/Model.h"
#include "core/tensor/Tensor.h"
#include "ui/bridge/ModelService.h"
#include "ui/bridge/OpeningPictures.h"
#include "ui/bridge/PictureProgress.h"
#include "ui/bridge/PictureSource.h"

namespace hourglass {

struct DenoisePicture {
    Tensor pixels; // [C, H, W], C 1 or 3
    QString name;
    std::filesystem::path path = {}; // empty of a pasted one
    ImageFormat format = ImageFormat::Png;
    int bitDepth = 8;
    bool hadAlpha = false; // which is dropped
    float noise = 0;       // σ / 255, estimated from itself
};

struct DenoiseRequest {
    std::shared_ptr<const DenoisePicture> picture;
    std::filesystem::path model = {};     // run folder or file; empty: the model at hand
    QString modelName = {};               // what the result says it was
    std::optional<float> noiseLevel = {}; // σ / 255, for models that want to know it; estimated otherwise
};

// What a model is like that works on a picture, known once it is loaded.
struct DenoiseModel {
    Shape sampleShape = {};
    bool takesAnySize = false; // the whole picture, in tiles; else overlapping patches of its own size
    bool wantsNoiseLevel = false;
    int64_t step = 0; // of the weights; 0 of a loaded model
};

struct DenoisedPicture {
    std::shared_ptr<const DenoisePicture> before;
    Tensor pixels = {}; // of the same shape
    DenoiseModel model = {};
    QString modelName = {};
    float noise = 0;      // σ / 255 of what is left, estimated
    float noiseLevel = 0; // σ / 255 that the model was told, if it wants to know it; on average over the channels
    bool isLevelGiven = false;
    double seconds = 0;
};

class DenoiseService : public ModelService {
    Q_OBJECT

public:
    // `controller` outlives the service.
    explicit DenoiseService(TrainingController& controller, QObject* parent = nullptr);

    // Reads it and judges its noise. The answer is `opened` or `openFailed`, or nothing when a later one is opened by
    // then.
    void open(const PictureSource& source);
    QString opening() const { return m_opening.name(); } // the last picture that is still to come; empty without one

    // False when the model at hand is asked for and there is none. While another is being read to take its place, that
    // one is asked once it is there, or the old one when it cannot be read.
    bool start(DenoiseRequest request);
    void cancel() override;

    // `saved` or `saveFailed` answers.
    void save(const std::shared_ptr<const DenoisedPicture>& result, const std::filesystem::path& path,
              const EncodeOptions& options);

signals:
    void opened(std::shared_ptr<const hourglass::DenoisePicture> picture);
    void openFailed(const QString& message);
    void modelKnown(const hourglass::DenoiseModel& model); // the request has begun
    void progressed(const hourglass::PictureProgress& progress);
    void finished(std::shared_ptr<const hourglass::DenoisedPicture> result);

private:
    struct Job;
    bool post() override;
    bool isOfModelAtHand() const { return isBusy() && m_request.model.empty(); }

    DenoiseRequest m_request;
    int m_asked = 0;
    OpeningPictures m_opening;
};

} // namespace hourglass
