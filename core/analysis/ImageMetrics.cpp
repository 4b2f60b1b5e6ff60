#include "core/analysis/ImageMetrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/base/Contract.h"

namespace hourglass {

namespace {

constexpr int64_t kWindow = 11;
constexpr double kWindowSigma = 1.5;
constexpr double kC1 = 0.01 * 0.01;
constexpr double kC2 = 0.03 * 0.03;

std::vector<double> gaussianWindow(int64_t side) {
    const int64_t length = std::min(kWindow, side - (side % 2 == 0 ? 1 : 0));
    std::vector<double> weights(static_cast<size_t>(length));
    double sum = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
        const double offset = static_cast<double>(i) - static_cast<double>(length - 1) / 2;
        sum += weights[i] = std::exp(-offset * offset / (2 * kWindowSigma * kWindowSigma));
    }
    for (double& weight : weights)
        weight /= sum;
    return weights;
}

std::vector<double> luma(std::span<const float> values, const Shape& shape) {
    if (shape[0] == 1)
        return {values.begin(), values.end()};
    const size_t plane = values.size() / 3;
    std::vector<double> result(plane);
    for (size_t i = 0; i < plane; ++i)
        result[i] = 0.299 * static_cast<double>(values[i]) + 0.587 * static_cast<double>(values[plane + i]) +
                    0.114 * static_cast<double>(values[2 * plane + i]);
    return result;
}

// Weighted sums of a, b, a², b², ab.
using Moments = std::array<double, 5>;

double similarity(const Moments& m) {
    const double varianceA = m[2] - m[0] * m[0], varianceB = m[3] - m[1] * m[1], covariance = m[4] - m[0] * m[1];
    return (2 * m[0] * m[1] + kC1) * (2 * covariance + kC2) /
           ((m[0] * m[0] + m[1] * m[1] + kC1) * (varianceA + varianceB + kC2));
}

void requirePictures(std::span<const float> a, std::span<const float> b, const Shape& shape) {
    expects(shape.rank() == 3 && (shape[0] == 1 || shape[0] == 3) && shape.elements() > 0,
            "a picture is [1 or 3, H, W], got {}", shape.toString());
    const auto size = static_cast<size_t>(shape.elements());
    expects(a.size() == size && b.size() == size, "{} and {} values for pictures {}", a.size(), b.size(),
            shape.toString());
}

std::vector<float> cutOut(std::span<const float> values, const Shape& shape, const Region& region) {
    std::vector<float> part;
    part.reserve(static_cast<size_t>(shape[0] * region.width * region.height));
    for (int64_t c = 0; c < shape[0]; ++c) {
        for (int64_t y = region.y; y < region.y + region.height; ++y) {
            const float* row = values.data() + (c * shape[1] + y) * shape[2] + region.x;
            part.insert(part.end(), row, row + region.width);
        }
    }
    return part;
}

} // namespace

double meanSquaredError(std::span<const float> a, std::span<const float> b) {
    expects(a.size() == b.size() && !a.empty(), "{} values compared with {}", a.size(), b.size());
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) {
        const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        sum += difference * difference;
    }
    return sum / static_cast<double>(a.size());
}

double psnrOfMeanSquaredError(double mse) {
    return mse > 0 ? -10 * std::log10(mse) : mse == 0 ? std::numeric_limits<double>::infinity() : mse;
}

double psnr(std::span<const float> a, std::span<const float> b) {
    return psnrOfMeanSquaredError(meanSquaredError(a, b));
}

double ssim(std::span<const float> a, std::span<const float> b, const Shape& shape) {
    requirePictures(a, b, shape);
    const std::vector<double> lumaA = luma(a, shape), lumaB = luma(b, shape);
    const std::vector<double> weightsY = gaussianWindow(shape[1]), weightsX = gaussianWindow(shape[2]);
    const auto width = static_cast<size_t>(shape[2]), height = static_cast<size_t>(shape[1]);
    const size_t windowsX = width - weightsX.size() + 1, windowsY = height - weightsY.size() + 1;

    // The window is a product, so each row of windows is gathered down the columns first, then along the row.
    std::array<std::vector<double>, 5> columns;
    for (std::vector<double>& column : columns)
        column.resize(width);
    double sum = 0;
    for (size_t y = 0; y < windowsY; ++y) {
        for (std::vector<double>& column : columns)
            std::fill(column.begin(), column.end(), 0.0);
        for (size_t j = 0; j < weightsY.size(); ++j) {
            const double weight = weightsY[j];
            const double* rowA = lumaA.data() + (y + j) * width;
            const double* rowB = lumaB.data() + (y + j) * width;
            for (size_t x = 0; x < width; ++x) {
                const double p = rowA[x], q = rowB[x];
                columns[0][x] += weight * p;
                columns[1][x] += weight * q;
                columns[2][x] += weight * p * p;
                columns[3][x] += weight * q * q;
                columns[4][x] += weight * p * q;
            }
        }
        for (size_t x = 0; x < windowsX; ++x) {
            Moments moments{};
            for (size_t i = 0; i < weightsX.size(); ++i)
                for (size_t k = 0; k < moments.size(); ++k)
                    moments[k] += weightsX[i] * columns[k][x + i];
            sum += similarity(moments);
        }
    }
    return sum / static_cast<double>(windowsX * windowsY);
}

RegionMetrics regionMetrics(std::span<const float> a, std::span<const float> b, const Shape& shape,
                            const Region& region) {
    requirePictures(a, b, shape);
    expects(
        region.x >= 0 && region.y >= 0 && region.width > 0 && region.height > 0 && region.width <= shape[2] &&
            region.height <= shape[1] && region.x <= shape[2] - region.width && region.y <= shape[1] - region.height,
        "region {}×{} at ({}, {}) of a picture {}", region.width, region.height, region.x, region.y, shape.toString());
    const std::vector<float> partA = cutOut(a, shape, region), partB = cutOut(b, shape, region);
    const double mse = meanSquaredError(partA, partB);
    return {.mse = mse,
            .psnr = psnrOfMeanSquaredError(mse),
            .ssim = ssim(partA, partB, Shape{shape[0], region.height, region.width})};
}

} // namespace hourglass
