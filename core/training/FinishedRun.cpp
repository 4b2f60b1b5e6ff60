#include "core/training/FinishedRun.h"

#include "core/base/AtomicFile.h"
#include "core/formats/Safetensors.h"
#include "core/training/Checkpoint.h"

namespace hourglass {

Result<void> storeResult(const std::filesystem::path& runFolder, const TrainingResult& result) {
    const Json json = {{"epochs", result.epochs},
                       {"steps", result.steps},
                       {"seconds", result.seconds},
                       {"samples_per_second", result.samplesPerSecond},
                       {"metrics", result.metrics}};
    return writeFileAtomically(RunFolder::resultPath(runFolder), json.dump(2) + "\n");
}

std::optional<TrainingResult> storedResult(const std::filesystem::path& runFolder, int64_t steps) {
    const Result<std::string> text = readFile(RunFolder::resultPath(runFolder), 1 << 20);
    if (!text)
        return std::nullopt;
    try {
        const Json json = Json::parse(*text);
        if (json.at("steps").get<int64_t>() != steps)
            return std::nullopt; // of an end before this one
        return TrainingResult{.epochs = json.at("epochs").get<int64_t>(),
                              .steps = steps,
                              .resumedFromStep = steps,
                              .seconds = json.at("seconds").get<double>(),
                              .samplesPerSecond = json.at("samples_per_second").get<double>(),
                              .metrics = json.at("metrics").get<std::map<std::string, double>>()};
    } catch (const nlohmann::json::exception&) {
        return std::nullopt; // damaged: it is measured again
    }
}

std::optional<TrainingResult> finishedResult(const std::filesystem::path& runFolder, const Experiment& experiment) {
    const Result<Experiment> before = Experiment::load(RunFolder::experimentPath(runFolder));
    const Result<SafetensorsFile> last = openSafetensors(RunFolder::checkpoint(runFolder, "last"));
    if (!before || !last || !(*before == experiment))
        return std::nullopt;
    try {
        const Json state = Json::parse(last->metadata.at(kStateMetadataKey));
        return state.at("finished").get<bool>() ? storedResult(runFolder, state.at("step").get<int64_t>())
                                                : std::nullopt;
    } catch (const std::exception&) { // a key missing, or of another type
        return std::nullopt;
    }
}

} // namespace hourglass
