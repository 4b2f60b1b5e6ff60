#pragma once

// A value or the Error that prevented it. Asking for the wrong one throws ContractError.

#include <optional>
#include <utility>
#include <variant>

#include "core/base/Contract.h"
#include "core/base/Error.h"

namespace hourglass {

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & {
        requireOk();
        return std::get<0>(m_state);
    }
    const T& value() const& {
        requireOk();
        return std::get<0>(m_state);
    }
    T&& value() && {
        requireOk();
        return std::get<0>(std::move(m_state));
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const& {
        expects(!ok(), "error() of a Result that holds a value");
        return std::get<1>(m_state);
    }
    Error error() && {
        expects(!ok(), "error() of a Result that holds a value");
        return std::get<1>(std::move(m_state));
    }

private:
    void requireOk() const {
        if (!ok())
            throw ContractError("value() of a failed Result: " + std::get<1>(m_state).message());
    }

    std::variant<T, Error> m_state;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)) {}

    bool ok() const { return !m_error.has_value(); }
    explicit operator bool() const { return ok(); }
    void value() const {
        if (m_error)
            throw ContractError("value() of a failed Result: " + m_error->message());
    }
    const Error& error() const& {
        expects(!ok(), "error() of a Result that succeeded");
        return *m_error;
    }
    Error error() && {
        expects(!ok(), "error() of a Result that succeeded");
        return std::move(*m_error);
    }

private:
    std::optional<Error> m_error;
};

} // namespace hourglass
