#include "core/inference/NormalScores.h"

#include <algorithm>

#include "core/data/RowSubset.h"
#include "core/training/TrainingData.h"

namespace hourglass {

Result<NormalSamples> openNormalSamples(const std::filesystem::path& model, std::stop_token stop,
                                        const ProgressFunction& progress) {
    Result<OpenedDataset> training = openTrainingRows(model, std::move(stop), progress);
    if (!training && training.error().code() == ErrorCode::NotFound)
        return NormalSamples{nullptr, training.error().message()};
    if (!training)
        return std::move(training).error();
    if (training->dataset == nullptr)
        return NormalSamples{};
    return NormalSamples{evenlySpread(training->dataset, kMostNormalSamples), {}};
}

std::vector<bool> anomaliesAmong(const Dataset& data, const NormalClasses& normal) {
    std::vector<bool> isAnomaly;
    if (normal.classes.empty())
        return isAnomaly;
    for (int64_t row = 0; row < data.size(); ++row) {
        const std::optional<int> label = data.label(row);
        isAnomaly.push_back(!label || std::ranges::find(normal.classes, *label) == normal.classes.end());
    }
    return isAnomaly;
}

NormalScores normalScoresOf(std::span<const float> training, std::span<const float> scores,
                            const std::vector<bool>& isAnomaly) {
    if (!training.empty())
        return {{training.begin(), training.end()}, NormalScores::Origin::Training};
    NormalScores normal{{}, NormalScores::Origin::LabelledNormal};
    for (size_t i = 0; i < isAnomaly.size(); ++i)
        if (!isAnomaly[i])
            normal.scores.push_back(scores[i]);
    if (normal.scores.empty())
        return {{scores.begin(), scores.end()}, NormalScores::Origin::All};
    return normal;
}

} // namespace hourglass
