#pragma once

// As much linear algebra in double precision as closed forms need, over matrices of a few rows.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace hourglass::test {

struct Matrix {
    size_t rows = 0, columns = 0;
    std::vector<double> values; // row by row

    Matrix(size_t rowCount, size_t columnCount)
        : rows(rowCount), columns(columnCount), values(rowCount * columnCount) {}
    Matrix(size_t rowCount, size_t columnCount, std::vector<double> all)
        : rows(rowCount), columns(columnCount), values(std::move(all)) {}
    double& at(size_t i, size_t j) { return values[i * columns + j]; }
    double at(size_t i, size_t j) const { return values[i * columns + j]; }

    Matrix transposed() const {
        Matrix result(columns, rows);
        for (size_t i = 0; i < rows; ++i)
            for (size_t j = 0; j < columns; ++j)
                result.at(j, i) = at(i, j);
        return result;
    }
};

inline Matrix operator*(const Matrix& a, const Matrix& b) {
    Matrix product(a.rows, b.columns);
    for (size_t i = 0; i < a.rows; ++i)
        for (size_t k = 0; k < a.columns; ++k)
            for (size_t j = 0; j < b.columns; ++j)
                product.at(i, j) += a.at(i, k) * b.at(k, j);
    return product;
}

// a + scale · b
inline Matrix sum(Matrix a, const Matrix& b, double scale = 1.0) {
    for (size_t i = 0; i < a.values.size(); ++i)
        a.values[i] += scale * b.values[i];
    return a;
}

inline double largest(const Matrix& a) {
    double most = 0;
    for (const double value : a.values)
        most = std::max(most, std::abs(value));
    return most;
}

// Of a symmetric positive definite a: log det a, and a⁻¹ b (Gauss and Jordan).
inline std::pair<double, Matrix> solve(Matrix a, Matrix b) {
    double logDeterminant = 0;
    const auto subtract = [](Matrix& m, size_t row, size_t other, double factor) {
        for (size_t j = 0; j < m.columns; ++j)
            m.at(row, j) -= factor * m.at(other, j);
    };
    for (size_t pivot = 0; pivot < a.rows; ++pivot) {
        const double divisor = a.at(pivot, pivot);
        logDeterminant += std::log(divisor);
        for (Matrix* m : {&b, &a})
            subtract(*m, pivot, pivot, 1 - 1 / divisor); // divides the row
        for (size_t row = 0; row < a.rows; ++row)
            if (const double factor = a.at(row, pivot); row != pivot)
                for (Matrix* m : {&b, &a})
                    subtract(*m, row, pivot, factor);
    }
    return {logDeterminant, b};
}

} // namespace hourglass::test
