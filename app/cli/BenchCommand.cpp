#include <sys/resource.h>

#include "app/cli/Context.h"
#include "core/base/Parallel.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/training/Workloads.h"

namespace hourglass::cli {

namespace {

struct Arguments {
    std::string only, precision;
    double seconds = 4;
    int threads = 0;
};

double peakMegabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

int run(const Arguments& arguments, Context& context) {
    setComputeThreads(arguments.threads);
    std::vector<Precision> precisions;
    if (arguments.precision != "bf16")
        precisions.push_back(Precision::F32);
    if (arguments.precision == "bf16" || (arguments.precision.empty() && nativeBf16()))
        precisions.push_back(Precision::BF16);
    Json list = Json::array();
    std::string text;
    for (const std::string_view name : workloadNames()) {
        if (name.find(arguments.only) == std::string_view::npos)
            continue;
        for (const Precision precision : precisions) {
            Result<WorkloadResult> result =
                runWorkload(name, precision, arguments.seconds, context.executor(), context.stopToken());
            if (!result)
                return context.fail(result.error());
            if (context.stopToken().stop_requested())
                return kInterrupted;
            const char* label = precision == Precision::F32 ? "f32" : "bf16";
            list.push_back({{"name", name},
                            {"precision", label},
                            {"samples_per_second", result->samplesPerSecond},
                            {"loss", result->loss},
                            {"first_loss", result->firstLoss},
                            {"steps", result->steps},
                            {"peak_rss_mb", peakMegabytes()}});
            text +=
                fmt::format("{}{:<24} {:<5} {:>10.0f} samples/s  loss {:.5f} after {} steps", text.empty() ? "" : "\n",
                            name, label, result->samplesPerSecond, result->loss, result->steps);
        }
    }
    if (list.empty())
        return context.fail(makeError(ErrorCode::InvalidArgument, "There is no workload '{}'; there are {}.",
                                      arguments.only, fmt::format("{}", fmt::join(workloadNames(), ", "))));
    context.print({{"workloads", list}, {"threads", computeThreads()}}, text);
    return kDone;
}

} // namespace

void addBench(CLI::App& app, Context& context, int& status) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand("bench", "Measure the speed of fixed workloads on this machine");
    command->add_option("--only", arguments->only, "Only workloads whose name contains this");
    command->add_option("--precision", arguments->precision, "f32 or bf16; both when left out")
        ->check(CLI::IsMember({"f32", "bf16"}));
    command->add_option("--seconds", arguments->seconds, "Time for each, after warming up")
        ->check(numberBetween(0.01, 3600));
    command->add_option("--threads", arguments->threads, "Threads; 0 uses all cores")->check(CLI::Range(0, 1024));
    command->add_flag("--json", context.json, "Print one JSON object");
    command->callback([arguments, &context, &status] { status = run(*arguments, context); });
}

} // namespace hourglass::cli
