#pragma once

// How pages say durations, shapes, layers and states: one wording for all.

#include <QStringList>

#include "core/models/Architecture.h"
#include "core/training/Snapshot.h"
#include "ui/bridge/ShapeText.h"

namespace hourglass {

class Workbench;

// "1 epoch" or "20 epochs": `several` with the count for its %1.
QString countText(int64_t count, const QString& one, const QString& several);
QString openingText(const QString& name); // "opening cat.png…"
QString durationText(double seconds);     // "0.8 s", "12 s", "3:05 min", "2:10 h"
QString layerName(const LayerInfo& layer);
// How a model for samples of `sample` went over a picture: whole or in patches, and what it did about channels.
QStringList passTexts(const Shape& sample, bool takesAnySize, const Shape& picture);
QString qualityText(double psnr, double ssim); // "31.2 dB · SSIM 0.940"
// "σ 24.8 (0.097)": on the 0–255 scale, with [0, 1] beside it; not to be broken at the end of a line.
QString sigmaText(float sigma);
// "Epoch 3 of 20 · step 1,024 of 4,096 · 12,300 samples/s · 0:32 min left", or what the state says without a snapshot.
QString statusText(Workbench& workbench, const Snapshot* snapshot);
// PSNR of each reconstruction: "24.1 dB".
QStringList psnrCaptions(const Preview& preview);

} // namespace hourglass
