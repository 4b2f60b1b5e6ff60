#include "core/formats/StrictJson.h"

#include <optional>
#include <set>
#include <vector>

namespace hourglass {

namespace {

using Json = nlohmann::json;

// Walks the text without building anything: nlohmann's own callback, called while it builds, looks at all elders of
// each object, which takes quadratic time.
class Checker : public nlohmann::json_sax<Json> {
public:
    explicit Checker(int deepest) : m_deepest(deepest) {}

    const std::optional<Error>& refusal() const { return m_refusal; }

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return open(); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        if (!m_keys.back().insert(name).second)
            m_refusal = makeError(ErrorCode::Unreadable, "The JSON text has the key '{}' twice.", name);
        return !m_refusal;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& exception) override {
        m_refusal = makeError(ErrorCode::Unreadable, "The JSON text is not valid: {}.", exception.what());
        return false;
    }

private:
    bool open() {
        if (m_keys.size() >= static_cast<size_t>(m_deepest))
            m_refusal = makeError(ErrorCode::Unreadable, "The JSON text is nested deeper than {} levels.", m_deepest);
        m_keys.emplace_back();
        return !m_refusal;
    }
    bool close() {
        m_keys.pop_back();
        return true;
    }

    int m_deepest;
    std::vector<std::set<std::string>> m_keys; // of the objects that are open; empty for arrays
    std::optional<Error> m_refusal;
};

} // namespace

Result<nlohmann::json> parseStrictJson(std::string_view text, int deepest) {
    Checker checker(deepest);
    Json::sax_parse(text, &checker);
    if (checker.refusal())
        return Error(*checker.refusal());
    return Json::parse(text);
}

} // namespace hourglass
