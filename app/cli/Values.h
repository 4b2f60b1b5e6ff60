#pragma once

// What the value of an option may be.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hourglass::cli {

struct Values {
    // Why a text is refused; empty when it is taken. May rewrite it.
    std::function<std::string(std::string&)> refusal;
    std::string name; // in the help: "NUMBER"
};

Values numberBetween(double low, double high); // not "nan"
// Decimal digits alone; the text is rewritten without leading zeros.
Values wholeNumber(uint64_t low = 0, uint64_t high = UINT64_MAX);
Values oneOf(std::vector<std::string> words);
Values existingFolder();
// The word "auto" as well; `hint` says what it does, where a value is refused.
Values autoOr(Values other, std::string hint);

} // namespace hourglass::cli
