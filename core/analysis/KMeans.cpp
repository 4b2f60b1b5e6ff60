#include "core/analysis/KMeans.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include <opencv2/core.hpp>

#include "core/analysis/NearestNeighbours.h"
#include "core/analysis/RequireCodes.h"
#include "core/base/Parallel.h"
#include "core/base/Random.h"

namespace hourglass {

namespace {

constexpr int kMostSteps = 100;
constexpr int64_t kRowsAtOnce = 256;

// OpenCV's generator of this thread in a given state, and back as it was.
class GeneratorScope {
public:
    explicit GeneratorScope(uint64_t state) : m_before(cv::theRNG().state) { cv::theRNG().state = state; }
    ~GeneratorScope() { cv::theRNG().state = m_before; }
    GeneratorScope(const GeneratorScope&) = delete;
    GeneratorScope& operator=(const GeneratorScope&) = delete;

private:
    uint64_t m_before;
};

// The centres of one attempt.
Tensor centresOf(const Tensor& codes, int64_t clusters, const RandomStream& stream) {
    if (codes.shape()[0] == 1) // OpenCV would take one row for many samples of one value
        return codes;
    const cv::Mat1f rows(static_cast<int>(codes.shape()[0]), static_cast<int>(codes.shape()[1]),
                         const_cast<float*>(codes.data()));
    const GeneratorScope generator((uint64_t{stream.bits(0)} << 32) | stream.bits(1) | 1); // never its fixed point 0
    cv::Mat labels;
    cv::Mat1f centres;
    cv::kmeans(rows, static_cast<int>(clusters), labels, {cv::TermCriteria::COUNT, kMostSteps, 0}, 1,
               cv::KMEANS_PP_CENTERS, centres);
    return Tensor(Shape{clusters, codes.shape()[1]}, {centres.ptr<float>(), centres.total()});
}

// Each row's nearest centre: OpenCV's own labels may be a step older than its centres.
std::vector<Neighbour> nearestCentres(const Tensor& codes, const Tensor& centres) {
    std::vector<Neighbour> nearest(static_cast<size_t>(codes.shape()[0]));
    parallelFor(codes.shape()[0], kRowsAtOnce, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
            Neighbour best{0, codeDistance(codes.sample(row), centres.sample(0))};
            for (int64_t c = 1; c < centres.shape()[0]; ++c)
                if (const double d = codeDistance(codes.sample(row), centres.sample(c)); d < best.distance)
                    best = {c, d};
            nearest[static_cast<size_t>(row)] = best;
        }
    });
    return nearest;
}

double inertiaOf(const std::vector<Neighbour>& nearest) {
    return std::transform_reduce(nearest.begin(), nearest.end(), 0.0, std::plus<>(),
                                 [](const Neighbour& centre) { return centre.distance * centre.distance; });
}

// Rows of each centre, the nearest first.
std::vector<std::vector<int64_t>> membersOf(const std::vector<Neighbour>& nearest, int64_t centres) {
    std::vector<std::vector<int64_t>> members(static_cast<size_t>(centres));
    for (size_t row = 0; row < nearest.size(); ++row)
        members[static_cast<size_t>(nearest[row].row)].push_back(static_cast<int64_t>(row));
    for (std::vector<int64_t>& rows : members)
        std::stable_sort(rows.begin(), rows.end(), [&](int64_t a, int64_t b) {
            return nearest[static_cast<size_t>(a)].distance < nearest[static_cast<size_t>(b)].distance;
        });
    return members;
}

// The clusters that have rows, the largest first.
KMeans arranged(const Tensor& centres, const std::vector<Neighbour>& nearest, int64_t examples) {
    const std::vector<std::vector<int64_t>> members = membersOf(nearest, centres.shape()[0]);
    std::vector<size_t> order;
    for (size_t c = 0; c < members.size(); ++c)
        if (!members[c].empty())
            order.push_back(c);
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        const auto first = [&](size_t c) { return *std::min_element(members[c].begin(), members[c].end()); };
        return members[a].size() != members[b].size() ? members[a].size() > members[b].size() : first(a) < first(b);
    });

    KMeans result;
    result.centres = Tensor(Shape{static_cast<int64_t>(order.size()), centres.shape()[1]});
    result.labels.resize(nearest.size());
    result.inertia = inertiaOf(nearest);
    for (size_t c = 0; c < order.size(); ++c) {
        const std::vector<int64_t>& rows = members[order[c]];
        std::ranges::copy(centres.sample(static_cast<int64_t>(order[c])),
                          result.centres.sample(static_cast<int64_t>(c)).begin());
        for (const int64_t row : rows)
            result.labels[static_cast<size_t>(row)] = static_cast<int>(c);
        result.sizes.push_back(static_cast<int64_t>(rows.size()));
        result.examples.emplace_back(rows.begin(), rows.begin() + std::min(examples, result.sizes.back()));
    }
    return result;
}

} // namespace

Result<std::optional<KMeans>> kMeans(const Tensor& codes, const KMeansOptions& options, std::stop_token stop) {
    if (options.clusters < 1 || options.attempts < 1 || options.examples < 0)
        return makeError(ErrorCode::InvalidArgument,
                         "k-means needs 1 or more clusters and attempts and 0 or more examples, not {}, {} and {}.",
                         options.clusters, options.attempts, options.examples);
    if (const Result<void> usable = requireCodes(codes, 1, "k-means"); !usable)
        return usable.error();
    const int64_t clusters = std::min(options.clusters, codes.shape()[0]);
    Tensor best;
    std::vector<Neighbour> bestNearest;
    for (int attempt = 0; attempt < options.attempts; ++attempt) {
        if (stop.stop_requested())
            return std::optional<KMeans>();
        const RandomStream stream(options.seed, static_cast<uint64_t>(RandomPurpose::Initialisation),
                                  static_cast<uint64_t>(attempt));
        Tensor centres = centresOf(codes, clusters, stream);
        std::vector<Neighbour> nearest = nearestCentres(codes, centres);
        if (attempt == 0 || inertiaOf(nearest) < inertiaOf(bestNearest)) {
            best = std::move(centres);
            bestNearest = std::move(nearest);
        }
    }
    return std::optional(arranged(best, bestNearest, options.examples));
}

} // namespace hourglass
