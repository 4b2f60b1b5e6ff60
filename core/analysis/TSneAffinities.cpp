#include "core/analysis/TSneAffinities.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/Contract.h"
#include "core/base/Parallel.h"

namespace hourglass {

namespace {

constexpr int64_t kCodesAtOnce = 16;
constexpr int kMostHalvings = 100;
constexpr double kEntropyTolerance = 1e-10; // nats

double square(double value) {
    return value * value;
}

// Writes p_{j|i} for one β and returns its entropy in nats: ln Σ e_j + β Σ e_j (d_j² - d_0²) / Σ e_j, with the nearest
// distance taken off so that the sum is never 0.
double softmax(std::span<const Neighbour> neighbours, double beta, std::span<double> p) {
    const double nearest = square(neighbours.front().distance);
    double sum = 0, energy = 0;
    for (size_t j = 0; j < p.size(); ++j) {
        const double excess = beta * (square(neighbours[j].distance) - nearest);
        p[j] = std::exp(-excess);
        sum += p[j];
        energy += p[j] * std::min(excess, 1e3); // where p is 0, and the excess may be infinite
    }
    for (double& value : p)
        value /= sum;
    return std::log(sum) + energy / sum;
}

// Bisection over β: the entropy falls as β grows.
void fitRow(std::span<const Neighbour> neighbours, double entropy, std::span<double> p) {
    const double spread = square(neighbours.back().distance) - square(neighbours.front().distance);
    double beta = spread > 0 ? 1 / spread : 1, low = 0, high = HUGE_VAL;
    for (int step = 0; step < kMostHalvings; ++step) {
        const double excess = softmax(neighbours, beta, p) - entropy;
        if (std::abs(excess) < kEntropyTolerance)
            return;
        (excess > 0 ? low : high) = beta;
        beta = std::isinf(high) ? 2 * beta : (low + high) / 2;
    }
}

} // namespace

std::vector<double> conditionalAffinities(std::span<const Neighbour> neighbours, int64_t perRow, double perplexity) {
    expects(perplexity >= 1 && perplexity < static_cast<double>(perRow), "perplexity {} among {} neighbours",
            perplexity, perRow);
    const auto width = static_cast<size_t>(perRow);
    std::vector<double> conditional(neighbours.size());
    parallelFor(static_cast<int64_t>(neighbours.size() / width), kCodesAtOnce, [&](int64_t begin, int64_t end) {
        for (auto row = static_cast<size_t>(begin); row < static_cast<size_t>(end); ++row)
            fitRow(neighbours.subspan(row * width, width), std::log(perplexity),
                   std::span(conditional).subspan(row * width, width));
    });
    return conditional;
}

Affinities jointAffinities(std::span<const Neighbour> neighbours, int64_t perRow, std::span<const double> conditional) {
    expects(perRow > 0 && conditional.size() == neighbours.size(), "{} affinities for {} neighbours",
            conditional.size(), neighbours.size());
    const auto width = static_cast<size_t>(perRow);
    const size_t rows = neighbours.size() / width;
    std::vector<std::vector<std::pair<size_t, double>>> entries(rows); // both halves of each p_ij, column and value
    for (size_t i = 0; i < rows; ++i)
        for (size_t n = i * width; n < (i + 1) * width; ++n) {
            const auto j = static_cast<size_t>(neighbours[n].row);
            entries[i].emplace_back(j, conditional[n]);
            entries[j].emplace_back(i, conditional[n]);
        }
    Affinities joint;
    const double scale = 1 / (2 * static_cast<double>(rows));
    for (std::vector<std::pair<size_t, double>>& row : entries) {
        std::sort(row.begin(), row.end()); // by value too: p_ij and p_ji are then the same sum
        for (const auto& [column, value] : row) {
            if (joint.columns.size() > joint.starts.back() && joint.columns.back() == column) {
                joint.values.back() += value * scale;
            } else {
                joint.columns.push_back(column);
                joint.values.push_back(value * scale);
            }
        }
        joint.starts.push_back(joint.columns.size());
    }
    return joint;
}

} // namespace hourglass
