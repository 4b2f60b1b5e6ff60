#include "app/cli/Context.h"
#include "core/io/ExportModel.h"

namespace hourglass::cli {

namespace {

struct Arguments {
    std::string model, format, output, part = "autoencoder";
    bool force = false;
};

std::vector<std::string> formatIds() {
    std::vector<std::string> ids;
    for (const Exporter& exporter : exporters())
        ids.emplace_back(exporter.id);
    return ids;
}

int run(const Arguments& arguments, Context& context) {
    if (Result<void> free = checkOutput(arguments.output, arguments.force); !free)
        return context.fail(free.error());
    Result<LoadedModel> loaded = loadModel(arguments.model);
    if (!loaded)
        return context.fail(loaded.error());
    ExportOptions options;
    for (const ModelPart part : {ModelPart::Autoencoder, ModelPart::Encoder, ModelPart::Decoder})
        if (arguments.part == partName(part))
            options.part = part;
    Result<ExportReceipt> receipt =
        exportModel(*loaded, arguments.format, arguments.output, options, context.executor());
    if (!receipt)
        return context.fail(receipt.error());
    context.print(receipt->toJson(), receipt->toText());
    return kDone;
}

} // namespace

void addExport(CommandLine& line, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    Command command = line.command("export", "Write a model for other programs, with a receipt");
    command.option("model", arguments->model, "A run folder, a checkpoint or an exported file").required();
    command.option("--format", arguments->format, "See 'list exporters'").required().check(oneOf(formatIds()));
    command.option("-o,--output", arguments->output, "The file to write").required();
    command.option("--part", arguments->part, "autoencoder, encoder or decoder")
        .check(oneOf({"autoencoder", "encoder", "decoder"}));
    command.flag("--force", arguments->force, "Replace an existing file");
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([arguments, &context] { return run(*arguments, context); });
}

} // namespace hourglass::cli
