#include "core/training/FinishedRun.h"

#include <algorithm>

#include "core/base/AtomicFile.h"
#include "core/formats/Safetensors.h"
#include "core/training/Checkpoint.h"

namespace hourglass {

namespace {

bool sameOptions(const OptionValues& before, const OptionValues& now) {
    const std::vector<OptionSpec>& specs = now.table().specs();
    return std::all_of(specs.begin(), specs.end(), [&](const OptionSpec& spec) {
        return spec.key == "data.source" || (before.has(spec.key) && before.value(spec.key) == now.value(spec.key));
    });
}

} // namespace

std::optional<TrainingResult> finishedResult(const std::filesystem::path& runFolder, const Experiment& experiment) {
    const Result<Experiment> before = Experiment::load(RunFolder::experimentPath(runFolder));
    const Result<std::string> text = readFile(RunFolder::resultPath(runFolder), 1 << 20);
    const Result<SafetensorsFile> last = openSafetensors(RunFolder::checkpoint(runFolder, "last"));
    if (!before || !text || !last || !sameOptions(before->options(), experiment.options()))
        return std::nullopt;
    try {
        const Json result = Json::parse(*text), state = Json::parse(last->metadata.at(kStateMetadataKey));
        const auto steps = result.at("steps").get<int64_t>();
        if (!state.at("finished").get<bool>() || state.at("step").get<int64_t>() != steps)
            return std::nullopt; // of an end before this one
        return TrainingResult{.epochs = result.at("epochs").get<int64_t>(),
                              .steps = steps,
                              .resumedFromStep = steps,
                              .seconds = result.at("seconds").get<double>(),
                              .samplesPerSecond = result.at("samples_per_second").get<double>(),
                              .metrics = result.at("metrics").get<std::map<std::string, double>>()};
    } catch (const std::exception&) { // a key missing, or of another type: it is measured again
        return std::nullopt;
    }
}

} // namespace hourglass
