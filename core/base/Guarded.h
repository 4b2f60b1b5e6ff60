#pragma once

// The last catch of a thread, at the one place where it takes up work: what libraries throw (memory that is not there,
// a codec's own exceptions) becomes an Error that says what was being done, instead of the end of the program.

#include <exception>
#include <new>
#include <string_view>

#include "core/base/Result.h"

namespace hourglass {

template <typename T>
struct GuardedResult {
    using Type = Result<T>;
};
template <typename T>
struct GuardedResult<Result<T>> {
    using Type = Result<T>;
};

// What `work` returns, a value or a Result. `doing` goes on from "while": "denoising 'x.png'".
template <typename Work>
auto guarded(std::string_view doing, const Work& work) -> typename GuardedResult<decltype(work())>::Type {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return makeError(ErrorCode::OutOfMemory,
                         "There is not enough memory for {}. Close other programs, or take something smaller.", doing);
    } catch (const std::exception& error) {
        return makeError(ErrorCode::Unsupported, "Internal error while {}: {}.", doing, error.what());
    } catch (...) {
        return makeError(ErrorCode::Unsupported, "Internal error while {}.", doing);
    }
}

} // namespace hourglass
