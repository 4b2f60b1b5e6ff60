#include "app/cli/Context.h"
#include "core/data/SourceFiles.h"

namespace hourglass::cli {

namespace {

struct Arguments {
    std::string preset, family, architecture, data, output;
    std::vector<std::string> settings;
    bool force = false;
};

namespace fs = std::filesystem;

int run(const Arguments& arguments, const Context& context) {
    Result<Experiment> experiment = arguments.preset.empty() ? Experiment::create() : makePreset(arguments.preset);
    if (!experiment)
        return context.fail(experiment.error());
    std::vector<std::string> settings;
    if (!arguments.family.empty())
        settings.push_back("model.family=" + arguments.family);
    if (!arguments.architecture.empty())
        settings.push_back("model.architecture=" + arguments.architecture);
    settings.insert(settings.end(), arguments.settings.begin(), arguments.settings.end());
    if (Result<void> set = applySettings(*experiment, settings); !set)
        return context.fail(set.error());
    if (!arguments.data.empty())
        if (Result<void> set = experiment->set("data.source", arguments.data); !set)
            return context.fail(set.error());

    if (Result<void> free = checkOutput(arguments.output, arguments.force); !free)
        return context.fail(free.error());
    const fs::path output = fs::absolute(arguments.output);
    Result<std::string> source = relocateSource(experiment->options().text("data.source"), {}, output.parent_path());
    if (!source)
        return context.fail(source.error());
    if (Result<void> set = experiment->set("data.source", *source); !set)
        return context.fail(set.error());
    if (Result<void> saved = experiment->save(output); !saved)
        return context.fail(saved.error());
    context.print({{"experiment", output.string()}}, fmt::format("wrote {}", arguments.output));
    return kDone;
}

} // namespace

void addNew(CommandLine& line, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    Command command = line.command("new", "Write a new experiment file");
    command.option("--preset", arguments->preset, "Start from a preset (see 'list presets')");
    command.option("--family", arguments->family, "Autoencoder family (see 'list families')");
    command.option("--architecture", arguments->architecture, "Network architecture (see 'list architectures')");
    command.option("--data", arguments->data, "Data source: fashion-mnist:train, folder:DIR, npy:FILE, …");
    command.option("--set", arguments->settings, "KEY=VALUE, any option (see 'list options')");
    command.option("-o,--output", arguments->output, "The file to write, FILE.hourglass").required();
    command.flag("--force", arguments->force, "Replace an existing file");
    command.runs([arguments, &context] { return run(*arguments, context); });
}

} // namespace hourglass::cli
