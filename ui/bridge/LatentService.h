#pragma once

// Encodes the samples of a data set for the Latent page and answers, at once and as often as the mouse moves, what a
// code decodes to and what a picture is encoded to. Models run on the compute thread, a batch at a time, between the
// steps of a run. The latest request wins. GUI thread, QtCore only.

#include <QtCore/QObject>

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>

#include "core/training/Experiment.h"
#include "ui/bridge/LatentCodes.h"
#include "ui/bridge/ReplyChannel.h"

namespace hourglass {

class TrainingController;

// Which samples are encoded.
struct LatentSource {
    enum class Part { Validation, Training, Other };

    Part part = Part::Validation;
    std::shared_ptr<const Dataset> data = {};  // of the experiment, which is split as it says; not looked at for Other
    std::string other = {};                    // a source as data.source names it, opened as the model's own was
    std::optional<Experiment> experiment = {}; // whose split is meant
    std::filesystem::path baseFolder = {};     // of relative paths
};

struct LatentRequest {
    LatentSource source;
    std::filesystem::path model = {}; // run folder or file; empty: the model at hand
    QString modelName = {}, samplesName = {};
};

struct LatentProgress {
    int64_t done = 0, total = 0; // samples; total 0 while they are being opened
    double samplesPerSecond = 0, secondsLeft = 0;
};

// What a model makes of one code or picture.
struct LatentAnswer {
    Tensor code;                     // [code…]
    std::optional<Tensor> deviation; // σ of each value of the code that a variational model gives a picture
    std::optional<Tensor> sample;    // that was encoded
    Tensor picture;                  // decoded, [C, H, W] or [D]
    double error = 0;                // mean squared error, where there is a sample
};

class LatentService : public QObject {
    Q_OBJECT

public:
    // `controller` outlives the service.
    explicit LatentService(TrainingController& controller, QObject* parent = nullptr);
    // Stops what runs, without waiting for it.
    ~LatentService() override;

    // `collected` or `failed` answers, unless it is cancelled or overtaken. False when the model at hand is asked for
    // and there is none.
    bool collect(LatentRequest request);
    void cancel();
    bool isBusy() const { return m_isBusy; }

    // `decoded` and `encoded` answer; of requests that come faster than answers the last is answered. The model is that
    // of the codes.
    void decode(std::shared_ptr<const LatentCodes> codes, Tensor code);
    void encode(std::shared_ptr<const LatentCodes> codes, Tensor sample);

signals:
    void busyChanged(bool isBusy);
    void progressed(const hourglass::LatentProgress& progress);
    void collected(std::shared_ptr<const hourglass::LatentCodes> codes);
    void failed(const QString& message);
    void decoded(std::shared_ptr<const hourglass::LatentAnswer> answer);
    void encoded(std::shared_ptr<const hourglass::LatentAnswer> answer);
    void probeFailed(const QString& message);

private:
    struct Collection;
    enum class Lane { Decode, Encode };
    struct Probe {
        std::shared_ptr<const LatentCodes> codes;
        Tensor input;
    };
    struct ProbeLane {
        std::optional<Probe> waiting;
        bool isRunning = false;
    };

    template <typename Work, typename Then>
    void compute(std::string doing, Work work, Then then);
    void takeModel(int generation, const std::shared_ptr<Collection>& collection);
    void takeRows(int generation, const std::shared_ptr<Collection>& collection);
    void encodeNext(int generation, const std::shared_ptr<Collection>& collection);
    void finish(int generation, const std::shared_ptr<Collection>& collection);
    void fail(const Error& error);
    void setBusy(bool isBusy);
    void post(Lane lane);

    TrainingController& m_controller;
    std::stop_source m_stop;
    int m_generation = 0;
    bool m_isBusy = false;
    std::array<ProbeLane, 2> m_lanes;
    ReplyChannel m_replies{this};
};

} // namespace hourglass
