#include "core/training/Checkpoint.h"

#include "core/formats/StrictJson.h"
#include "core/training/ModelMetadata.h"

namespace hourglass {

namespace {

constexpr const char* kEnvironmentKey = "hourglass_environment";

Json toJson(const LossSums& sums) {
    return {{"sums", sums.sums}, {"samples", sums.samples}};
}

// JSON numbers of doubles round-trip exactly: they are written with as many digits as that takes.
Json toJson(const TrainingState& s, int64_t optimizerSteps) {
    const auto optional = [](const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); };
    return {{"epoch", s.epoch},
            {"batch", s.batch},
            {"step", s.step},
            {"optimizer_steps", optimizerSteps},
            {"epoch_loss", toJson(s.epochLoss)},
            {"interval_loss", toJson(s.intervalLoss)},
            {"plateau",
             {{"best", s.plateau.best},
              {"epochs_without_gain", s.plateau.epochsWithoutGain},
              {"factor", s.plateau.factor},
              {"has_best", s.plateau.hasBest}}},
            {"best_value", optional(s.bestValue)},
            {"best_epoch", s.bestEpoch},
            {"epochs_without_gain", s.epochsWithoutGain},
            {"asked", s.asked},
            {"live", s.live},
            {"note", s.note},
            {"finished", s.finished},
            {"stopped_early", s.stoppedEarly},
            {"epochs_asked", s.epochsAsked}};
}

LossSums lossSums(const Json& json) {
    return {json.at("sums").get<std::vector<double>>(), json.at("samples").get<int64_t>()};
}

TrainingState stateFromJson(const Json& json) {
    const auto optional = [&](const char* key) {
        return json.at(key).is_null() ? std::nullopt : std::optional(json.at(key).get<double>());
    };
    TrainingState s;
    s.epoch = json.at("epoch").get<int64_t>();
    s.batch = json.at("batch").get<int64_t>();
    s.step = json.at("step").get<int64_t>();
    s.epochLoss = lossSums(json.at("epoch_loss"));
    s.intervalLoss = lossSums(json.at("interval_loss"));
    const Json& plateau = json.at("plateau");
    s.plateau = {plateau.at("best").get<double>(), plateau.at("epochs_without_gain").get<int64_t>(),
                 plateau.at("factor").get<double>(), plateau.at("has_best").get<bool>()};
    s.bestValue = optional("best_value");
    s.bestEpoch = json.at("best_epoch").get<int64_t>();
    s.epochsWithoutGain = json.at("epochs_without_gain").get<int64_t>();
    if (json.contains("asked"))
        s.asked = json.at("asked").get<LiveValues>();
    if (json.contains("live"))
        s.live = json.at("live").get<LiveValues>();
    else if (const auto rate = optional("learning_rate")) // of an earlier version
        s.live["optimizer.learning_rate"] = *rate;
    s.note = json.value("note", "");
    s.finished = json.at("finished").get<bool>();
    s.stoppedEarly = json.at("stopped_early").get<bool>();
    s.epochsAsked = json.at("epochs_asked").get<int64_t>();
    return s;
}

} // namespace

Result<void> saveCheckpoint(const std::filesystem::path& path, const Model& model, const ParameterStore& store,
                            Optimizer& optimizer, const TrainingState& state,
                            const std::map<std::string, std::string>& environment) {
    std::vector<NamedTensorView> tensors;
    appendArena(tensors, "", store.layout(), store.arena());
    for (const NamedArena& arena : optimizer.arenas())
        appendArena(tensors, "optimizer." + arena.name + ".", store.layout(), arena.values);
    return writeSafetensors(path, std::move(tensors),
                            {{kModelMetadataKey, describeModel(model)},
                             {kStateMetadataKey, toJson(state, optimizer.steps()).dump()},
                             {kEnvironmentKey, Json(environment).dump()}});
}

Result<LoadedCheckpoint> loadCheckpoint(const std::filesystem::path& path, const Model& model, ParameterStore& store,
                                        Optimizer& optimizer) {
    Result<SafetensorsFile> file = openSafetensors(path);
    if (!file)
        return std::move(file).error();
    const auto text = [&](const char* key) {
        const auto it = file->metadata.find(key);
        return it == file->metadata.end() ? std::string() : it->second;
    };
    if (text(kModelMetadataKey) != describeModel(model)) {
        // Options that a continued run may change do not make another network.
        Result<std::shared_ptr<const Model>> stored = modelFromMetadata(file->metadata);
        if (!stored)
            return std::move(stored).error().withContext(path.string());
        if ((*stored)->training.fingerprint() != model.training.fingerprint())
            return makeError(ErrorCode::InvalidArgument, "'{}' belongs to another network.", path.string());
    }
    LoadedCheckpoint loaded;
    int64_t optimizerSteps = 0;
    try {
        const Json state = parseStrictJson(text(kStateMetadataKey), 8).value();
        loaded.state = stateFromJson(state);
        optimizerSteps = state.at("optimizer_steps").get<int64_t>();
        loaded.environment = Json::parse(text(kEnvironmentKey)).get<std::map<std::string, std::string>>();
    } catch (const std::exception& error) { // nlohmann's type errors, and value() of a failed Result
        return makeError(ErrorCode::Unreadable, "'{}' holds no training state that can be read: {}.", path.string(),
                         error.what());
    }

    // Everything is read before anything is changed.
    const auto floats = static_cast<size_t>(store.layout().floats());
    std::vector<AlignedBuffer<float>> arenas;
    const auto read = [&](const std::string& prefix) {
        return readArena(*file, prefix, store.layout(), arenas.emplace_back(floats).span());
    };
    Result<void> done = read("");
    for (const NamedArena& arena : optimizer.arenas())
        if (done)
            done = read("optimizer." + arena.name + ".");
    if (!done)
        return std::move(done).error().withContext(path.string());
    store.assign(arenas[0].span());
    size_t next = 1;
    for (const NamedArena& arena : optimizer.arenas())
        std::copy_n(arenas[next++].data(), floats, arena.values.data());
    optimizer.setSteps(optimizerSteps);
    return loaded;
}

} // namespace hourglass
