#include "app/cli/Context.h"
#include "core/io/Inspect.h"

namespace hourglass::cli {

void addInspect(CLI::App& app, Context& context, int& status) {
    auto path = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("inspect", "Say what a data, experiment or model file holds");
    command->add_option("file", *path, "Any file or folder that Hourglass reads")->required();
    command->add_flag("--json", context.json, "Print one JSON object");
    command->callback([path, &context, &status] {
        const Result<Json> found = inspectFile(*path);
        if (!found) {
            status = context.fail(found.error());
            return;
        }
        context.print(*found, found->dump(2, ' ', false, Json::error_handler_t::replace));
        status = kDone;
    });
}

} // namespace hourglass::cli
