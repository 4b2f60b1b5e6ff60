// generate: new samples, decoded from codes of the prior or of a Gaussian fitted to those of data.

#include <cmath>

#include "app/cli/ModelContext.h"
#include "core/analysis/PictureGrid.h"
#include "core/data/ImageCodec.h"
#include "core/formats/Npy.h"
#include "core/inference/CodeSource.h"
#include "core/training/TrainingData.h"

namespace hourglass::cli {

namespace {

struct Arguments {
    std::string model, source, output;
    int64_t count = 64, columns = 0;
    uint64_t seed = 0;
    double temperature = 1;
    int64_t traversed = -1;     // a dimension
    int64_t from = -1, to = -1; // rows
    bool force = false;
};

bool isArray(const Arguments& arguments) {
    return std::filesystem::path(arguments.output).extension() == ".npy";
}

Result<void> checkArguments(const Arguments& arguments, const Model& model) {
    if (arguments.from >= 0 && arguments.to < 0 && arguments.traversed < 0)
        return makeError(ErrorCode::InvalidArgument, "--from is where a way starts: add --to ROW or --traverse "
                                                     "DIMENSION.");
    if (isArray(arguments))
        return {};
    if (!hasImageExtension(arguments.output))
        return makeError(ErrorCode::InvalidArgument,
                         "'{}' cannot be written: the extension must be .npy, or .png, .jpg, .webp, .bmp or .tif.",
                         arguments.output);
    const Shape& shape = model.sampleShape;
    if (shape.rank() != 3 || (shape[0] != 1 && shape[0] != 3))
        return makeError(ErrorCode::InvalidArgument,
                         "This model makes no pictures, but samples of shape {}; write them to an .npy file.",
                         shape.toString());
    return {};
}

// What a Gaussian is fitted to, where there is no prior, and what --from and --to are rows of: --data, else what the
// model was trained on. Null: not needed, or interrupted.
Result<std::shared_ptr<const Dataset>> samplesFor(const LoadedModel& loaded, const Arguments& arguments,
                                                  const Context& context) {
    if (CodeSource::hasPrior(*loaded.model) && arguments.from < 0) {
        if (!arguments.source.empty())
            context.message("note: codes come from the model's prior; --data is not used");
        return std::shared_ptr<const Dataset>();
    }
    Result<OpenedDataset> opened = arguments.source.empty() ? openTrainingRows(loaded.path, context.stopToken())
                                                            : openFor(*loaded.model, arguments.source, context);
    if (!opened && arguments.source.empty())
        return std::move(opened).error().withContext("Codes of data are needed; name some with --data");
    if (!opened)
        return std::move(opened).error();
    return opened->dataset;
}

Result<Tensor> codeOf(ModelRunner& runner, const Dataset& samples, int64_t row, const char* key) {
    if (row >= samples.size())
        return makeError(ErrorCode::InvalidArgument, "{} {}: the data have rows 0 to {}.", key, row,
                         samples.size() - 1);
    Tensor sample(samples.sampleShape().batch(1));
    samples.read(std::span(&row, 1), sample.values());
    return runner.encode(sample);
}

// From one code to another in equal steps, both included.
Tensor codesBetween(const Tensor& from, const Tensor& to, int64_t steps) {
    Tensor codes(from.shape().sample().batch(steps));
    for (int64_t i = 0; i < steps; ++i) {
        const float share = steps == 1 ? 0.0f : static_cast<float>(i) / static_cast<float>(steps - 1);
        std::ranges::transform(from.values(), to.values(), codes.sample(i).begin(),
                               [share](float a, float b) { return std::lerp(a, b, share); });
    }
    return codes;
}

struct Codes {
    Tensor values;           // [count, code…]
    std::string description; // "a Gaussian fitted to the codes of 10,000 samples"
};

// Nothing when interrupted.
Result<std::optional<Codes>> codesFor(const Arguments& arguments, ModelRunner& runner,
                                      const std::shared_ptr<const Dataset>& samples, const Context& context) {
    std::optional<Tensor> from;
    if (arguments.from >= 0) {
        Result<Tensor> code = codeOf(runner, *samples, arguments.from, "--from");
        if (!code)
            return std::move(code).error();
        from = *std::move(code);
    }
    if (arguments.to >= 0) {
        const Result<Tensor> to = codeOf(runner, *samples, arguments.to, "--to");
        if (!to)
            return to.error();
        return std::optional(Codes{codesBetween(*from, *to, arguments.count),
                                   fmt::format("codes from row {} to row {}", arguments.from, arguments.to)});
    }
    const Result<std::optional<CodeSource>> source = CodeSource::of(runner, samples, context.stopToken());
    if (!source)
        return source.error();
    if (!*source)
        return std::optional<Codes>();
    const std::string description = (*source)->description();
    if (arguments.traversed < 0)
        return std::optional(
            Codes{(*source)->sample(arguments.count, arguments.seed, arguments.temperature), description});
    if (const int64_t dimensions = (*source)->distribution().dimensions(); arguments.traversed >= dimensions)
        return makeError(ErrorCode::InvalidArgument, "--traverse {}: the code has dimensions 0 to {}.",
                         arguments.traversed, dimensions - 1);
    const Tensor base = from ? *from : (*source)->centre();
    return std::optional(
        Codes{(*source)->traversal(base.values(), arguments.traversed, arguments.count),
              fmt::format("{} with dimension {} from -3σ to 3σ of {}",
                          from ? fmt::format("the code of row {}", arguments.from) : std::string("the mean"),
                          arguments.traversed, description)});
}

int run(const Arguments& arguments, Context& context) {
    if (Result<void> free = checkOutput(arguments.output, arguments.force); !free)
        return context.fail(free.error());
    Result<LoadedModel> loaded = loadModel(arguments.model);
    if (!loaded)
        return context.fail(loaded.error());
    if (Result<void> possible = checkArguments(arguments, *loaded->model); !possible)
        return context.fail(possible.error());
    ModelRunner runner = makeRunner(*loaded, context);
    if (const Result<Shape> code = runner.codeShape(); !code)
        return context.fail(code.error());
    Result<std::shared_ptr<const Dataset>> samples = samplesFor(*loaded, arguments, context);
    if (!samples)
        return context.fail(samples.error());
    if (context.interrupted())
        return kInterrupted;
    const Result<std::optional<Codes>> codes = codesFor(arguments, runner, *samples, context);
    if (!codes)
        return context.fail(codes.error());
    if (!*codes)
        return kInterrupted;
    const Result<Tensor> made = runner.decode((*codes)->values);
    if (!made)
        return context.fail(made.error());
    const Result<void> written =
        isArray(arguments) ? writeNpy(arguments.output, *made)
                           : encodeImage(arguments.output, pictureGrid(*made, {.columns = arguments.columns}));
    if (!written)
        return context.fail(written.error());
    Json json = {{"output", arguments.output}, {"shape", made->shape().sizes()}, {"codes", (*codes)->description}};
    if (arguments.traversed < 0 && arguments.to < 0) { // which are not drawn
        json["seed"] = arguments.seed;
        json["temperature"] = arguments.temperature;
    }
    context.print(json, fmt::format("wrote {}: {}, decoded from {}", arguments.output,
                                    counted(arguments.count, "sample", "samples"), (*codes)->description));
    return kDone;
}

} // namespace

void addGenerate(CommandLine& line, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    Command command = line.command("generate", "Decode new samples from random codes");
    command.option("model", arguments->model, "A run folder, a checkpoint or an exported file").required();
    command.option("-o,--output", arguments->output, "An .npy file, or a picture of all of them in a grid").required();
    command.option("--count", arguments->count, "How many samples").check(wholeNumber(1, 100000)).showDefault();
    command.option("--seed", arguments->seed, "Of the codes").check(wholeNumber()).showDefault();
    command.option("--temperature", arguments->temperature, "Factor of the codes' standard deviation")
        .check(numberBetween(0, 100))
        .showDefault();
    const Option traverse =
        command
            .option("--traverse", arguments->traversed,
                    "Instead of random codes their mean, or that of --from, with this dimension (from 0) moved from "
                    "-3σ to 3σ in --count steps")
            .check(wholeNumber(0, 1'000'000'000));
    const Option from = command
                            .option("--from", arguments->from,
                                    "A row (from 0) of --data, or of what the model was trained on: where --traverse "
                                    "or the way --to another row starts")
                            .check(wholeNumber(0, INT64_MAX));
    command.option("--to", arguments->to, "Instead of random codes those between --from and this row, in --count steps")
        .check(wholeNumber(0, INT64_MAX))
        .needs(from)
        .excludes(traverse);
    command.option("--columns", arguments->columns, "Of the grid; as many as make it square otherwise")
        .check(wholeNumber(1, 1000));
    command.option("--data", arguments->source,
                   "What a Gaussian is fitted to the codes of, for models without a prior, and --from and --to are "
                   "rows of; otherwise what the model was trained on");
    command.flag("--force", arguments->force, "Replace an existing file");
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([arguments, &context] { return run(*arguments, context); });
}

} // namespace hourglass::cli
