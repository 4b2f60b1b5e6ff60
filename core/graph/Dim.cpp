#include "core/graph/Dim.h"

#include <algorithm>

#include "core/base/IntegerMath.h"

namespace hourglass {

namespace {

const char* nameOf(Symbol symbol) {
    return symbol == Symbol::N ? "N" : symbol == Symbol::H ? "H" : "W";
}

} // namespace

int64_t Dim::fixedSize() const {
    expects(isFixed(), "{} is not a fixed size", toString());
    return m_offset;
}

Dim Dim::times(int64_t k) const {
    Dim result = *this;
    // Once it is known to divide evenly, so does every quotient of the same by a part of that divisor.
    const auto implies = [&](const Condition& known) {
        return known.multiplier == m_multiplier && known.offset == m_offset && known.divisor % m_divisor == 0;
    };
    if (k != 1 && m_divisor != 1 && std::none_of(m_exact.begin(), m_exact.end(), implies))
        result.m_exact.push_back({m_multiplier, m_offset, m_divisor});
    result.m_multiplier *= k;
    result.m_offset *= k;
    result.cancelTwos();
    return result;
}

Dim Dim::plus(int64_t k) const {
    Dim result = *this;
    result.m_offset += k * m_divisor;
    return result;
}

Dim Dim::dividedBy(int64_t k) const {
    expects(k > 0, "division of a size by {}", k);
    Dim result = *this;
    if (isFixed()) {
        result.m_offset = floorDivide(m_offset, k);
        return result;
    }
    result.m_divisor *= k; // floor(floor(a / d) / k) = floor(a / (d k))
    result.cancelTwos();
    return result;
}

void Dim::cancelTwos() {
    while (m_divisor % 2 == 0 && m_multiplier % 2 == 0 && m_offset % 2 == 0) {
        m_divisor /= 2;
        m_multiplier /= 2;
        m_offset /= 2;
    }
}

Result<int64_t> Dim::evaluate(const SymbolSizes& sizes) const {
    const int64_t symbol = m_symbol == Symbol::N ? sizes.n : m_symbol == Symbol::H ? sizes.h : sizes.w;
    for (const Condition& exact : m_exact)
        if (const int64_t divided = exact.multiplier * symbol + exact.offset; divided % exact.divisor != 0)
            return makeError(ErrorCode::InvalidArgument,
                             "The size {} = {} {}is not a multiple of {}, which this network needs.", nameOf(m_symbol),
                             symbol, divided == symbol ? "" : fmt::format("makes {}, which ", divided), exact.divisor);
    const int64_t size = floorDivide(m_multiplier * (isFixed() ? 0 : symbol) + m_offset, m_divisor);
    if (size < 1)
        return makeError(ErrorCode::InvalidArgument, "The size {} of a layer would be {}; the picture is too small.",
                         toString(), size);
    return size;
}

std::string Dim::toString() const {
    if (isFixed())
        return std::to_string(m_offset);
    std::string text = nameOf(m_symbol);
    if (m_multiplier != 1)
        text = fmt::format("{}·{}", m_multiplier, text);
    if (m_offset != 0)
        text = fmt::format("{}{:+}", text, m_offset);
    if (m_divisor != 1)
        text = fmt::format("{1}{0}{2}/{3}", text, m_offset != 0 ? "(" : "", m_offset != 0 ? ")" : "", m_divisor);
    return text;
}

std::string toString(const SymbolicShape& shape) {
    std::string text = "[";
    for (const Dim& dim : shape)
        text += (text.size() > 1 ? ", " : "") + dim.toString();
    return text + "]";
}

Result<Shape> evaluate(const SymbolicShape& shape, const SymbolSizes& sizes) {
    std::vector<int64_t> result;
    for (const Dim& dim : shape) {
        Result<int64_t> size = dim.evaluate(sizes);
        if (!size)
            return std::move(size).error();
        result.push_back(*size);
    }
    return Shape(std::move(result));
}

} // namespace hourglass
