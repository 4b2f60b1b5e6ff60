// hourglass-cli: everything that runs without a window. One file per subcommand.

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>

#include "app/cli/Context.h"
#include "core/base/ComputeEnvironment.h"
#include "core/base/Version.h"

namespace {

// What was printed must have arrived: a full disk behind standard output is a failure.
int delivered(int status) {
    if (std::cout.flush())
        return status;
    std::cerr << "hourglass-cli: standard output cannot be written" << std::endl;
    return hourglass::cli::kFailed;
}

} // namespace

int main(int argc, char** argv) {
    using namespace hourglass;
    ensureComputeEnvironment(argv);
    try {
        cli::Context context;
        int status = cli::kDone;
        CLI::App app{"Hourglass: train, measure and use autoencoders", "hourglass-cli"};
        app.set_version_flag("--version", kVersion);
        app.require_subcommand(1);
        for (const auto add : {cli::addNew, cli::addTrain, cli::addEvaluate, cli::addApply, cli::addDenoise,
                               cli::addCompare, cli::addCompress, cli::addGenerate, cli::addAnomaly, cli::addLatent,
                               cli::addExport, cli::addInspect, cli::addList, cli::addBench})
            add(app, context, status);
        try {
            app.parse(argc, argv);
        } catch (const CLI::Success& success) {
            return delivered(app.exit(success));
        } catch (const CLI::ParseError& error) {
            const auto isCommand = [&](const CLI::App* command) { return command->check_name(argv[1]); };
            const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
            if (argc > 1 && argv[1][0] != '-' && std::none_of(commands.begin(), commands.end(), isCommand))
                std::cerr << "hourglass-cli: there is no command '" << argv[1] << "'" << std::endl;
            app.exit(error, std::cerr, std::cerr);
            return cli::kUsage;
        }
        if (context.interrupted())
            return cli::kInterrupted;
        return delivered(status);
    } catch (const std::bad_alloc&) {
        std::cerr << "hourglass-cli: out of memory" << std::endl;
    } catch (const std::filesystem::filesystem_error& error) { // such as: the current folder was deleted
        std::cerr << "hourglass-cli: '" << error.path1().string() << "' cannot be reached: " << error.code().message()
                  << ". Is the current folder still there?" << std::endl;
        return hourglass::cli::kUsage;
    } catch (const std::exception& error) {
        std::cerr << "hourglass-cli: internal error: " << error.what() << std::endl;
    }
    return hourglass::cli::kFailed;
}
