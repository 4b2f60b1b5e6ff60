#include "app/cli/Context.h"
#include "core/io/Inspect.h"

namespace hourglass::cli {

namespace {

bool isList(const Json& value) {
    return value.is_array() &&
           std::any_of(value.begin(), value.end(), [](const Json& item) { return item.is_object(); });
}

// A value on one line: [1, 28, 28]; of an object "dtype float32, shape [7, 30]".
std::string onOneLine(const Json& value) {
    if (value.is_string())
        return value.get<std::string>();
    if (value.is_number_float())
        return fmt::format("{:.6g}", value.get<double>());
    if (!value.is_structured())
        return value.is_null() ? "none" : value.dump();
    std::vector<std::string> parts;
    for (const auto& [key, item] : value.items())
        if (!value.is_object() || key != "name")
            parts.push_back((value.is_object() ? key + " " : "") + onOneLine(item));
    const std::string all = fmt::format("{}", fmt::join(parts, ", "));
    return value.is_array() ? "[" + all + "]" : all;
}

// "key: value" lines; objects and lists of them are indented below their key.
void addLines(const Json& object, const std::string& indent, std::string& text) {
    for (const auto& [key, value] : object.items()) {
        if (value.is_object() && !value.empty()) {
            text += fmt::format("{}{}:\n", indent, key);
            addLines(value, indent + "  ", text);
        } else if (isList(value)) {
            text += fmt::format("{}{}:\n", indent, key);
            for (const Json& item : value)
                text += fmt::format("{}  {}{}\n", indent, item.contains("name") ? onOneLine(item["name"]) + ": " : "",
                                    onOneLine(item));
        } else {
            text += fmt::format("{}{}: {}\n", indent, key, onOneLine(value));
        }
    }
}

std::string toText(Json found) {
    std::string text = fmt::format("{}: {}\n", onOneLine(found["path"]), onOneLine(found["kind"]));
    found.erase("path");
    found.erase("kind");
    addLines(found, "", text);
    text.pop_back(); // the last line's end
    return text;
}

} // namespace

void addInspect(CommandLine& line, Context& context) {
    auto path = std::make_shared<std::string>();
    Command command = line.command("inspect", "Say what a data, experiment or model file holds");
    command.option("file", *path, "Any file or folder that Hourglass reads").required();
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([path, &context] {
        const Result<Json> found = inspectFile(*path, context.stopToken());
        if (!found)
            return context.fail(found.error());
        if (found->is_null())
            return kInterrupted;
        context.print(*found, toText(*found));
        return kDone;
    });
}

} // namespace hourglass::cli
