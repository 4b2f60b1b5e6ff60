#include <sys/resource.h>

#include "app/cli/Context.h"
#include "core/base/Memory.h"
#include "core/base/Parallel.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/formats/Safetensors.h"
#include "core/io/exporters/OnnxExporter.h"
#include "core/training/MachinePeak.h"
#include "core/training/Workloads.h"

namespace hourglass::cli {

namespace {

struct Arguments {
    std::string only, precision, saveTo;
    WorkloadSettings settings;
    int threads = 0;
    bool peak = false;
};

double peakMegabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

const char* labelOf(Precision precision) {
    return precision == Precision::F32 ? "f32" : "bf16";
}

// The batch and the weights that a workload starts from, and of inference the network: for a peer to start from.
Result<void> saveStart(std::string_view name, const WorkloadSettings& settings, const std::filesystem::path& folder) {
    Result<WorkloadStart> start = workloadStart(name, settings);
    if (!start)
        return std::move(start).error();
    std::vector<NamedTensorView> tensors = {NamedTensorView::of("batch", start->batch)};
    for (const ArenaLayout::Entry& entry : start->weights->layout().entries())
        tensors.push_back(NamedTensorView::of(entry.name, entry.shape, start->weights->values(entry.name)));
    const std::filesystem::path file = folder / name;
    Result<void> written = writeSafetensors(file.string() + ".safetensors", std::move(tensors));
    if (!written || start->isTraining)
        return written;
    Result<WrittenModel> model =
        writeOnnxGraph(start->network, *start->weights, std::string(name), {}, file.string() + ".onnx");
    return model ? Result<void>() : std::move(model).error();
}

Json toJson(const WorkloadResult& result, double baselineMegabytes) {
    constexpr double kMega = 1024.0 * 1024.0;
    return {{"name", result.name},
            {"precision", labelOf(result.precision)},
            {result.isTraining ? "samples_per_second" : "pixels_per_second", result.itemsPerSecond},
            {"loss", result.loss},
            {"first_loss", result.firstLoss},
            {"steps", result.steps},
            {"check_steps", WorkloadResult::kCheckSteps},
            {"check_loss", result.checkLoss},
            {"flops_per_item", result.flopsPerItem},
            {"update_bytes_per_item", result.updateBytesPerItem},
            {"predicted_mb", static_cast<double>(result.predictedBytes) / kMega},
            {"baseline_rss_mb", baselineMegabytes},
            {"peak_rss_mb", peakMegabytes()}};
}

std::string toText(const WorkloadResult& result) {
    return fmt::format("{:<24} {:<5} {:>12.4g} {}/s  {:>7.1f} GFLOP/s  loss {:.5f} after {} steps", result.name,
                       labelOf(result.precision), result.itemsPerSecond, result.isTraining ? "samples" : "pixels ",
                       result.itemsPerSecond * result.flopsPerItem / 1e9, result.loss, result.steps);
}

// The machine's best products, as JSON and as a line; what there is no primitive for is left out.
Result<void> addPeak(const std::vector<Precision>& precisions, Context& context, Json& json, std::string& text) {
    for (const Precision precision : precisions) {
        Result<MachinePeak> peak = measurePeak(precision, context.executor());
        if (!peak)
            return std::move(peak).error();
        const std::string label = labelOf(precision);
        json["matmul_" + label] = peak->matMul / 1e9;
        json["convolution_" + label] = peak->convolution / 1e9;
        text += fmt::format("{}peak {:<5} {:.0f} GFLOP/s in matrix products, {:.0f} in convolutions",
                            text.empty() ? "" : "\n", label, peak->matMul / 1e9, peak->convolution / 1e9);
    }
    const double update = measureUpdate() / 1e9;
    json["update"] = update;
    text += fmt::format("\nAdam's pass over memory: {:.0f} GB/s", update);
    return {};
}

int run(const Arguments& arguments, Context& context) {
    setComputeThreads(arguments.threads);
    std::vector<Precision> precisions;
    if (arguments.precision != "bf16")
        precisions.push_back(Precision::F32);
    if (arguments.precision == "bf16" || (arguments.precision.empty() && nativeBf16()))
        precisions.push_back(Precision::BF16);
    Json list = Json::array(), peak = Json::object();
    std::string text;
    if (arguments.peak)
        if (Result<void> measured = addPeak(precisions, context, peak, text); !measured)
            return context.fail(measured.error());
    bool foundAny = arguments.peak;
    for (const std::string_view name : workloadNames()) {
        if (name.find(arguments.only) == std::string_view::npos)
            continue;
        foundAny = true;
        if (!arguments.saveTo.empty())
            if (Result<void> saved = saveStart(name, arguments.settings, arguments.saveTo); !saved)
                return context.fail(saved.error());
        for (const Precision precision : precisions) {
            WorkloadSettings settings = arguments.settings;
            settings.precision = precision;
            const double before = peakMegabytes();
            Result<WorkloadResult> result = runWorkload(name, settings, context.executor(), context.stopToken());
            if (!result)
                return context.fail(result.error());
            if (context.stopToken().stop_requested())
                return kInterrupted;
            list.push_back(toJson(*result, before));
            text += (text.empty() ? "" : "\n") + toText(*result);
        }
    }
    if (!foundAny)
        return context.fail(makeError(ErrorCode::InvalidArgument, "There is no workload '{}'; there are {}.",
                                      arguments.only, fmt::format("{}", fmt::join(workloadNames(), ", "))));
    Json json = {{"workloads", list}, {"threads", computeThreads()}};
    if (arguments.peak)
        json["peak"] = peak;
    context.print(json, text);
    return kDone;
}

} // namespace

void addBench(CommandLine& line, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    Command command = line.command("bench", "Measure the speed of fixed workloads on this machine");
    command.option("--only", arguments->only, "Only workloads whose name contains this");
    command.option("--precision", arguments->precision, "f32 or bf16; both when left out")
        .check(oneOf({"f32", "bf16"}));
    command.option("--seconds", arguments->settings.seconds, "Time for each, after warming up")
        .check(numberBetween(0.01, 3600));
    command.option("--threads", arguments->threads, "Threads; 0 uses all cores").check(wholeNumber(0, 1024));
    command.option("--batch", arguments->settings.batch, "Samples in a batch, instead of the workload's")
        .check(wholeNumber(1, 65536));
    command.option("--size", arguments->settings.size, "Side of a picture, instead of the workload's")
        .check(wholeNumber(4, 16384));
    command.option("--width", arguments->settings.width, "Factor of the channels of convolutional networks")
        .check(numberBetween(0.01, 64));
    command.option("--save", arguments->saveTo, "A folder for what the workloads start from, for other programs")
        .check(existingFolder());
    command.flag("--peak", arguments->peak, "Also measure how fast large products are here");
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([arguments, &context] { return run(*arguments, context); });
}

} // namespace hourglass::cli
