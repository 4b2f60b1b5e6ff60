// compare: a labelled sheet of original, noisy and reconstruction.

#include "app/cli/ModelContext.h"
#include "core/analysis/ComparisonSheet.h"
#include "core/data/ImageCodec.h"
#include "core/data/Split.h"

namespace hourglass::cli {

namespace {

struct Arguments : ModelArguments {
    std::string output;
    int64_t count = 6;
    uint64_t seed = 1;
    bool force = false;
};

int run(const Arguments& arguments, Context& context) {
    if (Result<void> free = checkOutput(arguments.output, arguments.force); !free)
        return context.fail(free.error());
    if (!hasImageExtension(arguments.output))
        return context.fail(makeError(ErrorCode::InvalidArgument,
                                      "'{}' cannot be written: the extension must be .png, .jpg, .webp, .bmp or .tif.",
                                      arguments.output));
    Result<std::optional<ModelOnData>> opened = openModelOnData(arguments, context);
    if (!opened)
        return context.fail(opened.error());
    if (!*opened)
        return kInterrupted;
    const auto& [loaded, data, noise] = **opened;
    const Dataset& dataset = *data;
    if (!dataset.isImage())
        return context.fail(
            makeError(ErrorCode::InvalidArgument, "'{}' holds no pictures to compare.", arguments.source));

    const std::vector<int64_t> rows = spreadEvenly(dataset.size(), arguments.count);
    const auto count = static_cast<int64_t>(rows.size());
    ComparisonImages images;
    std::vector<uint64_t> ids;
    for (const int64_t row : rows) {
        images.names.push_back(dataset.name(row));
        ids.push_back(dataset.id(row));
    }
    images.original = Tensor(dataset.sampleShape().batch(count));
    dataset.read(rows, images.original.values());
    const NetworkInput input = corrupted(images.original, ids, noise.get(), arguments.seed);
    if (noise)
        images.noisy = input.samples;
    Result<Tensor> reconstruction = makeRunner(loaded, context).reconstruct(input);
    if (!reconstruction)
        return context.fail(reconstruction.error());
    images.reconstruction = *std::move(reconstruction);
    const Model& model = *loaded.model;
    const Tensor sheet = renderComparisonSheet(
        images, {.title = fmt::format("{} autoencoder, {}", model.family->label(),
                                      model.hasCode() ? fmt::format("code {}", model.codeElements())
                                                      : std::string(model.architecture->label())),
                 .subtitle = dataset.description()});
    if (Result<void> written = encodeImage(arguments.output, sheet); !written)
        return context.fail(written.error());
    context.print({{"sheet", std::filesystem::absolute(arguments.output).string()}, {"samples", count}},
                  fmt::format("comparison sheet: {}", arguments.output));
    return kDone;
}

} // namespace

void addCompare(CommandLine& line, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    Command command = line.command("compare", "Draw originals, noisy inputs and reconstructions on one sheet");
    addModelArguments(command, *arguments);
    command.option("-o,--output", arguments->output, "The picture to write").required();
    command.option("--count", arguments->count, "How many samples").check(wholeNumber(1, 100));
    command.option("--seed", arguments->seed, "Of the noise").check(wholeNumber());
    command.flag("--force", arguments->force, "Replace an existing file");
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([arguments, &context] { return run(*arguments, context); });
}

} // namespace hourglass::cli
