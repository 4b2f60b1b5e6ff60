#include "core/analysis/NearestNeighbours.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/base/Contract.h"
#include "core/base/Parallel.h"

namespace hourglass {

namespace {

constexpr int64_t kCandidatesAtOnce = 1024; // compared with one code
constexpr int64_t kQueriesAtOnce = 16;      // between two looks at the stop token
constexpr size_t kLanes = 4;                // partial sums, which become vector registers

// Σ term(a_i, b_i), always added in the same order.
template <typename Term>
double sumOver(std::span<const float> a, std::span<const float> b, Term term) {
    std::array<double, kLanes> sums{};
    size_t i = 0;
    for (; i + kLanes <= a.size(); i += kLanes)
        for (size_t lane = 0; lane < kLanes; ++lane)
            sums[lane] += term(static_cast<double>(a[i + lane]), static_cast<double>(b[i + lane]));
    for (; i < a.size(); ++i)
        sums[0] += term(static_cast<double>(a[i]), static_cast<double>(b[i]));
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

double squaredEuclidean(std::span<const float> a, std::span<const float> b) {
    return sumOver(a, b, [](double x, double y) { return (x - y) * (x - y); });
}

double product(std::span<const float> a, std::span<const float> b) {
    return sumOver(a, b, [](double x, double y) { return x * y; });
}

double cosine(std::span<const float> a, std::span<const float> b) {
    const double norms = std::sqrt(product(a, a) * product(b, b));
    return norms == 0 ? 1 : std::max(1 - product(a, b) / norms, 0.0); // in this order NaN stays NaN
}

bool isNearer(const Neighbour& a, const Neighbour& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.row < b.row;
}

void requireTable(const Tensor& codes, int64_t k) {
    expects(codes.shape().rank() == 2 && k >= 0, "{} neighbours among codes {}", k, codes.shape().toString());
}

// Rows of a table, found without a check each: there are N² of them to look at.
class Rows {
public:
    explicit Rows(const Tensor& codes) : m_values(codes.values()), m_width(static_cast<size_t>(codes.shape()[1])) {}
    std::span<const float> operator[](int64_t row) const {
        return {m_values.data() + static_cast<size_t>(row) * m_width, m_width};
    }

private:
    std::span<const float> m_values;
    size_t m_width;
};

// The k nearest of those it is shown: a heap with the farthest of them in front.
class Selection {
public:
    explicit Selection(int64_t k) : m_size(static_cast<size_t>(k)) { m_nearest.reserve(m_size); }

    void offer(const Neighbour& neighbour) {
        if (m_nearest.size() == m_size) {
            if (m_size == 0 || !isNearer(neighbour, m_nearest.front()))
                return;
            std::pop_heap(m_nearest.begin(), m_nearest.end(), isNearer);
            m_nearest.pop_back();
        }
        m_nearest.push_back(neighbour);
        std::push_heap(m_nearest.begin(), m_nearest.end(), isNearer);
    }

    // In order, nearest first; the selection is then empty.
    void moveTo(std::span<Neighbour> target) {
        std::sort_heap(m_nearest.begin(), m_nearest.end(), isNearer);
        std::ranges::copy(m_nearest, target.begin());
        m_nearest.clear();
    }

private:
    size_t m_size;
    std::vector<Neighbour> m_nearest;
};

// Every row but `except` is a candidate: an equal code of another row is a neighbour like any other.
std::vector<Neighbour> nearest(const Tensor& codes, std::span<const float> code, int64_t except, int64_t k,
                               CodeDistance distance) {
    const Rows rows(codes);
    std::vector<double> distances(static_cast<size_t>(codes.shape()[0]));
    parallelFor(codes.shape()[0], kCandidatesAtOnce, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row)
            distances[static_cast<size_t>(row)] = codeDistance(rows[row], code, distance);
    });
    Selection selection(k);
    for (int64_t row = 0; row < codes.shape()[0]; ++row)
        if (row != except)
            selection.offer({row, distances[static_cast<size_t>(row)]});
    std::vector<Neighbour> result(static_cast<size_t>(k));
    selection.moveTo(result);
    return result;
}

} // namespace

double codeDistance(std::span<const float> a, std::span<const float> b, CodeDistance distance) {
    const double value = distance == CodeDistance::Cosine ? cosine(a, b) : std::sqrt(squaredEuclidean(a, b));
    return std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
}

std::vector<Neighbour> nearestToCode(const Tensor& codes, std::span<const float> code, int64_t k,
                                     CodeDistance distance) {
    requireTable(codes, k);
    expects(static_cast<int64_t>(code.size()) == codes.shape()[1], "a code of {} values among codes {}", code.size(),
            codes.shape().toString());
    return nearest(codes, code, -1, std::min(k, codes.shape()[0]), distance);
}

std::vector<Neighbour> nearestToRow(const Tensor& codes, int64_t row, int64_t k, CodeDistance distance) {
    requireTable(codes, k);
    const std::span<const float> code = codes.sample(row);
    return nearest(codes, code, row, std::min(k, codes.shape()[0] - 1), distance);
}

std::vector<Neighbour> nearestToEveryRow(const Tensor& codes, int64_t k, CodeDistance distance, std::stop_token stop) {
    requireTable(codes, k);
    const Rows rows(codes);
    const int64_t count = codes.shape()[0];
    k = std::min(k, std::max<int64_t>(count - 1, 0));
    const int64_t chunks = (count + kQueriesAtOnce - 1) / kQueriesAtOnce;
    std::vector<Selection> selections(static_cast<size_t>(threadsFor(chunks)), Selection(k));
    std::vector<Neighbour> neighbours(static_cast<size_t>(count * k));
    parallelFor(count, kQueriesAtOnce, [&](int64_t begin, int64_t end) {
        if (stop.stop_requested())
            return;
        Selection& selection = selections[static_cast<size_t>(computeThread())];
        for (int64_t row = begin; row < end; ++row) {
            for (int64_t other = 0; other < count; ++other)
                if (other != row)
                    selection.offer({other, codeDistance(rows[other], rows[row], distance)});
            selection.moveTo(std::span(neighbours).subspan(static_cast<size_t>(row * k), static_cast<size_t>(k)));
        }
    });
    if (stop.stop_requested())
        neighbours.clear();
    return neighbours;
}

} // namespace hourglass
