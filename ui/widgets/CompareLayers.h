#pragma once

// What the compare viewer shows, and its preparation for the screen: pure functions of values, for any thread.

#include <array>
#include <memory>
#include <optional>

#include "core/tensor/Tensor.h"
#include "ui/widgets/ImageLayer.h"

namespace hourglass {

enum class ComparePane { Original, Noisy, Reconstruction, Difference };
inline constexpr std::array kComparePanes{ComparePane::Original, ComparePane::Noisy, ComparePane::Reconstruction,
                                          ComparePane::Difference};

// An image [C, H, W], or none. Shared with whoever computed it: photographs are too large to be copied on their way to
// the screen.
class CompareImage {
public:
    CompareImage() = default;
    CompareImage(std::nullopt_t) {}
    CompareImage(Tensor image) : m_image(std::make_shared<const Tensor>(std::move(image))) {}
    CompareImage(std::optional<Tensor> image) {
        if (image)
            m_image = std::make_shared<const Tensor>(*std::move(image));
    }
    CompareImage(std::shared_ptr<const Tensor> image) : m_image(std::move(image)) {}

    explicit operator bool() const { return m_image != nullptr; }
    const Tensor& operator*() const { return *m_image; }
    const Tensor* operator->() const { return m_image.get(); }

private:
    std::shared_ptr<const Tensor> m_image;
};

// Those that do not exist are left out, and the difference needs original and reconstruction.
struct CompareImages {
    CompareImage original = {};
    CompareImage noisy = {};
    CompareImage reconstruction = {};

    int64_t elements() const;
};

using CompareLayers = std::array<ImageLayer, 4>; // by ComparePane

CompareLayers makeCompareLayers(const CompareImages& images, float gain, bool isDark);

// "(12, 7)  original 0.231  reconstruction 0.240": the values of one pixel in every image that has it, with the panes'
// titles.
QString pixelValues(const CompareImages& images, const std::array<QString, 4>& titles, QPoint pixel);
QString paneTitle(ComparePane pane);

} // namespace hourglass
