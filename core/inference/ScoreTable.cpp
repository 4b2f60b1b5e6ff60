#include "core/inference/ScoreTable.h"

#include "core/base/Contract.h"
#include "core/formats/Csv.h"

namespace hourglass {

std::string scoresToCsv(const Dataset& data, std::span<const float> scores, double threshold) {
    expects(static_cast<int64_t>(scores.size()) == data.size(), "{} scores of {} rows", scores.size(), data.size());
    const bool hasClasses = !data.classNames().empty();
    std::string csv = hasClasses ? "name,score,class,anomaly\n" : "name,score,anomaly\n";
    for (int64_t row = 0; row < data.size(); ++row) {
        const float score = scores[static_cast<size_t>(row)];
        const std::optional<int> label = data.label(row);
        csv += fmt::format("{},{},", csvField(data.name(row)), score);
        if (hasClasses)
            csv += (label ? csvField(data.classNames()[static_cast<size_t>(*label)]) : std::string()) + ",";
        csv += static_cast<double>(score) > threshold ? "1\n" : "0\n";
    }
    return csv;
}

} // namespace hourglass
