// compress: what a model's code costs in bytes and leaves of pictures, against PCA and JPEG.

#include "app/cli/ModelContext.h"
#include "core/data/MemoryDataset.h"
#include "core/data/RowSubset.h"
#include "core/inference/Compression.h"
#include "core/training/TrainingData.h"

namespace hourglass::cli {

namespace {

struct Arguments : ModelArguments {
    std::string training;
    int64_t limit = 0;
};

// What PCA is fitted to: --training, else what the model was trained on. Null where that is not known, which is no
// error: the table says so.
Result<std::shared_ptr<const Dataset>> trainingFor(const LoadedModel& loaded, const Arguments& arguments,
                                                   const Context& context) {
    if (arguments.training.empty()) {
        Result<OpenedDataset> opened = openTrainingRows(loaded.path, context.stopToken());
        if (opened)
            return opened->dataset;
        context.message(fmt::format("note: {} PCA needs it; name it with --training", opened.error().message()));
        return std::shared_ptr<const Dataset>();
    }
    Result<OpenedDataset> opened = openFor(*loaded.model, arguments.training, context);
    if (!opened)
        return std::move(opened).error().withName("--data", "--training");
    return opened->dataset;
}

Json jsonOf(const Compression& result) {
    Json rows = Json::array();
    for (const CompressionRow& row : result.rows) {
        Json line{{"method", idOf(row.method)},
                  {"code", nameOf(row.format)},
                  {"bytes", row.bytes},
                  {"ratio", row.ratio},
                  {"mse", row.mse},
                  {"psnr", row.psnr},
                  {"ssim", row.ssim}};
        const bool isJpeg =
            row.method == CompressionMethod::JpegFile || row.method == CompressionMethod::JpegWithoutTables;
        if (isJpeg)
            line["out_of_reach"] = row.outOfReach;
        rows.push_back(line);
    }
    return {{"samples", result.samples},
            {"input_bytes", result.inputBytes},
            {"code_values", result.codeValues},
            {"rows", rows},
            {"notes", result.notes}};
}

std::string tableOf(const Compression& result) {
    std::string text =
        fmt::format("{} of {} bytes (8-bit pixels), codes of {}\n{:<40} {:>9} {:>8} {:>10} {:>7} {:>7}",
                    counted(result.samples, "picture", "pictures"), grouped(result.inputBytes),
                    counted(result.codeValues, "value", "values"), "", "bytes", "ratio", "MSE", "PSNR", "SSIM");
    for (const CompressionRow& row : result.rows)
        text += fmt::format("\n{:<40} {:>9.1f} {:>8.2f} {:>10.6f} {:>7.2f} {:>7.4f}", labelOf(row, result.samples),
                            row.bytes, row.ratio, row.mse, row.psnr, row.ssim);
    return text;
}

int run(const Arguments& arguments, Context& context) {
    Result<std::optional<ModelOnData>> opened = openModelOnData(arguments, context);
    if (!opened)
        return context.fail(opened.error());
    if (!*opened)
        return kInterrupted;
    const ModelOnData& work = **opened;
    ModelRunner runner = makeRunner(work.loaded, context);
    if (const Result<Shape> code = runner.codeShape(); !code)
        return context.fail(code.error());
    Result<std::shared_ptr<const Dataset>> training = trainingFor(work.loaded, arguments, context);
    if (!training)
        return context.fail(training.error());
    std::shared_ptr<const Dataset> pictures = work.dataset;
    if (arguments.limit > 0)
        pictures = evenlySpread(std::move(pictures), arguments.limit);
    WorkProgress progress("pictures");
    const Result<std::optional<Compression>> result = measureCompression(
        runner,
        {.pictures = pictures,
         .training = *training,
         .progress =
             [&](double fraction) { progress.show(fraction, fraction * static_cast<double>(pictures->size())); },
         .stop = context.stopToken()});
    if (!result)
        return context.fail(result.error());
    if (!*result)
        return kInterrupted;
    for (const std::string& note : (*result)->notes)
        context.message("note: " + note);
    context.print(jsonOf(**result), tableOf(**result));
    return kDone;
}

} // namespace

void addCompress(CommandLine& line, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    Command command = line.command("compress", "Measure a model as a compressor of pictures, against PCA and JPEG");
    addModelArguments(command, *arguments);
    command.option("--limit", arguments->limit, "Measure at most so many pictures, spread evenly; all otherwise")
        .check(wholeNumber(1, 1'000'000));
    command.option("--training", arguments->training, "What PCA is fitted to; otherwise what the model was trained on");
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([arguments, &context] { return run(*arguments, context); });
}

} // namespace hourglass::cli
