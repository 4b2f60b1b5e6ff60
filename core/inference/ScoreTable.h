#pragma once

// Scores of anomalies as a table for other programs.

#include <span>
#include <string>

#include "core/data/Dataset.h"

namespace hourglass {

// CSV (RFC 4180) with a heading: name,score,anomaly, and class before the last where the samples have classes; anomaly
// is 1 above the threshold. One score for each row (ContractError).
std::string scoresToCsv(const Dataset& data, std::span<const float> scores, double threshold);

} // namespace hourglass
