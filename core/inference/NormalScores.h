#pragma once

// What scores are compared with where anomalies are looked for: those of samples that are known, or taken, to be
// normal. A quantile of them is the threshold (quantileThreshold() in core/analysis/Roc.h).

#include <filesystem>
#include <span>
#include <stop_token>

#include "core/inference/NormalClasses.h"

namespace hourglass {

inline constexpr int64_t kMostNormalSamples = 10'000; // training samples that a threshold is taken from

struct NormalSamples {
    std::shared_ptr<const Dataset> samples; // null: there are none to be had, or it was asked to stop
    std::string whyNone;                    // a sentence; empty where there are some
};

// Of the samples that the run of `model` (folder or checkpoint) was trained on, evenly spread. That it belongs to no
// run, or that the data are gone, is no error. Errors: the others of openTrainingRows(). Any thread.
Result<NormalSamples> openNormalSamples(const std::filesystem::path& model, std::stop_token stop = {},
                                        const ProgressFunction& progress = {});

// Of each sample whether its label makes it an anomaly: none of the normal classes, or no label. Empty when it is not
// known which classes are normal.
std::vector<bool> anomaliesAmong(const Dataset& data, const NormalClasses& normal);

struct NormalScores {
    enum class Origin { Training, LabelledNormal, All };
    std::vector<float> scores;
    Origin origin = Origin::All;
};

// Those of training samples; where there are none, of the samples that are labelled normal; of all where none is, or
// nothing is labelled.
NormalScores normalScoresOf(std::span<const float> training, std::span<const float> scores,
                            const std::vector<bool>& isAnomaly);

} // namespace hourglass
