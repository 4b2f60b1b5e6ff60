#include "core/training/CodeMeter.h"

#include <algorithm>
#include <cmath>

namespace hourglass {

namespace {

// Bins finer than a millionth of the values would only show their rounding.
int leastExponent(double low, double high) {
    return std::max(std::ilogb(std::max(std::abs(low), std::abs(high))) - 20, -100);
}

int64_t binOf(double value, double width) {
    return static_cast<int64_t>(std::floor(value / width));
}

bool isBinned(float value) {
    return value != 0.0f && std::isfinite(value);
}

} // namespace

void CodeHistogramMeter::add(std::span<const float> values) {
    double low = m_low, high = m_high;
    for (const float value : values) {
        m_bins.zeros += value == 0.0f;
        if (isBinned(value)) {
            low = std::min(low, static_cast<double>(value));
            high = std::max(high, static_cast<double>(value));
        }
    }
    if (low < m_low || high > m_high)
        cover(low, high);
    for (const float value : values)
        if (isBinned(value))
            ++m_bins.counts[static_cast<size_t>(binOf(static_cast<double>(value), m_bins.width) - m_bins.first)];
}

// Bins of twice the width hold two whole ones of before, so nothing is lost, and what comes out is as if the whole
// range had been known from the start.
void CodeHistogramMeter::cover(double low, double high) {
    int exponent = leastExponent(low, high);
    const auto width = [&exponent] { return std::ldexp(1.0, exponent); };
    while (binOf(high, width()) - binOf(low, width()) >= static_cast<int64_t>(CodeHistogram::kMostBins))
        ++exponent;
    CodeHistogram wider{.width = width(), .first = binOf(low, width()), .counts = {}, .zeros = m_bins.zeros};
    wider.counts.resize(static_cast<size_t>(binOf(high, width()) - wider.first + 1));
    for (size_t bin = 0; bin < m_bins.counts.size(); ++bin)
        wider.counts[static_cast<size_t>(binOf(m_bins.edge(bin), wider.width) - wider.first)] += m_bins.counts[bin];
    m_bins = std::move(wider);
    m_low = low;
    m_high = high;
}

CodeMeter::CodeMeter(const Model& model) {
    if (!model.hasCode())
        return;
    m_units.push_back({"code", {}, {}});
    for (const std::string& name : model.unitValueNames())
        m_units.push_back({"unit." + name, {}, {}});
}

void CodeMeter::add(const Program& program) {
    for (UnitSums& units : m_units) {
        const int slot = program.outputSlot(units.output);
        const Shape& shape = program.outputShape(slot); // [N, K, …]
        const std::span<const float> values = program.output(slot);
        const auto count = static_cast<size_t>(shape[1]);
        const size_t positions = values.size() / static_cast<size_t>(shape[0] * shape[1]);
        units.sums.resize(count);
        units.squares.resize(count);
        for (size_t from = 0, unit = 0; from < values.size(); from += positions, unit = (unit + 1) % count)
            for (const float each : values.subspan(from, positions)) {
                const auto value = static_cast<double>(each);
                units.sums[unit] += value;
                units.squares[unit] += value * value;
            }
        if (&units == &m_units.front()) {
            m_histogram.add(values);
            m_samples += shape[0];
            m_positions = static_cast<int64_t>(positions);
        }
    }
}

std::optional<CodeStatistics> CodeMeter::finish() const {
    if (m_samples == 0)
        return std::nullopt;
    const auto count = static_cast<double>(m_samples * m_positions);
    CodeStatistics code{
        .samples = m_samples, .means = {}, .spreads = {}, .unitValues = {}, .histogram = m_histogram.histogram()};
    for (const UnitSums& units : m_units) {
        const bool isCode = &units == &m_units.front();
        std::vector<double>& means = isCode ? code.means : code.unitValues[units.output.substr(5)];
        for (size_t unit = 0; unit < units.sums.size(); ++unit) {
            const double mean = units.sums[unit] / count;
            if (!std::isfinite(units.squares[unit]))
                return std::nullopt;
            means.push_back(mean);
            if (isCode)
                code.spreads.push_back(std::sqrt(std::max(0.0, units.squares[unit] / count - mean * mean)));
        }
    }
    return code;
}

} // namespace hourglass
