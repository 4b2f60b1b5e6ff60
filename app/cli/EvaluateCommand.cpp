#include "app/cli/ModelContext.h"
#include "core/inference/CodeDivergence.h"
#include "core/inference/CodeSource.h"
#include "core/models/VariationalFamily.h"
#include "core/training/Evaluation.h"
#include "core/training/TrainingData.h"

namespace hourglass::cli {

namespace {

struct Arguments : ModelArguments {
    uint64_t seed = 1;
    int64_t importanceSamples = 100;
};

int run(const Arguments& arguments, Context& context) {
    Result<std::optional<ModelOnData>> opened = openModelOnData(arguments, context);
    if (!opened)
        return context.fail(opened.error());
    if (!*opened)
        return kInterrupted;
    const ModelOnData& work = **opened;
    const Dataset& dataset = *work.dataset;
    if (Result<void> fits = checkSampleShape(work.model().sampleShape, dataset.sampleShape()); !fits)
        return context.fail(fits.error());
    if (const Result<void> fits = checkTargets(dataset, work.model().options); !fits)
        context.message(
            fmt::format("warning: what is measured with cross-entropy means nothing here. {}", fits.error().message()));
    Evaluation evaluation(work.loaded.model, Precision::F32, ProgramCache(context.executor()));
    const std::unique_ptr<Batcher> batcher = evaluationBatcher(work.dataset, work.noise.get(), arguments.seed);
    WorkProgress progress("samples");
    Result<std::optional<MetricMap>> metrics = evaluation.measure(
        *batcher, dataset, work.loaded.weights,
        [&](int64_t samples) {
            const auto done = static_cast<double>(samples);
            progress.show(done / static_cast<double>(dataset.size()), done);
        },
        context.stopToken());
    if (!metrics)
        return context.fail(metrics.error());
    if (!*metrics)
        return kInterrupted;

    if (work.model().evaluation.outputs().contains(kLogWeightOutput)) {
        WorkProgress drawing("codes");
        const Result<std::optional<double>> nll = evaluation.importanceWeightedNll(
            *batcher, dataset, work.loaded.weights, arguments.importanceSamples,
            [&](int64_t codes) {
                const auto done = static_cast<double>(codes);
                drawing.show(done / static_cast<double>(dataset.size() * arguments.importanceSamples), done);
            },
            context.stopToken());
        if (!nll)
            return context.fail(nll.error());
        if (!*nll)
            return kInterrupted;
        (**metrics)["iw_nll"] = **nll;
    }

    std::optional<std::vector<double>> divergences;
    if (context.json && CodeSource::hasPrior(work.model())) {
        ModelRunner runner = makeRunner(work.loaded, context);
        Result<std::optional<std::vector<double>>> measured =
            divergencePerDimension(runner, dataset, context.stopToken());
        if (!measured)
            return context.fail(measured.error());
        if (!*measured)
            return kInterrupted;
        divergences = **std::move(measured);
    }

    Json values = Json::object();
    std::string text = counted(dataset.size(), "sample", "samples");
    for (const auto& [name, value] : **metrics) {
        values[name] = value;
        text += fmt::format("\n{:<20} {:.6g}", name, value);
    }
    Json json = {{"samples", dataset.size()}, {"metrics", values}};
    if (divergences)
        json["kl_per_dimension"] = *divergences;
    context.print(json, text);
    return kDone;
}

} // namespace

void addEvaluate(CommandLine& line, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    Command command = line.command("evaluate", "Measure a model on a data source");
    addModelArguments(command, *arguments);
    command.option("--seed", arguments->seed, "Of the noise that a denoising model is tested with")
        .check(wholeNumber())
        .showDefault();
    command
        .option("--importance-samples", arguments->importanceSamples,
                "Codes drawn for each sample for iw_nll, of variational models")
        .check(wholeNumber(1, 100000))
        .showDefault();
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([arguments, &context] { return run(*arguments, context); });
}

} // namespace hourglass::cli
