#include "app/cli/Context.h"
#include "core/data/OpenDataset.h"
#include "core/data/SourceFiles.h"
#include "core/training/FinishedRun.h"
#include "core/training/Trainer.h"

namespace hourglass::cli {

namespace {

namespace fs = std::filesystem;

struct Arguments {
    std::string experiment, run;
    std::vector<std::string> settings;
    bool resume = false, force = false;
};

// Turns snapshots into one line.
class LineSink final : public ProgressSink {
public:
    void publish(std::shared_ptr<const Snapshot> snapshot) override {
        const Snapshot& s = *snapshot;
        if (!s.newRows.empty() && !s.newRows.back().values.empty())
            m_loss = s.newRows.back().values.front();
        if (s.totalSteps == 0)
            return;
        m_line.show(static_cast<double>(s.step) / static_cast<double>(s.totalSteps),
                    fmt::format("epoch {}/{}  loss {:.5g}  {}", std::min(s.epoch + 1, s.epochs), s.epochs, m_loss,
                                paceText(s.samplesPerSecond, "samples", s.secondsLeft)));
    }

private:
    ProgressLine m_line;
    double m_loss = 0;
};

Json toJson(const TrainingResult& result, const fs::path& run) {
    return {{"run", run.string()},
            {"epochs", result.epochs},
            {"seconds", result.seconds},
            {"samples_per_second", result.samplesPerSecond},
            {"resumed_from_step", result.resumedFromStep},
            {"steps", result.steps},
            {"metrics", result.metrics}};
}

std::string toText(const TrainingResult& result, const fs::path& run) {
    std::string text = fmt::format("{}, {} in {:.1f} s, {:.0f} samples/s", counted(result.epochs, "epoch", "epochs"),
                                   counted(result.steps, "step", "steps"), result.seconds, result.samplesPerSecond);
    for (const auto& [name, value] : result.metrics)
        text += fmt::format("\nvalidation {}: {:.6g}", name, value);
    return text + fmt::format("\nrun: {}", run.string());
}

// Names the source from another folder.
Result<void> moveSource(Experiment& experiment, const fs::path& from, const fs::path& to) {
    Result<std::string> source = relocateSource(experiment.options().text("data.source"), from, to);
    if (!source)
        return std::move(source).error();
    return experiment.set("data.source", *source);
}

bool setsSource(const std::string& setting) {
    return setting.starts_with("data.source=");
}

// Of a finished run that is resumed with nothing new, whose data may be gone by now.
std::optional<TrainingResult> storedResult(Experiment experiment, const fs::path& base, const fs::path& target) {
    return moveSource(experiment, base, target) ? finishedResult(target, experiment) : std::nullopt;
}

int run(const Arguments& arguments, Context& context) {
    Result<Experiment> experiment = Experiment::load(arguments.experiment);
    if (!experiment)
        return context.fail(experiment.error());
    if (Result<void> set = applySettings(*experiment, arguments.settings); !set)
        return context.fail(set.error());
    const fs::path base = fs::absolute(arguments.experiment).parent_path();
    const fs::path target = fs::absolute(arguments.run);
    // A source from the command line starts at the current folder, as in `new`; from here on at the experiment's.
    if (std::any_of(arguments.settings.begin(), arguments.settings.end(), setsSource))
        if (Result<void> moved = moveSource(*experiment, {}, base); !moved)
            return context.fail(moved.error());
    const auto mode = arguments.resume  ? RunFolder::Mode::Resume
                      : arguments.force ? RunFolder::Mode::Replace
                                        : RunFolder::Mode::Create;
    if (Result<void> free = RunFolder::checkMode(target, *experiment, mode);
        !free) // before data are loaded for nothing
        return context.fail(free.error());
    if (arguments.resume)
        if (const std::optional<TrainingResult> stored = storedResult(*experiment, base, target)) {
            context.print(toJson(*stored, target), toText(*stored, arguments.run));
            return kDone;
        }
    Result<OpenedDataset> data = openDataset(experiment->options(), base, context.stopToken());
    if (!data)
        return context.fail(data.error());
    if (data->dataset == nullptr)
        return kInterrupted;
    context.report(data->report);
    context.message(fmt::format("data: {}", data->dataset->description()));

    Result<Experiment> kept = experimentForRun(*std::move(experiment), base, target, context.stopToken());
    if (!kept)
        return context.fail(kept.error());
    Result<RunFolder> folder = RunFolder::open(target, *kept, mode);
    if (!folder)
        return context.fail(folder.error());
    Result<TrainingResult> result = [&] {
        LineSink sink;
        return Trainer({.executor = context.executor(), .log = context.log()})
            .run(*kept, *data, *folder, sink, context.stopToken());
    }();
    if (!result)
        return context.fail(result.error());
    if (result->phase == RunPhase::Stopped) {
        context.message(fmt::format("stopped after step {}; saved. Go on with --resume.", result->steps));
        return kInterrupted;
    }
    context.print(toJson(*result, target), toText(*result, arguments.run));
    return kDone;
}

} // namespace

void addTrain(CommandLine& line, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    Command command = line.command("train", "Train an experiment into a run folder");
    command.option("experiment", arguments->experiment, "FILE.hourglass").required();
    command.option("--run", arguments->run, "The run folder to write").required();
    command.option("--set", arguments->settings, "KEY=VALUE, any option, for this run");
    const Option resume =
        command.flag("--resume", arguments->resume, "Go on from the run's last checkpoint; without one, start");
    command.flag("--force", arguments->force, "Replace a run that is in the folder").excludes(resume);
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([arguments, &context] { return run(*arguments, context); });
}

} // namespace hourglass::cli
