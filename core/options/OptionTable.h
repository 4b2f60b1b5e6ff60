#pragma once

// An ordered list of option declarations, and values checked against it.

#include <map>
#include <utility>

#include "core/base/Result.h"
#include "core/options/OptionSpec.h"

namespace hourglass {

// Whether a value of one is a value of the other: key, type, and what people are told of it agree. Limits and defaults
// may differ.
bool meansTheSame(const OptionSpec& a, const OptionSpec& b);

class OptionTable {
public:
    OptionTable() = default;
    OptionTable(std::initializer_list<OptionSpec> specs) : m_specs(specs) {}

    OptionTable& append(const OptionTable& other);
    // The same, but what has a key of this table takes its place.
    OptionTable& redeclare(const OptionTable& other);
    // ContractError for an undeclared key or a value that does not fit it.
    void setDefault(std::string_view key, const Json& value);
    const std::vector<OptionSpec>& specs() const { return m_specs; }
    // nullptr when there is none.
    const OptionSpec* find(std::string_view key) const;
    // Up to three declared keys that look most like `key`.
    std::vector<std::string> nearest(std::string_view key) const;

    // The value in its normal form (2.0 for an integer becomes 2), or InvalidArgument naming the key, what is expected
    // and what was found.
    Result<Json> check(std::string_view key, const Json& value) const;
    // The sentence "expected …" of a spec: "a whole number from 1 to 4096".
    static std::string expectation(const OptionSpec& spec);

private:
    std::vector<OptionSpec> m_specs;
};

// Values of a table's options: those set, over the defaults. A value type; equality compares what is set and known.
// Asking for an undeclared key or for another type is a ContractError.
class OptionValues {
public:
    OptionValues() = default;
    explicit OptionValues(OptionTable table);

    const OptionTable& table() const { return m_table; }
    Result<void> set(std::string_view key, const Json& value);
    bool has(std::string_view key) const { return m_table.find(key) != nullptr; }

    const Json& value(std::string_view key) const;
    bool boolean(std::string_view key) const;
    int64_t integer(std::string_view key) const;
    double real(std::string_view key) const;
    std::string text(std::string_view key) const;
    std::vector<int64_t> integers(std::string_view key) const;
    // RealOrRange: {low, high}; equal for a single number.
    std::pair<double, double> range(std::string_view key) const;
    // Whether the option matters, given the other values.
    bool applies(const OptionSpec& spec) const;

    bool operator==(const OptionValues& other) const { return m_values == other.m_values; }

private:
    OptionTable m_table;
    std::map<std::string, Json, std::less<>> m_values;
};

// The numbers that may change between two steps of a running run (OptionEffect::Live), by key: those that apply.
using LiveValues = std::map<std::string, double>;
LiveValues liveValues(const OptionValues& options);

// A value as typed by a person: JSON if it parses as JSON, a string otherwise.
Json parseOptionText(const std::string& text);

} // namespace hourglass
