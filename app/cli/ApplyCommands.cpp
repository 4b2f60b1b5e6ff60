// reconstruct, encode and decode: a source through a model into an .npy file.

#include "app/cli/ModelContext.h"
#include <numeric>

#include "core/data/OpenDataset.h"
#include "core/formats/Npy.h"

namespace hourglass::cli {

namespace {

struct Arguments : ModelArguments {
    std::string output, sigma = "auto";
    bool force = false;
};

int finish(Result<void> written, const Arguments& arguments, const Shape& shape, const Context& context) {
    if (!written)
        return context.fail(written.error());
    context.print({{"output", arguments.output}, {"shape", shape.sizes()}},
                  fmt::format("wrote {} {}", arguments.output, shape.toString()));
    return kDone;
}

int apply(const Arguments& arguments, Context& context, ModelRunner::What what) {
    if (Result<void> free = checkOutput(arguments.output, arguments.force); !free)
        return context.fail(free.error());
    Result<std::optional<ModelOnData>> opened = openModelOnData(arguments, context);
    if (!opened)
        return context.fail(opened.error());
    if (!*opened)
        return kInterrupted;
    const std::shared_ptr<const Dataset>& dataset = (*opened)->dataset;
    ModelRunner runner = makeRunner((*opened)->loaded, context);
    const Result<Shape> row = what == ModelRunner::What::Code ? runner.codeShape() : dataset->sampleShape();
    if (!row)
        return context.fail(row.error());
    const Shape shape = row->batch(dataset->size());
    const std::optional<float> level = noiseLevelOf(arguments.sigma, runner.model(), context);
    const auto asTheyAre = [](const Batch&, std::span<const float> output, const FloatSink& sink) {
        return sink(output);
    };
    const Result<bool> done = writeRows(arguments.output, shape, runner, dataset, what, level, asTheyAre, "", context);
    if (done && !*done)
        return kInterrupted;
    return finish(done ? Result<void>() : done.error(), arguments, shape, context);
}

int decode(const Arguments& arguments, Context& context) {
    if (Result<void> free = checkOutput(arguments.output, arguments.force); !free)
        return context.fail(free.error());
    Result<LoadedModel> loaded = loadModel(arguments.model);
    if (!loaded)
        return context.fail(loaded.error());
    Result<OpenedDataset> data = openArgument(arguments.source, DataOptions{}, context);
    if (!data)
        return context.fail(data.error());
    if (data->dataset == nullptr)
        return kInterrupted;
    Tensor codes(data->dataset->sampleShape().batch(data->dataset->size()));
    std::vector<int64_t> rows(static_cast<size_t>(data->dataset->size()));
    std::iota(rows.begin(), rows.end(), int64_t{0});
    data->dataset->read(rows, codes.values());
    Result<Tensor> decoded = makeRunner(*loaded, context).decode(codes);
    if (!decoded)
        return context.fail(decoded.error());
    return finish(writeNpy(arguments.output, *decoded), arguments, decoded->shape(), context);
}

template <typename Run>
void add(CommandLine& line, Context& context, const char* name, const char* help, Run run, bool hearsSigma = false) {
    auto arguments = std::make_shared<Arguments>();
    Command command = line.command(name, help);
    addModelArguments(command, *arguments);
    if (hearsSigma)
        addSigma(command, arguments->sigma);
    command.option("-o,--output", arguments->output, "The .npy file to write").required();
    command.flag("--force", arguments->force, "Replace an existing file");
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([arguments, run, &context] { return run(*arguments, context); });
}

} // namespace

void addApply(CommandLine& line, Context& context) {
    using What = ModelRunner::What;
    add(
        line, context, "reconstruct", "Write what a model makes of each sample",
        [](const Arguments& a, Context& c) { return apply(a, c, What::Reconstruction); }, true);
    add(line, context, "encode", "Write the code of each sample",
        [](const Arguments& a, Context& c) { return apply(a, c, What::Code); });
    add(line, context, "decode", "Write what a model makes of codes [N, K]",
        [](const Arguments& a, Context& c) { return decode(a, c); });
}

} // namespace hourglass::cli
