#include "ui/widgets/ImageConvert.h"

#include <algorithm>
#include <cmath>

#include "core/base/Contract.h"

namespace hourglass {

namespace {

struct Frame {
    int channels = 0, height = 0, width = 0;
    bool isImage() const { return (channels == 1 || channels == 3) && height > 0 && width > 0; }
};

Frame frameOf(const Shape& shape) {
    constexpr int64_t kLongest = 32767; // QPainter's limit, and far below an int
    if (shape.rank() < 2 || shape.rank() > 4 || shape[-1] > kLongest || shape[-2] > kLongest)
        return {};
    const int64_t channels = shape.rank() == 2 ? 1 : shape[-3];
    return {channels == 1 || channels == 3 ? static_cast<int>(channels) : 0, static_cast<int>(shape[-2]),
            static_cast<int>(shape[-1])};
}

} // namespace

uint8_t toByte(float value) {
    return value > 0 ? static_cast<uint8_t>(std::min(value, 1.0f) * 255.0f + 0.5f) : uint8_t{0}; // NaN > 0 is false
}

QImage::Format imageFormat(int channels) {
    return channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888;
}

void fillImage(QImage& into, std::span<const float> values, int channels) {
    const auto width = static_cast<size_t>(into.width()), plane = width * static_cast<size_t>(into.height());
    expects(values.size() == plane * static_cast<size_t>(channels), "{} values for an image of {} x {} x {}",
            values.size(), channels, into.height(), into.width());
    for (int y = 0; y < into.height(); ++y) {
        uchar* line = into.scanLine(y);
        const float* row = values.data() + static_cast<size_t>(y) * width;
        if (channels == 1)
            std::transform(row, row + width, line, toByte);
        else
            for (size_t x = 0; x < width; ++x)
                for (size_t c = 0; c < 3; ++c)
                    line[3 * x + c] = toByte(row[c * plane + x]);
    }
}

QImage toImage(const Tensor& tensor, int64_t i) {
    const Frame frame = frameOf(tensor.shape());
    if (!frame.isImage())
        return {};
    QImage image(frame.width, frame.height, imageFormat(frame.channels));
    fillImage(image, tensor.shape().rank() == 4 ? tensor.sample(i) : tensor.values(), frame.channels);
    return image;
}

Tensor toTensor(const QImage& image) {
    Tensor tensor({3, image.height(), image.width()});
    const auto width = static_cast<size_t>(image.width()), plane = width * static_cast<size_t>(image.height());
    for (int y = 0; y < image.height(); ++y) {
        // Row by row: Qt hands large conversions to the pool that paints, too.
        const QImage rgb = image.copy(0, y, image.width(), 1).convertToFormat(QImage::Format_RGB888);
        const uchar* line = rgb.constScanLine(0);
        float* row = tensor.data() + static_cast<size_t>(y) * width;
        for (size_t x = 0; x < width; ++x)
            for (size_t c = 0; c < 3; ++c)
                row[c * plane + x] = static_cast<float>(line[3 * x + c]) / 255.0f;
    }
    return tensor;
}

bool hasTransparency(const QImage& image) {
    for (int y = 0; image.hasAlphaChannel() && y < image.height(); ++y) {
        const QImage row = image.copy(0, y, image.width(), 1).convertToFormat(QImage::Format_ARGB32);
        const auto* line = reinterpret_cast<const QRgb*>(row.constScanLine(0));
        if (std::any_of(line, line + row.width(), [](QRgb pixel) { return qAlpha(pixel) < 255; }))
            return true;
    }
    return false;
}

QRgb divergingColour(float difference, float gain, bool isDark) {
    const float scaled = std::isfinite(difference) ? std::clamp(difference * gain, -1.0f, 1.0f) : 1.0f;
    // End colours of equal weight; neutral is near the window's own so that "no difference" recedes.
    const QColor neutral = isDark ? QColor(32, 32, 34) : QColor(244, 244, 244);
    const QColor below = isDark ? QColor(92, 158, 255) : QColor(26, 82, 180);
    const QColor above = isDark ? QColor(255, 106, 84) : QColor(190, 30, 24);
    const QColor& end = scaled < 0 ? below : above;
    const float part = std::abs(scaled);
    const auto blend = [part](int from, int to) {
        return static_cast<int>(std::lround(static_cast<float>(from) + static_cast<float>(to - from) * part));
    };
    return qRgb(blend(neutral.red(), end.red()), blend(neutral.green(), end.green()),
                blend(neutral.blue(), end.blue()));
}

QImage differenceImage(const Tensor& values, const Tensor& reference, float gain, bool isDark) {
    const Frame frame = frameOf(values.shape());
    if (!frame.isImage() || values.shape() != reference.shape() || values.shape().rank() == 4)
        return {};
    // 511 steps are all that bytes can tell apart; a table is much faster than blending per pixel.
    std::array<QRgb, 511> palette;
    for (int k = 0; k < 511; ++k)
        palette[static_cast<size_t>(k)] = divergingColour(static_cast<float>(k - 255) / 255.0f, 1, isDark);
    QImage image(frame.width, frame.height, QImage::Format_RGB32);
    const size_t plane = static_cast<size_t>(frame.width) * static_cast<size_t>(frame.height);
    for (int y = 0; y < frame.height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < frame.width; ++x) {
            const size_t place = static_cast<size_t>(y) * static_cast<size_t>(frame.width) + static_cast<size_t>(x);
            float sum = 0;
            for (size_t c = 0; c < static_cast<size_t>(frame.channels); ++c)
                sum += values.data()[c * plane + place] - reference.data()[c * plane + place];
            const float scaled = sum / static_cast<float>(frame.channels) * gain;
            const float clipped = std::isfinite(scaled) ? std::clamp(scaled, -1.0f, 1.0f) : 1.0f;
            line[x] = palette[static_cast<size_t>(std::lround(clipped * 255.0f) + 255)];
        }
    }
    return image;
}

} // namespace hourglass
