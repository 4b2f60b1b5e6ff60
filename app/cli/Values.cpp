#include "app/cli/Values.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

namespace hourglass::cli {

Values numberBetween(double low, double high) {
    const auto refusal = [=](std::string& text) {
        char* rest = nullptr;
        const double value = std::strtod(text.c_str(), &rest);
        const bool isNumber = !text.empty() && rest == text.c_str() + text.size();
        const bool inside = isNumber && value >= low && value <= high; // nan is not
        return inside ? std::string() : fmt::format("expected a number from {} to {}, found '{}'", low, high, text);
    };
    return {refusal, "NUMBER"};
}

Values wholeNumber(uint64_t low, uint64_t high) {
    const auto refusal = [=](std::string& text) {
        uint64_t value = 0;
        const char* end = text.data() + text.size();
        const auto [rest, problem] = std::from_chars(text.data(), end, value);
        if (problem == std::errc() && rest == end && value >= low && value <= high) {
            text = std::to_string(value); // leading zeros would be taken for octal later
            return std::string();
        }
        const std::string to = high < UINT64_MAX ? fmt::format(" to {}", high) : "";
        return fmt::format("expected a whole number from {}{}, found '{}'", low, to, text);
    };
    return {refusal, "NUMBER"};
}

Values oneOf(std::vector<std::string> words) {
    const std::string listed = fmt::format("{}", fmt::join(words, "|"));
    const auto refusal = [words = std::move(words)](std::string& text) {
        const bool known = std::ranges::find(words, text) != words.end();
        return known ? std::string() : fmt::format("expected {}, found '{}'", fmt::join(words, " or "), text);
    };
    return {refusal, listed};
}

Values existingFolder() {
    const auto refusal = [](std::string& text) {
        std::error_code code;
        const bool is = std::filesystem::is_directory(text, code);
        return is ? std::string() : fmt::format("there is no folder '{}'", text);
    };
    return {refusal, "FOLDER"};
}

Values autoOr(Values other, std::string hint) {
    const auto refusal = [other = std::move(other.refusal), hint = std::move(hint)](std::string& text) {
        const std::string why = text == "auto" ? std::string() : other(text);
        return why.empty() ? why : fmt::format("{}; {}", why, hint);
    };
    return {refusal, "auto|" + other.name};
}

} // namespace hourglass::cli
