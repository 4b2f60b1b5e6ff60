#pragma once

// Mean and standard deviation (of the population) of each column of rows [N, …], N at least 1. Sums in double
// precision.

#include <vector>

#include "core/tensor/Tensor.h"

namespace hourglass {

struct ColumnMoments {
    std::vector<double> mean, deviation;

    explicit ColumnMoments(const Tensor& rows);
};

} // namespace hourglass
