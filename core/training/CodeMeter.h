#pragma once

// Gathers CodeStatistics batch by batch from a model's evaluation graph. Sums in double, in the order of the samples:
// the same for any number of threads; the histogram does not depend on order or batches at all.

#include <limits>
#include <optional>
#include <span>

#include "core/exec/Program.h"
#include "core/models/Model.h"
#include "core/training/CodeStatistics.h"

namespace hourglass {

// A histogram that widens as values come.
class CodeHistogramMeter {
public:
    // Values that are not finite are left out.
    void add(std::span<const float> values);
    const CodeHistogram& histogram() const { return m_bins; }

private:
    void cover(double low, double high);

    // Of the values binned so far; low is above high while there are none.
    double m_low = std::numeric_limits<double>::infinity(), m_high = -m_low;
    CodeHistogram m_bins;
};

class CodeMeter {
public:
    // Measures nothing of a model without a code.
    explicit CodeMeter(const Model& model);
    // What a program of the evaluation graph has just computed.
    void add(const Program& program);
    // Nothing without samples, or where a value was not finite. Epoch and step are the caller's to fill in.
    std::optional<CodeStatistics> finish() const;

private:
    struct UnitSums {
        std::string output;
        std::vector<double> sums, squares; // by unit
    };

    std::vector<UnitSums> m_units; // the code's first; empty without one
    CodeHistogramMeter m_histogram;
    int64_t m_samples = 0, m_positions = 1;
};

} // namespace hourglass
