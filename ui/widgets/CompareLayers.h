#pragma once

// What the compare viewer shows, and its preparation for the screen: pure functions of values, for any thread.

#include <array>
#include <optional>

#include "core/tensor/Tensor.h"
#include "ui/widgets/ImageLayer.h"

namespace hourglass {

enum class ComparePane { Original, Noisy, Reconstruction, Difference };
inline constexpr std::array kComparePanes{ComparePane::Original, ComparePane::Noisy, ComparePane::Reconstruction,
                                          ComparePane::Difference};

// Images [C, H, W]; those that do not exist are left out, and the difference needs original and reconstruction.
struct CompareImages {
    std::optional<Tensor> original = {};
    std::optional<Tensor> noisy = {};
    std::optional<Tensor> reconstruction = {};

    int64_t elements() const;
};

using CompareLayers = std::array<ImageLayer, 4>; // by ComparePane

CompareLayers makeCompareLayers(const CompareImages& images, float gain, bool isDark);

// "(12, 7)  original 0.231  reconstruction 0.240": the values of one pixel in every image that has it, with the panes'
// titles.
QString pixelValues(const CompareImages& images, const std::array<QString, 4>& titles, QPoint pixel);
QString paneTitle(ComparePane pane);

} // namespace hourglass
