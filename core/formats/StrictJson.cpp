#include "core/formats/StrictJson.h"

#include <set>

namespace hourglass {

namespace {

struct Refusal {
    Error error;
};

} // namespace

Result<nlohmann::json> parseStrictJson(std::string_view text, int deepest) {
    using Json = nlohmann::json;
    std::vector<std::set<std::string>> keysOfOpenObjects;
    const auto inspect = [&](int depth, Json::parse_event_t event, Json& parsed) {
        const bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
        if (opens && depth >= deepest) // counted without the one that opens here
            throw Refusal{makeError(ErrorCode::Unreadable, "The JSON text is nested deeper than {} levels.", deepest)};
        if (event == Json::parse_event_t::object_start)
            keysOfOpenObjects.emplace_back();
        else if (event == Json::parse_event_t::object_end)
            keysOfOpenObjects.pop_back();
        else if (event == Json::parse_event_t::key &&
                 !keysOfOpenObjects.back().insert(parsed.get<std::string>()).second)
            throw Refusal{
                makeError(ErrorCode::Unreadable, "The JSON text has the key '{}' twice.", parsed.get<std::string>())};
        return true;
    };
    try {
        return Json::parse(text, inspect);
    } catch (const Refusal& refusal) {
        return refusal.error;
    } catch (const Json::exception& exception) {
        return makeError(ErrorCode::Unreadable, "The JSON text is not valid: {}.", exception.what());
    }
}

} // namespace hourglass
