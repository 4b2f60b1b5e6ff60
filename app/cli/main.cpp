// hourglass-cli: everything that runs without a window. One file per subcommand.

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
        cli::CommandLine line("Hourglass: train, measure and use autoencoders", "hourglass-cli", kVersion);
        for (const auto add : {cli::addNew, cli::addTrain, cli::addEvaluate, cli::addApply, cli::addDenoise,
                               cli::addCompare, cli::addCompress, cli::addGenerate, cli::addAnomaly, cli::addLatent,
                               cli::addExport, cli::addInspect, cli::addList, cli::addBench})
            add(line, context);
        const int status = line.run(argc, argv);
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
