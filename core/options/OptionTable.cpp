#include "core/options/OptionTable.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace hourglass {

namespace {

size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitution});
        }
    }
    return row[b.size()];
}

bool inRange(const OptionSpec& spec, double number) {
    return std::isfinite(number) && number >= spec.minimum && number <= spec.maximum;
}

// A whole number as JSON integer, accepting 2.0; null when it is not one in range.
Json wholeNumber(const OptionSpec& spec, const Json& value) {
    if (!value.is_number())
        return nullptr;
    const double number = value.get<double>();
    constexpr double kExactLimit = 9007199254740992.0; // 2^53
    if (!inRange(spec, number) || std::abs(number) > kExactLimit || number != std::floor(number))
        return nullptr;
    return value.is_number_float() ? Json(static_cast<int64_t>(number)) : value;
}

// JSON files hold UTF-8 only; a path in another encoding cannot be written down.
bool isUtf8(const Json& text) {
    try {
        return !text.dump().empty();
    } catch (const Json::type_error&) {
        return false;
    }
}

// The normal form, or null when the value does not fit the spec.
Json normalised(const OptionSpec& spec, const Json& value) {
    switch (spec.type) {
    case OptionType::Boolean:
        return value.is_boolean() ? value : Json(nullptr);
    case OptionType::Integer:
        return wholeNumber(spec, value);
    case OptionType::Real:
        return value.is_number() && inRange(spec, value.get<double>()) ? Json(value.get<double>()) : Json(nullptr);
    case OptionType::Text:
        return value.is_string() && isUtf8(value) ? value : Json(nullptr);
    case OptionType::Choice:
        return std::any_of(spec.choices.begin(), spec.choices.end(), [&](const auto& c) { return value == c.value; })
                   ? value
                   : Json(nullptr);
    case OptionType::IntegerList: {
        if (!value.is_array() || value.size() > 64)
            return nullptr;
        Json list = Json::array();
        for (const Json& element : value) {
            list.push_back(wholeNumber(spec, element));
            if (list.back().is_null())
                return nullptr;
        }
        return list;
    }
    case OptionType::RealOrRange:
        if (value.is_number())
            return inRange(spec, value.get<double>()) ? Json(value.get<double>()) : Json(nullptr);
        if (value.is_array() && value.size() == 2 && value[0].is_number() && value[1].is_number()) {
            const double low = value[0].get<double>(), high = value[1].get<double>();
            if (inRange(spec, low) && inRange(spec, high) && low <= high)
                return Json::array({low, high});
        }
        return nullptr;
    }
    return nullptr;
}

std::string bounds(const OptionSpec& spec) {
    const bool low = std::isfinite(spec.minimum), high = std::isfinite(spec.maximum);
    if (low && high)
        return fmt::format(" from {} to {}", spec.minimum, spec.maximum);
    if (low)
        return fmt::format(" of at least {}", spec.minimum);
    return high ? fmt::format(" of at most {}", spec.maximum) : std::string();
}

} // namespace

bool meansTheSame(const OptionSpec& a, const OptionSpec& b) {
    return std::tie(a.key, a.type, a.label, a.help, a.unit) == std::tie(b.key, b.type, b.label, b.help, b.unit);
}

OptionTable& OptionTable::append(const OptionTable& other) {
    m_specs.insert(m_specs.end(), other.m_specs.begin(), other.m_specs.end());
    return *this;
}

OptionTable& OptionTable::redeclare(const OptionTable& other) {
    for (const OptionSpec& spec : other.m_specs) {
        const auto known =
            std::find_if(m_specs.begin(), m_specs.end(), [&](const OptionSpec& s) { return s.key == spec.key; });
        if (known == m_specs.end())
            m_specs.push_back(spec);
        else
            *known = spec;
    }
    return *this;
}

void OptionTable::setDefault(std::string_view key, const Json& value) {
    Json checked = check(key, value).value();
    const_cast<OptionSpec*>(find(key))->defaultValue = std::move(checked);
}

const OptionSpec* OptionTable::find(std::string_view key) const {
    const auto it = std::find_if(m_specs.begin(), m_specs.end(), [&](const OptionSpec& s) { return s.key == key; });
    return it == m_specs.end() ? nullptr : &*it;
}

