#include "core/formats/NpyHeader.h"

#include <bit>

namespace hourglass {

namespace {

constexpr size_t kMostAxes = 32; // numpy's own limit

// Reads a Python literal from left to right; each function returns whether what it expects was there.
class Cursor {
public:
    explicit Cursor(std::string_view text) : m_text(text) {}

    bool atEnd() {
        skipSpace();
        return m_text.empty();
    }
    bool symbol(char expected) {
        skipSpace();
        if (m_text.empty() || m_text.front() != expected)
            return false;
        m_text.remove_prefix(1);
        return true;
    }
    bool word(std::string_view expected) {
        skipSpace();
        if (!m_text.starts_with(expected))
            return false;
        m_text.remove_prefix(expected.size());
        return true;
    }
    std::optional<std::string_view> quoted() {
        skipSpace();
        const char quote = m_text.empty() ? '\0' : m_text.front();
        const size_t end = quote == '\'' || quote == '"' ? m_text.find(quote, 1) : std::string_view::npos;
        if (end == std::string_view::npos)
            return std::nullopt;
        const std::string_view inside = m_text.substr(1, end - 1);
        m_text.remove_prefix(end + 1);
        return inside;
    }
    std::optional<uint64_t> natural() {
        skipSpace();
        uint64_t number = 0;
        size_t digits = 0;
        for (; digits < m_text.size() && m_text[digits] >= '0' && m_text[digits] <= '9'; ++digits)
            if (digits >= 18)
                return std::nullopt;
            else
                number = number * 10 + static_cast<uint64_t>(m_text[digits] - '0');
        if (digits == 0)
            return std::nullopt;
        m_text.remove_prefix(digits);
        word("L"); // Python 2 wrote long integers so
        return number;
    }

private:
    void skipSpace() {
        const size_t start = m_text.find_first_not_of(" \t\r\n");
        m_text.remove_prefix(start == std::string_view::npos ? m_text.size() : start);
    }
    std::string_view m_text;
};

std::optional<ElementType> typeNamed(std::string_view kindAndSize) {
    constexpr std::pair<std::string_view, ElementType> kTypes[] = {
        {"b1", ElementType::Bool}, {"u1", ElementType::U8},  {"i1", ElementType::I8},  {"u2", ElementType::U16},
        {"i2", ElementType::I16},  {"u4", ElementType::U32}, {"i4", ElementType::I32}, {"u8", ElementType::U64},
        {"i8", ElementType::I64},  {"f2", ElementType::F16}, {"f4", ElementType::F32}, {"f8", ElementType::F64},
    };
    for (const auto& [name, type] : kTypes)
        if (name == kindAndSize)
            return type;
    return std::nullopt;
}

Result<void> parseType(std::string_view descr, ArrayHeader& header) {
    const char order = descr.empty() ? ' ' : descr.front();
    const std::optional<ElementType> type = typeNamed(descr.substr(descr.empty() ? 0 : 1));
    if (descr.find('O') != std::string_view::npos)
        return makeError(ErrorCode::Unsupported, "it holds Python objects, which are never read.");
    if (!type || (order != '<' && order != '>' && order != '|' && order != '='))
        return makeError(ErrorCode::Unsupported, "its type is '{}'; f2, f4, f8, b1 and whole numbers are read.", descr);
    header.type = *type;
    const bool little = std::endian::native == std::endian::little;
    header.swapped = elementSize(*type) > 1 && ((order == '>' && little) || (order == '<' && !little));
    return {};
}

bool parseShape(Cursor& cursor, ArrayHeader& header) {
    if (!cursor.symbol('('))
        return false;
    while (!cursor.symbol(')')) {
        const std::optional<uint64_t> size = cursor.natural();
        if (!size || header.sizes.size() == kMostAxes)
            return false;
        header.sizes.push_back(*size);
        if (!cursor.symbol(',')) // "(3)" is not a tuple in Python, but nothing else either
            return cursor.symbol(')');
    }
    return true;
}

} // namespace

Result<ArrayHeader> parseNpyHeader(std::string_view text) {
    const Error damaged(ErrorCode::Unreadable, "its header is damaged.");
    ArrayHeader header;
    Cursor cursor(text);
    bool descr = false, order = false, shape = false;
    if (!cursor.symbol('{'))
        return damaged;
    while (!cursor.symbol('}')) {
        const std::optional<std::string_view> key = cursor.quoted();
        if (!key || !cursor.symbol(':'))
            return damaged;
        if (*key == "descr" && !std::exchange(descr, true)) {
            const std::optional<std::string_view> type = cursor.quoted();
            if (!type)
                return makeError(ErrorCode::Unsupported, "it holds records, which are not read.");
            if (Result<void> parsed = parseType(*type, header); !parsed)
                return std::move(parsed).error();
        } else if (*key == "fortran_order" && !std::exchange(order, true)) {
            header.fortran = cursor.word("True");
            if (!header.fortran && !cursor.word("False"))
                return damaged;
        } else if (*key == "shape" && !std::exchange(shape, true)) {
            if (!parseShape(cursor, header))
                return makeError(ErrorCode::Unreadable, "its header has an impossible shape.");
        } else {
            return damaged;
        }
        if (!cursor.symbol(',')) {
            if (!cursor.symbol('}'))
                return damaged;
            break;
        }
    }
    if (!descr || !order || !shape || !cursor.atEnd())
        return damaged;
    return header;
}

} // namespace hourglass
