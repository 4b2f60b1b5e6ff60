#include "core/training/CodeStatistics.h"

#include <algorithm>
#include <cmath>

#include "core/base/AtomicFile.h"
#include "core/formats/StrictJson.h"

namespace hourglass {

namespace {

using Json = nlohmann::json;

constexpr int kSchema = 1;
constexpr uint64_t kLargestFile = uint64_t{1} << 26;
constexpr int64_t kLargestBin = int64_t{1} << 53; // whose edges are exact

bool areFinite(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

bool isPossible(const CodeHistogram& histogram) {
    return std::isfinite(histogram.width) && histogram.width > 0 &&
           histogram.counts.size() <= CodeHistogram::kMostBins && histogram.first >= -kLargestBin &&
           histogram.first <= kLargestBin && histogram.zeros >= 0 &&
           std::all_of(histogram.counts.begin(), histogram.counts.end(), [](int64_t count) { return count >= 0; });
}

bool isPossible(const CodeStatistics& code) {
    const auto fits = [&code](const std::vector<double>& values) {
        return values.size() == code.units() && areFinite(values);
    };
    return code.units() > 0 && code.epoch >= 0 && code.step >= 0 && code.samples > 0 && fits(code.means) &&
           fits(code.spreads) && isPossible(code.histogram) &&
           std::all_of(code.unitValues.begin(), code.unitValues.end(),
                       [&](const auto& values) { return fits(values.second); });
}

} // namespace

std::vector<bool> CodeStatistics::active() const {
    std::vector<bool> isActive(units());
    if (const auto kl = unitValues.find("kl"); kl != unitValues.end()) {
        for (size_t unit = 0; unit < units(); ++unit)
            isActive[unit] = kl->second[unit] > kCollapsedKl;
        return isActive;
    }
    double squares = 0;
    for (const double spread : spreads)
        squares += spread * spread;
    const double least = 1e-3 * std::sqrt(squares / static_cast<double>(units()));
    for (size_t unit = 0; unit < units(); ++unit)
        isActive[unit] = spreads[unit] >= least && spreads[unit] > 1e-6 * std::abs(means[unit]);
    return isActive;
}

int64_t CodeStatistics::activeUnits() const {
    return std::ranges::count(active(), true);
}

std::string CodeStatistics::toText() const {
    const Json json = {{"code_statistics", kSchema},
                       {"epoch", epoch},
                       {"step", step},
                       {"samples", samples},
                       {"means", means},
                       {"spreads", spreads},
                       {"unit_values", unitValues},
                       {"histogram",
                        {{"width", histogram.width},
                         {"first", histogram.first},
                         {"counts", histogram.counts},
                         {"zeros", histogram.zeros}}}};
    return json.dump() + "\n";
}

Result<CodeStatistics> CodeStatistics::fromText(const std::string& text) {
    Result<Json> json = parseStrictJson(text, 4);
    if (!json)
        return std::move(json).error();
    try {
        CodeStatistics code;
        code.epoch = json->at("epoch").get<int64_t>();
        code.step = json->at("step").get<int64_t>();
        code.samples = json->at("samples").get<int64_t>();
        code.means = json->at("means").get<std::vector<double>>();
        code.spreads = json->at("spreads").get<std::vector<double>>();
        code.unitValues = json->at("unit_values").get<std::map<std::string, std::vector<double>>>();
        const Json& histogram = json->at("histogram");
        code.histogram = {histogram.at("width").get<double>(), histogram.at("first").get<int64_t>(),
                          histogram.at("counts").get<std::vector<int64_t>>(), histogram.at("zeros").get<int64_t>()};
        if (json->at("code_statistics").get<int64_t>() == kSchema && isPossible(code))
            return code;
        return makeError(ErrorCode::Unreadable, "These are no statistics of a code.");
    } catch (const Json::exception& error) { // a key missing, or of another type
        return makeError(ErrorCode::Unreadable, "These are no statistics of a code: {}.", error.what());
    }
}

Result<CodeStatistics> CodeStatistics::load(const std::filesystem::path& path) {
    Result<std::string> text = readFile(path, kLargestFile);
    if (!text)
        return std::move(text).error();
    Result<CodeStatistics> code = fromText(*text);
    if (!code)
        return std::move(code).error().withContext(path.string());
    return code;
}

} // namespace hourglass
