#pragma once

// One size of a symbolic shape: a number, or floor((multiplier · s + offset) / divisor) of one of the symbols N
// (batch), H and W (picture size). Strided convolutions divide, transposed ones multiply; a graph is built and checked
// once and compiled for any batch and picture size.

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/Result.h"
#include "core/tensor/Shape.h"

namespace hourglass {

enum class Symbol : uint8_t { None, N, H, W };

// What the symbols stand for in one compiled Program.
struct SymbolSizes {
    int64_t n = 1, h = 1, w = 1;
    bool operator==(const SymbolSizes&) const = default;
};

class Dim {
public:
    Dim(int64_t size) : m_offset(size) {} // implicit: shapes are written {Dim::n(), 784}
    static Dim n() { return Dim(Symbol::N); }
    static Dim h() { return Dim(Symbol::H); }
    static Dim w() { return Dim(Symbol::W); }

    bool isFixed() const { return m_symbol == Symbol::None; }
    // The number of a fixed size; ContractError for a symbolic one.
    int64_t fixedSize() const;

    // d · k. Exact: multiplying a quotient demands, when sizes are bound, that the division leaves no remainder
    // (a network that halves and doubles fits even sizes only).
    Dim times(int64_t k) const;
    Dim plus(int64_t k) const;
    // floor(d / k), k > 0.
    Dim dividedBy(int64_t k) const;

    // InvalidArgument when the division must be exact and is not, or the size would not be positive.
    Result<int64_t> evaluate(const SymbolSizes& sizes) const;

    // As sizes: what a division demands is checked where the division is made, whatever is equal to its result.
    bool operator==(const Dim& other) const {
        return m_symbol == other.m_symbol && m_multiplier == other.m_multiplier && m_offset == other.m_offset &&
               m_divisor == other.m_divisor;
    }
    std::string toString() const; // "N", "784", "(H+1)/2"

private:
    explicit Dim(Symbol symbol) : m_symbol(symbol), m_multiplier(1) {}
    // Takes out common factors, so that equal sizes compare equal.
    void cancelTwos();

    Symbol m_symbol = Symbol::None;
    int64_t m_multiplier = 0, m_offset = 0, m_divisor = 1;
    // What must leave no remainder: (multiplier · s + offset) / divisor of a quotient that was multiplied.
    struct Condition {
        int64_t multiplier, offset, divisor;
    };
    std::vector<Condition> m_exact; // of a symbolic size
};

using SymbolicShape = std::vector<Dim>;

std::string toString(const SymbolicShape& shape);
Result<Shape> evaluate(const SymbolicShape& shape, const SymbolSizes& sizes);

} // namespace hourglass
