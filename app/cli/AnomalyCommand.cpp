// anomaly: how unlike its training data a model finds each sample.

#include <algorithm>

#include "app/cli/ModelContext.h"
#include "core/analysis/Roc.h"
#include "core/base/AtomicFile.h"
#include "core/formats/Npy.h"
#include "core/inference/AnomalyScorer.h"
#include "core/inference/NormalScores.h"
#include "core/inference/ScoreTable.h"

namespace hourglass::cli {

namespace {

struct Arguments : ModelArguments {
    std::string output, score = "error", normal, maps;
    double quantile = 0.99;
    bool force = false;
};

using Scores = std::vector<float>;

Result<AnomalyScore> scoreOf(const std::string& name, const Model& model) {
    const AnomalyScore score =
        name == scoreName(AnomalyScore::NegativeElbo) ? AnomalyScore::NegativeElbo : AnomalyScore::ReconstructionError;
    if (Result<void> known = checkScore(score, model); !known)
        return std::move(known).error();
    return score;
}

Result<std::optional<Scores>> scored(AnomalyScorer& scorer, const std::shared_ptr<const Dataset>& data,
                                     AnomalyScore score, const std::string& what, const Context& context) {
    WorkProgress progress("samples");
    return scorer.run(
        data, score,
        [&](int64_t samples) {
            const auto done = static_cast<double>(samples);
            progress.show(done / static_cast<double>(data->size()), done, what);
        },
        context.stopToken());
}

struct Threshold {
    double value = 0;
    std::string origin; // "training data"
};

std::string originText(NormalScores::Origin origin) {
    switch (origin) {
    case NormalScores::Origin::Training:
        return "training data";
    case NormalScores::Origin::LabelledNormal:
        return "the normal samples of --data";
    case NormalScores::Origin::All:
        break;
    }
    return "all samples of --data";
}

// Nothing when interrupted.
Result<std::optional<Threshold>> thresholdOf(AnomalyScorer& scorer, const std::shared_ptr<const Dataset>& training,
                                             AnomalyScore score, const Scores& scores,
                                             const std::vector<bool>& isAnomaly, double quantile,
                                             const Context& context) {
    Scores ofTraining;
    if (training != nullptr) {
        Result<std::optional<Scores>> of = scored(scorer, training, score, "training data", context);
        if (!of)
            return std::move(of).error();
        if (!*of)
            return std::optional<Threshold>();
        ofTraining = **std::move(of);
    }
    const NormalScores normal = normalScoresOf(ofTraining, scores, isAnomaly);
    const Result<double> value = quantileThreshold(normal.scores, quantile);
    if (!value)
        return value.error();
    return std::optional(Threshold{*value, originText(normal.origin)});
}

Result<void> write(const Arguments& arguments, const Dataset& data, const Scores& scores, double threshold) {
    if (std::filesystem::path(arguments.output).extension() == ".csv")
        return writeFileAtomically(arguments.output, scoresToCsv(data, scores, threshold));
    return writeNpy(arguments.output, Tensor({static_cast<int64_t>(scores.size())}, scores));
}

Result<void> checkOutputs(const Arguments& arguments) {
    if (Result<void> free = checkOutput(arguments.output, arguments.force); !free)
        return free;
    if (const std::string extension = std::filesystem::path(arguments.output).extension();
        extension != ".npy" && extension != ".csv")
        return makeError(ErrorCode::InvalidArgument, "'{}' cannot be written: the extension must be .npy or .csv.",
                         arguments.output);
    if (arguments.maps.empty())
        return {};
    const std::filesystem::path maps = arguments.maps;
    if (maps.extension() != ".npy")
        return makeError(ErrorCode::InvalidArgument, "'{}' cannot be written: the extension must be .npy.",
                         arguments.maps);
    const auto place = [](const std::filesystem::path& path) {
        std::error_code ignored; // checkOutput() says what is wrong with it
        return weakly_canonical(std::filesystem::absolute(path), ignored);
    };
    if (place(maps) == place(arguments.output))
        return makeError(ErrorCode::InvalidArgument, "--maps and -o are the same file, '{}'. Name two.",
                         arguments.maps);
    return checkOutput(maps, arguments.force);
}

// Where each picture is odd, [N, H, W]. False when interrupted: then nothing is written.
Result<bool> writeMaps(const std::string& path, const ModelOnData& work, Context& context) {
    const Shape& shape = work.dataset->sampleShape();
    const auto mapsOf = [&](const Batch& batch, std::span<const float> output, const FloatSink& sink) {
        const size_t pixels = output.size() / static_cast<size_t>(batch.rows);
        for (size_t at = 0; at < output.size(); at += pixels) {
            const Tensor sample(shape, batch.clean.span().subspan(at, pixels));
            if (!sink(errorMap(sample, Tensor(shape, output.subspan(at, pixels))).values()))
                return false;
        }
        return true;
    };
    ModelRunner runner = makeRunner(work.loaded, context);
    return writeRows(path, Shape{work.dataset->size(), shape[1], shape[2]}, runner, work.dataset,
                     ModelRunner::What::Reconstruction, 0.0f, mapsOf, "maps", context);
}

void add(Json& json, std::string& text, const char* key, const Json& value) {
    json[key] = value;
    text += fmt::format("\n{:<20} {}", key, value.is_string() ? value.get<std::string>() : value.dump());
}

int run(const Arguments& arguments, Context& context) {
    if (Result<void> free = checkOutputs(arguments); !free)
        return context.fail(free.error());
    Result<std::optional<ModelOnData>> opened = openModelOnData(arguments, context);
    if (!opened)
        return context.fail(opened.error());
    if (!*opened)
        return kInterrupted;
    const LoadedModel& loaded = (*opened)->loaded;
    const std::shared_ptr<const Dataset>& data = (*opened)->dataset;
    if (const Shape& shape = data->sampleShape(); !arguments.maps.empty() && shape.rank() != 3)
        return context.fail(makeError(ErrorCode::InvalidArgument,
                                      "--maps is for pictures; these samples have the shape {}.", shape.toString()));
    const Result<AnomalyScore> score = scoreOf(arguments.score, *loaded.model);
    if (!score)
        return context.fail(score.error());
    const Result<NormalSamples> training = openNormalSamples(loaded.path, context.stopToken());
    if (!training)
        return context.fail(training.error());
    if (!training->whyNone.empty())
        context.message(training->whyNone);
    const Result<NormalClasses> normal = normalClassesOf(*data, arguments.normal, training->samples.get(), "--normal");
    if (!normal)
        return context.fail(normal.error());
    context.message(normal->reason);
    const std::vector<bool> isAnomaly = anomaliesAmong(*data, *normal);

    AnomalyScorer scorer(context.executor(), loaded.model, loaded.weights);
    const Result<std::optional<Scores>> scores = scored(scorer, data, *score, "", context);
    if (!scores)
        return context.fail(scores.error());
    if (!*scores || context.interrupted())
        return kInterrupted;
    const Result<std::optional<Threshold>> threshold =
        thresholdOf(scorer, training->samples, *score, **scores, isAnomaly, arguments.quantile, context);
    if (!threshold)
        return context.fail(threshold.error());
    if (!*threshold)
        return kInterrupted;
    const auto& [value, origin] = **threshold;

    Json json;
    std::string text = counted(data->size(), "sample", "samples");
    json["samples"] = data->size();
    add(json, text, "score", scoreName(*score));
    add(json, text, "threshold", value);
    add(json, text, "threshold_from", fmt::format("quantile {} of {}", arguments.quantile, origin));
    add(json, text, "above_threshold",
        std::ranges::count_if(**scores, [&](float each) { return static_cast<double>(each) > value; }));
    if (!isAnomaly.empty()) {
        const Result<Roc> roc = rocOf(**scores, isAnomaly);
        if (roc) {
            const ConfusionCounts counts = confusionAt(value, **scores, isAnomaly);
            add(json, text, "auroc", roc->area);
            add(json, text, "true_positives", counts.truePositives);
            add(json, text, "false_positives", counts.falsePositives);
            add(json, text, "true_negatives", counts.trueNegatives);
            add(json, text, "false_negatives", counts.falseNegatives);
        } else {
            context.message("no ROC curve: " + roc.error().message());
        }
    }
    if (!arguments.maps.empty()) {
        const Result<bool> done = writeMaps(arguments.maps, **opened, context);
        if (!done)
            return context.fail(done.error());
        if (!*done)
            return kInterrupted;
        json["maps"] = arguments.maps;
        text += fmt::format("\nwrote {}", arguments.maps);
    }
    if (const Result<void> written = write(arguments, *data, **scores, value); !written)
        return context.fail(written.error());
    json["output"] = arguments.output;
    context.print(json, text + fmt::format("\nwrote {}", arguments.output));
    return kDone;
}

} // namespace

void addAnomaly(CommandLine& line, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    Command command = line.command("anomaly", "Score how unlike its training data a model finds samples");
    addModelArguments(command, *arguments);
    command.option("-o,--output", arguments->output, "Scores: an .npy file [N], or a .csv with names").required();
    command
        .option("--score", arguments->score,
                "error: of the reconstruction; neg_elbo: the evidence bound of a variational model")
        .check(oneOf({"error", "neg_elbo"}))
        .showDefault();
    command.option("--normal", arguments->normal,
                   "Normal classes, by name or number, separated by commas; otherwise those trained on");
    command.option("--quantile", arguments->quantile, "Of the scores of normal samples, 0 to 1: the threshold")
        .check(numberBetween(0, 1))
        .showDefault();
    command.option("--maps", arguments->maps, "Also the squared error of each pixel: an .npy file [N, H, W] to write");
    command.flag("--force", arguments->force, "Replace an existing file");
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([arguments, &context] { return run(*arguments, context); });
}

} // namespace hourglass::cli
