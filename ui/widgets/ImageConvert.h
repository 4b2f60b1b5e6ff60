#pragma once

// Between float images [C, H, W] (C 1: gray, 3: RGB; values meant for [0, 1]) and pixels. Pure functions, for any
// thread: large pictures take longer than a frame.

#include <QImage>

#include <span>

#include "core/tensor/Tensor.h"

namespace hourglass {

// Value as stored to byte as shown: clipped to [0, 1], rounded. Not a number shows as 0.
uint8_t toByte(float value);

// Writes one image into `into`, whose format and size must be imageFormat(channels) and width × height.
void fillImage(QImage& into, std::span<const float> values, int channels);
QImage::Format imageFormat(int channels); // Grayscale8 or RGB888

// Sample i of [N, C, H, W], or the whole of [C, H, W] or [H, W]. Null for any other shape or number of channels.
QImage toImage(const Tensor& tensor, int64_t i = 0);

// Any picture as [3, H, W], its transparency left out.
Tensor toTensor(const QImage& image);
bool hasTransparency(const QImage& image); // a pixel that is not opaque, whatever the format

// A signed difference as colour: blue below, red above, the neutral gray of `isDark`'s side at 0, saturated at ±1/gain.
QRgb divergingColour(float difference, float gain, bool isDark);
// values − reference, averaged over channels, coloured. Null when the shapes differ.
QImage differenceImage(const Tensor& values, const Tensor& reference, float gain, bool isDark);

} // namespace hourglass
