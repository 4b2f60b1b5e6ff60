#include "core/analysis/TSneObjective.h"

#include <cmath>
#include <numeric>

#include "core/base/Contract.h"
#include "core/base/Parallel.h"

namespace hourglass {

namespace {

constexpr int64_t kForcesAtOnce = 256;

} // namespace

TSneObjective::TSneObjective(Affinities affinities)
    : m_affinities(std::move(affinities)),
      m_negativeEntropy(std::transform_reduce(m_affinities.values.begin(), m_affinities.values.end(), 0.0,
                                              std::plus<>(), [](double p) { return p > 0 ? p * std::log(p) : 0; })),
      m_repulsions(m_affinities.rows()), m_rowSums(m_affinities.rows()) {}

double TSneObjective::gradient(std::span<const PlanePoint> layout, double exaggeration, double theta,
                               std::span<PlanePoint> gradient) {
    expects(layout.size() == points() && gradient.size() == points(), "{} points and {} gradients for {} affinities",
            layout.size(), gradient.size(), points());
    m_tree.build(layout, theta);
    m_tree.repulsions(m_repulsions);
    const double normaliser = std::transform_reduce(m_repulsions.begin(), m_repulsions.end(), 0.0, std::plus<>(),
                                                    [](const Repulsion& repulsion) { return repulsion.kernel; });
    parallelFor(static_cast<int64_t>(points()), kForcesAtOnce, [&](int64_t begin, int64_t end) {
        for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
            PlanePoint pull;
            for (size_t n = m_affinities.starts[i]; n < m_affinities.starts[i + 1]; ++n) {
                const PlanePoint other = layout[m_affinities.columns[n]];
                const double dx = layout[i].x - other.x, dy = layout[i].y - other.y;
                const double weight = m_affinities.values[n] / (1 + dx * dx + dy * dy);
                pull = {pull.x + weight * dx, pull.y + weight * dy};
            }
            const PlanePoint force = m_repulsions[i].force;
            gradient[i] = {4 * (exaggeration * pull.x - force.x / normaliser),
                           4 * (exaggeration * pull.y - force.y / normaliser)};
        }
    });
    return normaliser;
}

double TSneObjective::divergence(std::span<const PlanePoint> layout, double normaliser) {
    expects(layout.size() == points(), "{} points for {} affinities", layout.size(), points());
    parallelFor(static_cast<int64_t>(points()), kForcesAtOnce, [&](int64_t begin, int64_t end) {
        for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
            double sum = 0; // -Σ_j p_ij ln w_ij
            for (size_t n = m_affinities.starts[i]; n < m_affinities.starts[i + 1]; ++n) {
                const PlanePoint other = layout[m_affinities.columns[n]];
                const double dx = layout[i].x - other.x, dy = layout[i].y - other.y;
                sum += m_affinities.values[n] * std::log1p(dx * dx + dy * dy);
            }
            m_rowSums[i] = sum;
        }
    });
    // Σ p ln p - Σ p ln w + ln Z Σ p, and Σ p = 1.
    return m_negativeEntropy + std::accumulate(m_rowSums.begin(), m_rowSums.end(), 0.0) + std::log(normaliser);
}

} // namespace hourglass
