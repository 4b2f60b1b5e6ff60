// generate: new samples, decoded from codes of the prior or of a Gaussian fitted to those of data.

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
    int64_t traversed = -1; // a dimension
    bool force = false;
};

bool isArray(const Arguments& arguments) {
    return std::filesystem::path(arguments.output).extension() == ".npy";
}

Result<void> checkArguments(const Arguments& arguments, const Model& model) {
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

// What a Gaussian is fitted to, where there is no prior: --data, else what the model was trained on. Null: neither, or
// interrupted.
Result<std::shared_ptr<const Dataset>> samplesFor(const LoadedModel& loaded, const Arguments& arguments,
                                                  const Context& context) {
    if (CodeSource::hasPrior(*loaded.model)) {
        if (!arguments.source.empty())
            context.message("note: codes come from the model's prior; --data is not used");
        return std::shared_ptr<const Dataset>();
    }
    Result<OpenedDataset> opened = arguments.source.empty() ? openTrainingRows(loaded.path, context.stopToken())
                                                            : openFor(*loaded.model, arguments.source, context);
    if (!opened && arguments.source.empty())
        return std::move(opened).error().withContext(
            "A Gaussian is fitted to the codes of data; name some with --data");
    if (!opened)
        return std::move(opened).error();
    return opened->dataset;
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
    Result<std::optional<CodeSource>> source = CodeSource::of(runner, *samples, context.stopToken());
    if (!source)
        return context.fail(source.error());
    if (!*source)
        return kInterrupted;
    if (const int64_t dimensions = (*source)->distribution().dimensions(); arguments.traversed >= dimensions)
        return context.fail(makeError(ErrorCode::InvalidArgument, "--traverse {}: the code has dimensions 0 to {}.",
                                      arguments.traversed, dimensions - 1));
    Result<Tensor> made =
        runner.decode(arguments.traversed < 0
                          ? (*source)->sample(arguments.count, arguments.seed, arguments.temperature)
                          : (*source)->traversal((*source)->centre().values(), arguments.traversed, arguments.count));
    if (!made)
        return context.fail(made.error());
    const Result<void> written =
        isArray(arguments) ? writeNpy(arguments.output, *made)
                           : encodeImage(arguments.output, pictureGrid(*made, {.columns = arguments.columns}));
    if (!written)
        return context.fail(written.error());
    const std::string description = (*source)->description();
    context.print({{"output", arguments.output},
                   {"shape", made->shape().sizes()},
                   {"codes", description},
                   {"seed", arguments.seed},
                   {"temperature", arguments.temperature}},
                  fmt::format("wrote {}: {}, decoded from {}", arguments.output,
                              counted(arguments.count, "sample", "samples"), description));
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
    command
        .option("--traverse", arguments->traversed,
                "Instead of random codes their mean, with this dimension (from 0) moved from -3σ to 3σ in --count "
                "steps")
        .check(wholeNumber(0, 1'000'000'000));
    command.option("--columns", arguments->columns, "Of the grid; as many as make it square otherwise")
        .check(wholeNumber(1, 1000));
    command.option("--data", arguments->source,
                   "What a Gaussian is fitted to the codes of, for models without a prior; otherwise what the "
                   "model was trained on");
    command.flag("--force", arguments->force, "Replace an existing file");
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([arguments, &context] { return run(*arguments, context); });
}

} // namespace hourglass::cli
