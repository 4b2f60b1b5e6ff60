#pragma once

// Contracts between pieces of this program. A broken one is a bug here, never a person's mistake: it throws, naming
// both sides, and the last catch (command line main, TrainingController) reports it.

#include <stdexcept>
#include <string>

#include <fmt/format.h>

namespace hourglass {

class ContractError : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

// expects(a == b, "rows {} and {} differ", a, b): throws ContractError unless the condition holds.
template <typename... Arguments>
void expects(bool condition, fmt::format_string<const Arguments&...> message, const Arguments&... arguments) {
    if (!condition) [[unlikely]]
        throw ContractError(fmt::format(message, arguments...));
}

} // namespace hourglass
