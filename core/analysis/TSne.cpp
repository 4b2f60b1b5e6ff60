#include "core/analysis/TSne.h"

#include <algorithm>
#include <cmath>

#include "core/analysis/Pca.h"
#include "core/analysis/RequireCodes.h"
#include "core/analysis/TSneObjective.h"
#include "core/base/Random.h"

namespace hourglass {

namespace {

constexpr int64_t kFewestCodes = 4;
constexpr int64_t kMostComponents = 50;
constexpr double kMostPerplexity = 500;
constexpr double kNeighboursPerPerplexity = 3;
constexpr double kStartDeviation = 1e-4, kStartNoise = 1e-6;
constexpr double kTheta = 0.5;
constexpr double kExaggeration = 12;
constexpr int64_t kExaggerated = 250; // iterations
constexpr double kEarlyMomentum = 0.5, kMomentum = 0.8;
constexpr double kLeastLearningRate = 50;
constexpr double kGainStep = 0.2, kGainDecay = 0.8, kLeastGain = 0.01;
constexpr int64_t kReportEvery = 10;

Result<void> requireOptions(const TSneOptions& options) {
    if (!(options.perplexity >= 1 && options.perplexity <= kMostPerplexity))
        return makeError(ErrorCode::InvalidArgument, "The perplexity of t-SNE is from 1 to {}, not {}.",
                         kMostPerplexity, options.perplexity);
    if (options.iterations < 1)
        return makeError(ErrorCode::InvalidArgument, "t-SNE makes 1 or more iterations, not {}.", options.iterations);
    return {};
}

std::vector<PlanePoint> startLayout(const Tensor& components, uint64_t seed) {
    double variance = 0; // of the first component, whose mean is 0
    for (int64_t i = 0; i < components.shape()[0]; ++i)
        variance += std::pow(static_cast<double>(components.sample(i)[0]), 2);
    variance /= static_cast<double>(components.shape()[0]);
    const double scale = variance > 0 ? kStartDeviation / std::sqrt(variance) : 0;

    const RandomStream noise(seed, static_cast<uint64_t>(RandomPurpose::Initialisation));
    std::vector<PlanePoint> layout(static_cast<size_t>(components.shape()[0]));
    for (size_t i = 0; i < layout.size(); ++i) {
        const std::span<const float> values = components.sample(static_cast<int64_t>(i));
        layout[i] = {kStartNoise * static_cast<double>(noise.normal(2 * i)),
                     kStartNoise * static_cast<double>(noise.normal(2 * i + 1))};
        layout[i].x += scale * static_cast<double>(values[0]);
        if (values.size() > 1)
            layout[i].y += scale * static_cast<double>(values[1]);
    }
    return layout;
}

// Momentum and gains (Jacobs 1988): a coordinate whose gradient keeps its sign goes faster, one that swings slower.
class Descent {
public:
    explicit Descent(size_t points)
        : m_learningRate(std::max(static_cast<double>(points) / kExaggeration / 4, kLeastLearningRate)),
          m_states(points) {}

    void step(std::span<PlanePoint> layout, std::span<const PlanePoint> gradient, double momentum) {
        for (size_t i = 0; i < layout.size(); ++i) {
            layout[i].x += advance(m_states[i].x, gradient[i].x, momentum);
            layout[i].y += advance(m_states[i].y, gradient[i].y, momentum);
        }
        centre(layout);
    }

private:
    struct Coordinate {
        double velocity = 0;
        double gain = 1;
    };
    struct State {
        Coordinate x, y;
    };

    double advance(Coordinate& coordinate, double gradient, double momentum) const {
        const bool isOnward = (gradient > 0) != (coordinate.velocity > 0);
        coordinate.gain = std::max(isOnward ? coordinate.gain + kGainStep : coordinate.gain * kGainDecay, kLeastGain);
        coordinate.velocity = momentum * coordinate.velocity - m_learningRate * coordinate.gain * gradient;
        return coordinate.velocity;
    }

    // Approximate forces do not quite cancel, and nothing else holds the layout in its place.
    static void centre(std::span<PlanePoint> layout) {
        PlanePoint sum;
        for (const PlanePoint& point : layout)
            sum = {sum.x + point.x, sum.y + point.y};
        const auto count = static_cast<double>(layout.size());
        for (PlanePoint& point : layout)
            point = {point.x - sum.x / count, point.y - sum.y / count};
    }

    double m_learningRate;
    std::vector<State> m_states;
};

void copyTo(std::span<float> values, std::span<const PlanePoint> layout) {
    for (size_t i = 0; i < layout.size(); ++i) {
        values[2 * i] = static_cast<float>(layout[i].x);
        values[2 * i + 1] = static_cast<float>(layout[i].y);
    }
}

} // namespace

Result<std::optional<TSneLayout>> tSne(const Tensor& codes, const TSneOptions& options, const TSneProgress& progress,
                                       std::stop_token stop) {
    if (const Result<void> valid = requireOptions(options); !valid)
        return valid.error();
    if (const Result<void> usable = requireCodes(codes, kFewestCodes, "A t-SNE layout"); !usable)
        return usable.error();
    const int64_t points = codes.shape()[0];
    const Tensor components = Pca::fit(codes, std::min(kMostComponents, codes.shape()[1])).project(codes);
    if (!requireCodes(components, kFewestCodes, "A t-SNE layout"))
        return makeError(ErrorCode::InvalidArgument, "The codes are too large for distances between them.");

    TSneLayout result{.points = Tensor(Shape{points, 2}),
                      .perplexity =
                          std::min(options.perplexity, static_cast<double>(points - 1) / kNeighboursPerPerplexity)};
    const int64_t perRow = std::min(points - 1, static_cast<int64_t>(kNeighboursPerPerplexity * result.perplexity));
    const std::vector<Neighbour> neighbours = nearestToEveryRow(components, perRow, CodeDistance::Euclidean, stop);
    if (stop.stop_requested())
        return std::optional<TSneLayout>();
    TSneObjective objective(
        jointAffinities(neighbours, perRow, conditionalAffinities(neighbours, perRow, result.perplexity)));

    std::vector<PlanePoint> layout = startLayout(components, options.seed), gradient(layout.size());
    Descent descent(layout.size());
    const int64_t exaggerated = std::min(kExaggerated, options.iterations / 4);
    for (int64_t iteration = 0;; ++iteration) {
        if (stop.stop_requested())
            return std::optional<TSneLayout>();
        const bool isEarly = iteration < exaggerated, isLast = iteration == options.iterations;
        const double normaliser = objective.gradient(layout, isEarly ? kExaggeration : 1, kTheta, gradient);
        if (isLast || (progress && iteration % kReportEvery == 0)) {
            copyTo(result.points.values(), layout);
            result.klDivergence = objective.divergence(layout, normaliser);
            if (progress)
                progress(iteration, options.iterations, result.points.values(), result.klDivergence);
        }
        if (isLast)
            return std::optional(std::move(result));
        descent.step(layout, gradient, isEarly ? kEarlyMomentum : kMomentum);
    }
}

} // namespace hourglass