std::vector<std::string> OptionTable::nearest(std::string_view key) const {
    std::vector<std::pair<size_t, std::string>> ranked;
    for (const OptionSpec& spec : m_specs) {
        // A right last part under a wrong group is the commonest slip: measure both ways.
        const std::string_view whole = spec.key, tail = whole.substr(whole.find('.') + 1);
        ranked.emplace_back(std::min(editDistance(key, whole), editDistance(key, tail) + 1), spec.key);
    }
    std::sort(ranked.begin(), ranked.end());
    std::vector<std::string> keys;
    for (size_t i = 0; i < ranked.size() && i < 3; ++i)
        keys.push_back(ranked[i].second);
    return keys;
}

std::string OptionTable::expectation(const OptionSpec& spec) {
    switch (spec.type) {
    case OptionType::Boolean:
        return "true or false";
    case OptionType::Integer:
        return "a whole number" + bounds(spec);
    case OptionType::Real:
        return "a number" + bounds(spec);
    case OptionType::Text:
        return "a text in UTF-8";
    case OptionType::IntegerList:
        return "a list of at most 64 whole numbers, each" + bounds(spec);
    case OptionType::RealOrRange:
        return "a number or a pair [low, high]," + bounds(spec);
    case OptionType::Choice: {
        std::string text = "one of";
        for (const OptionChoice& choice : spec.choices)
            text += (&choice == &spec.choices.front() ? " " : ", ") + choice.value;
        return text;
    }
    }
    return {};
}

Result<Json> OptionTable::check(std::string_view key, const Json& value) const {
    const OptionSpec* spec = find(key);
    if (spec == nullptr)
        return makeError(ErrorCode::InvalidArgument, "There is no option '{}'. Did you mean {}?", key,
                         fmt::format("{}", fmt::join(nearest(key), ", ")));
    Json normal = normalised(*spec, value);
    if (normal.is_null())
        return makeError(ErrorCode::InvalidArgument, "{}: expected {}, found {}.", key, expectation(*spec),
                         value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 80));
    return normal;
}

OptionValues::OptionValues(OptionTable table) : m_table(std::move(table)) {
    for (const OptionSpec& spec : m_table.specs())
        m_values[spec.key] = spec.defaultValue;
}

Result<void> OptionValues::set(std::string_view key, const Json& value) {
    Result<Json> checked = m_table.check(key, value);
    if (!checked)
        return std::move(checked).error();
    m_values[std::string(key)] = *std::move(checked);
    return {};
}

const Json& OptionValues::value(std::string_view key) const {
    const auto it = m_values.find(key);
    expects(it != m_values.end(), "undeclared option {}", key);
    return it->second;
}

bool OptionValues::boolean(std::string_view key) const {
    return value(key).get<bool>();
}

int64_t OptionValues::integer(std::string_view key) const {
    return value(key).get<int64_t>();
}

double OptionValues::real(std::string_view key) const {
    return value(key).get<double>();
}

std::string OptionValues::text(std::string_view key) const {
    return value(key).get<std::string>();
}

std::vector<int64_t> OptionValues::integers(std::string_view key) const {
    return value(key).get<std::vector<int64_t>>();
}

std::pair<double, double> OptionValues::range(std::string_view key) const {
    const Json& v = value(key);
    return v.is_array() ? std::pair(v[0].get<double>(), v[1].get<double>())
                        : std::pair(v.get<double>(), v.get<double>());
}

bool OptionValues::applies(const OptionSpec& spec) const {
    if (!spec.unusedBecause.empty())
        return false;
    return std::all_of(spec.appliesWhen.begin(), spec.appliesWhen.end(), [this](const OptionCondition& condition) {
        if (!has(condition.key))
            return true; // decided by a table that is not part of these values
        const Json& now = value(condition.key);
        return std::find(condition.values.begin(), condition.values.end(), now) != condition.values.end();
    });
}

LiveValues liveValues(const OptionValues& options) {
    LiveValues values;
    for (const OptionSpec& spec : options.table().specs())
        if (spec.effect == OptionEffect::Live && spec.type == OptionType::Real && options.applies(spec))
            values[spec.key] = options.real(spec.key);
    return values;
}

Json parseOptionText(const std::string& text) {
    Json parsed = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    return parsed.is_discarded() ? Json(text) : parsed;
}

} // namespace hourglass
