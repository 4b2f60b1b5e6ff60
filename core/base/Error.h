#pragma once

// What can go wrong because of a person's file, option or disk. Broken contracts are ContractError (Contract.h)
// instead.
//
// An Error keeps its sentence as a template with "{}" places and the arguments apart, so that the edge (window or
// command line) can translate the template and fill it in there; message() fills in the English one. Context is added
// on the way up, outermost last: "while reading 'x.npy'".

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace hourglass {

enum class ErrorCode {
    InvalidArgument, // an option, key or value that cannot be; what was expected is in the message
    NotFound,        // a file, model, source or id that is not there
    Unreadable,      // a file that is damaged, truncated or lies about itself
    Unsupported,     // well formed, but of a kind that Hourglass does not handle
    WriteFailed,     // the disk is full or the place is not writable; what was there before is kept
    Conflict,        // would overwrite or mix with something that exists
    Numeric,         // the run diverged: not a number or infinite
    OutOfMemory,     // more than the memory budget allows
};

class Error {
public:
    Error(ErrorCode code, std::string messageTemplate, std::vector<std::string> arguments = {});

    ErrorCode code() const { return m_code; }
    const std::string& messageTemplate() const { return m_template; }
    const std::vector<std::string>& arguments() const { return m_arguments; }

    // The English sentence, with its context: "context: sentence".
    std::string message() const;

    // Returns this error with one more thing known about it, usually the file or the option concerned.
    Error withContext(std::string context) &&;

    // Says `name` wherever `inner` is said: a file that a person never named, for the one that they did.
    Error withName(std::string_view inner, std::string_view name) &&;
    // Says `name` where an argument is `inner` and nothing else: the flag that a person gave, for the key that it sets.
    Error withArgument(std::string_view inner, std::string_view name) &&;

private:
    ErrorCode m_code;
    std::string m_template;
    std::vector<std::string> m_arguments;
    std::vector<std::string> m_context;
};

// Fills the "{}" places of a sentence in order; what has no argument stays as it is.
std::string fillTemplate(std::string_view messageTemplate, const std::vector<std::string>& arguments);

// makeError(ErrorCode::NotFound, "There is no file '{}'.", path)
template <typename... Arguments>
Error makeError(ErrorCode code, std::string messageTemplate, const Arguments&... arguments) {
    return Error(code, std::move(messageTemplate), {fmt::format("{}", arguments)...});
}

} // namespace hourglass
