#include "core/analysis/ComparisonSheet.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/analysis/ImageMetrics.h"
#include "core/analysis/SheetCanvas.h"
#include "core/base/Contract.h"

namespace hourglass {

namespace {

constexpr SheetCanvas::TextStyle kTitle{.capHeight = 13, .darkness = 0.95, .bold = true};
constexpr SheetCanvas::TextStyle kSubtitle{.capHeight = 9, .darkness = 0.65};
constexpr SheetCanvas::TextStyle kHeading{.capHeight = 10, .darkness = 0.9, .bold = true};
constexpr SheetCanvas::TextStyle kCaption{.capHeight = 8.5, .darkness = 0.8};

constexpr int64_t kMargin = 24;
constexpr int64_t kColumnGap = 20;
constexpr int64_t kRowGap = 16;
constexpr int64_t kCaptionSpace = 20; // beneath a picture: a gap and one line
constexpr int64_t kHeadingSpace = 20; // the headings' line and the gap to the first row

struct Column {
    const char* heading;
    const Tensor* images;
    bool compared; // has a PSNR
};

struct Layout {
    int64_t pictureWidth = 0;
    int64_t pictureHeight = 0;
    int64_t cellWidth = 0;
    int64_t top = 0; // where the headings' line begins
    int64_t width = 0;
    int64_t height = 0;
};

std::vector<Column> columnsOf(const ComparisonImages& images) {
    std::vector<Column> columns{{"Original", &images.original, false}};
    if (images.noisy.elements() > 0)
        columns.push_back({"Noisy", &images.noisy, true});
    columns.push_back({"Reconstruction", &images.reconstruction, true});
    return columns;
}

Layout layOut(const ComparisonImages& images, const ComparisonSheetOptions& options, int64_t columns) {
    const Shape& shape = images.original.shape();
    const int64_t longer = std::max(shape[2], shape[3]);
    Layout layout{.pictureWidth = shape[3], .pictureHeight = shape[2]};
    if (const int64_t factor = options.enlargeTo / longer; factor > 1) {
        layout.pictureWidth *= factor;
        layout.pictureHeight *= factor;
    } else if (longer > options.reduceTo) {
        const double scale = static_cast<double>(options.reduceTo) / static_cast<double>(longer);
        layout.pictureWidth = std::max<int64_t>(1, std::llround(static_cast<double>(shape[3]) * scale));
        layout.pictureHeight = std::max<int64_t>(1, std::llround(static_cast<double>(shape[2]) * scale));
    }
    layout.cellWidth = std::max(layout.pictureWidth, SheetCanvas::textWidth("Reconstruction", kHeading));
    layout.top = kMargin + (options.title.empty() ? 0 : 32) + (options.subtitle.empty() ? 0 : 20);
    const int64_t textWidth =
        std::max(SheetCanvas::textWidth(options.title, kTitle), SheetCanvas::textWidth(options.subtitle, kSubtitle));
    layout.width = 2 * kMargin + std::max(textWidth, columns * layout.cellWidth + (columns - 1) * kColumnGap);
    layout.height =
        layout.top + kHeadingSpace + shape[0] * (layout.pictureHeight + kCaptionSpace + kRowGap) - kRowGap + kMargin;
    return layout;
}

std::string psnrCaption(double decibels) {
    return std::isfinite(decibels) ? fmt::format("PSNR {:.1f} dB", decibels) : "identical";
}

// Cuts the end off until the text fits the width.
std::string shortened(std::string text, int64_t width) {
    if (SheetCanvas::textWidth(text, kCaption) <= width)
        return text;
    while (!text.empty() && SheetCanvas::textWidth(text + "...", kCaption) > width)
        text.pop_back();
    return text + "...";
}

void requireMatching(const ComparisonImages& images) {
    const Shape& shape = images.original.shape();
    expects(shape.rank() == 4 && (shape[1] == 1 || shape[1] == 3) && shape.elements() > 0,
            "a comparison needs pictures [N, 1 or 3, H, W], got {}", shape.toString());
    expects(images.reconstruction.shape() == shape, "reconstructions {} of originals {}",
            images.reconstruction.shape().toString(), shape.toString());
    expects(images.noisy.elements() == 0 || images.noisy.shape() == shape, "noisy pictures {} of originals {}",
            images.noisy.shape().toString(), shape.toString());
}

} // namespace

Tensor renderComparisonSheet(const ComparisonImages& images, const ComparisonSheetOptions& options) {
    requireMatching(images);
    const std::vector<Column> columns = columnsOf(images);
    const Layout layout = layOut(images, options, static_cast<int64_t>(columns.size()));
    SheetCanvas canvas(layout.width, layout.height);
    if (!options.title.empty())
        canvas.drawText(options.title, kMargin, kMargin + 13, kTitle);
    if (!options.subtitle.empty())
        canvas.drawText(options.subtitle, kMargin, layout.top - 19, kSubtitle);

    const Shape& batch = images.original.shape();
    const Shape picture{batch[1], batch[2], batch[3]};
    int64_t x = kMargin;
    for (const Column& column : columns) {
        canvas.drawText(column.heading, x, layout.top + 10, kHeading);
        int64_t y = layout.top + kHeadingSpace;
        for (int64_t n = 0; n < batch[0]; ++n) {
            canvas.drawImage(column.images->sample(n), picture, x, y, layout.pictureWidth, layout.pictureHeight);
            const auto named = static_cast<size_t>(n) < images.names.size() ? images.names[static_cast<size_t>(n)] : "";
            const std::string caption = column.compared
                                            ? psnrCaption(psnr(images.original.sample(n), column.images->sample(n)))
                                            : shortened(named, layout.cellWidth);
            canvas.drawText(caption, x, y + layout.pictureHeight + 15, kCaption);
            y += layout.pictureHeight + kCaptionSpace + kRowGap;
        }
        x += layout.cellWidth + kColumnGap;
    }
    return canvas.toTensor();
}

} // namespace hourglass
