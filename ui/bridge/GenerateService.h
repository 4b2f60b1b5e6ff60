#pragma once

// Has new samples decoded in the background from codes of a model's prior, or of a Gaussian fitted to the codes of
// what it learnt from, and lets one dimension of a code after another run from −3σ to 3σ. The latest request wins: it
// stops the one before, of which nothing is heard any more. While training, jobs run between two steps. GUI thread,
// QtCore only.

#include <QtCore/QString>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/tensor/Tensor.h"
#include "ui/bridge/ModelService.h"

namespace hourglass {

struct GenerateMemory;

struct GenerateRequest {
    enum class What { Samples, Traversal };
    enum class Start { Mean, Random, Sample }; // of a traversal

    What what = What::Samples;
    std::filesystem::path model = {}; // run folder or file; empty: the model at hand
    QString modelName = {};           // what the result says it was
    int64_t count = 64;               // of samples
    uint64_t seed = 0;
    double temperature = 1; // factor of the codes' standard deviation
    Start start = Start::Mean;
    int64_t place = 0; // of Start::Sample, among the validation samples of `open`
    // A run that trains learns from it, and a model that belongs to no run is fitted to it.
    OpenData open = {};
};

struct TraversalRow {
    int64_t dimension = 0;
    double weight = 0; // KL in nats, or the standard deviation of its codes; below 0: not known
};

struct Generated {
    GenerateRequest request = {};
    Tensor pictures = {};                // [N, sample…], of a traversal row by row, kSteps each
    Shape codeShape = {};                // [code…]
    std::vector<TraversalRow> rows = {}; // what shows most first
    bool isDivergence = false;           // the rows' weight: KL
    bool isPrior = false;
    QString source = {}; // "the prior N(0, I)", "a Gaussian fitted to the codes of 10,000 samples"
    int64_t step = 0;    // of the weights; 0 of a loaded model
    double seconds = 0;  // that it took
};

// Of what takes longest: encoding the samples that a Gaussian is fitted to.
struct GenerateProgress {
    double fraction = 0, samplesPerSecond = 0, secondsLeft = 0;
};

class GenerateService : public ModelService {
    Q_OBJECT

public:
    static constexpr int64_t kSteps = 7, kMostTraversed = 64; // of one dimension; dimensions of a long code
    static constexpr double kSpan = 3;                        // standard deviations on either side

    // `controller` outlives the service.
    explicit GenerateService(TrainingController& controller, QObject* parent = nullptr);

    // `finished` or `failed` answers, unless it is cancelled or overtaken. False when the model at hand is asked for
    // and there is none.
    bool start(GenerateRequest request);

    // As an array (.npy) of all samples, or as one picture of them in so many columns. `saved` or `saveFailed` answers.
    void save(const std::shared_ptr<const Generated>& result, int64_t columns, const std::filesystem::path& path);

signals:
    void progressed(const hourglass::GenerateProgress& progress);
    void finished(std::shared_ptr<const hourglass::Generated> result);

private:
    bool post() override;

    std::shared_ptr<GenerateMemory> m_memory; // of the jobs, on the compute thread
    GenerateRequest m_request;
};

} // namespace hourglass
