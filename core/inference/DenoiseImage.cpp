#include "core/inference/DenoiseImage.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hourglass {

namespace {

constexpr int64_t kBatch = 64;

// Mirrors an index into [0, size), edge pixel not repeated: -1 → 1, size → size - 2.
int64_t reflected(int64_t i, int64_t size) {
    if (size == 1)
        return 0;
    const int64_t period = 2 * (size - 1);
    const int64_t at = ((i % period) + period) % period;
    return at < size ? at : period - at;
}

// [channels, height, width] of one picture, or of one of its channels.
Tensor padded(const Tensor& image, int64_t height, int64_t width) {
    const Shape& shape = image.shape();
    Tensor result(Shape{shape[0], height, width});
    for (int64_t c = 0; c < shape[0]; ++c)
        for (int64_t y = 0; y < height; ++y)
            for (int64_t x = 0; x < width; ++x)
                result.data()[(c * height + y) * width + x] =
                    image.data()[(c * shape[1] + reflected(y, shape[1])) * shape[2] + reflected(x, shape[2])];
    return result;
}

// Half a sine wave over a patch, above zero at its border too.
std::vector<float> fade(int64_t length) {
    std::vector<float> weights(static_cast<size_t>(length));
    for (int64_t i = 0; i < length; ++i) {
        const double phase = (static_cast<double>(i) + 0.5) / static_cast<double>(length);
        weights[static_cast<size_t>(i)] = static_cast<float>(std::sin(std::numbers::pi * phase) + 0.02);
    }
    return weights;
}

struct Window {
    int64_t y, x;
};

// The pass over one picture with the model's channels.
class PatchPass {
public:
    PatchPass(ModelRunner& runner, const Tensor& image)
        : m_runner(runner), m_image(image), m_patch(runner.model().sampleShape), m_sum(image.shape()),
          m_weight(Shape{1, image.shape()[1], image.shape()[2]}), m_fadeY(fade(m_patch[1])), m_fadeX(fade(m_patch[2])) {
        for (int64_t y : patchOrigins(image.shape()[1], m_patch[1], std::max<int64_t>(1, m_patch[1] / 2)))
            for (int64_t x : patchOrigins(image.shape()[2], m_patch[2], std::max<int64_t>(1, m_patch[2] / 2)))
                m_windows.push_back({y, x});
    }

    Result<std::optional<Tensor>> run(const DenoiseOptions& options, double from, double share) {
        for (size_t first = 0; first < m_windows.size(); first += kBatch) {
            if (options.stop.stop_requested())
                return std::optional<Tensor>();
            const std::span<const Window> windows =
                std::span(m_windows).subspan(first, std::min<size_t>(kBatch, m_windows.size() - first));
            Result<Tensor> rebuilt = m_runner.reconstruct(cut(windows));
            if (!rebuilt)
                return std::move(rebuilt).error();
            blend(windows, *rebuilt);
            if (options.progress)
                options.progress(from + share * static_cast<double>(first + windows.size()) /
                                            static_cast<double>(m_windows.size()));
        }
        const int64_t pixels = m_weight.elements();
        for (int64_t i = 0; i < m_sum.elements(); ++i)
            m_sum.data()[i] /= m_weight.data()[i % pixels];
        return std::optional(std::move(m_sum));
    }

private:
    // Calls function(pixel of the picture, element of the patch, weight) for every element of a window.
    template <typename Function>
    void forEachElement(Window window, Function function) const {
        const Shape& shape = m_image.shape();
        for (int64_t c = 0; c < m_patch[0]; ++c)
            for (int64_t y = 0; y < m_patch[1]; ++y)
                for (int64_t x = 0; x < m_patch[2]; ++x)
                    function((c * shape[1] + window.y + y) * shape[2] + window.x + x,
                             (c * m_patch[1] + y) * m_patch[2] + x,
                             m_fadeY[static_cast<size_t>(y)] * m_fadeX[static_cast<size_t>(x)]);
    }

    Tensor cut(std::span<const Window> windows) const {
        Tensor batch(Shape{static_cast<int64_t>(windows.size()), m_patch[0], m_patch[1], m_patch[2]});
        for (size_t i = 0; i < windows.size(); ++i) {
            float* patch = batch.sample(static_cast<int64_t>(i)).data();
            forEachElement(windows[i],
                           [&](int64_t pixel, int64_t element, float) { patch[element] = m_image.data()[pixel]; });
        }
        return batch;
    }

    void blend(std::span<const Window> windows, const Tensor& rebuilt) {
        const int64_t pixels = m_weight.elements();
        for (size_t i = 0; i < windows.size(); ++i) {
            const float* patch = rebuilt.sample(static_cast<int64_t>(i)).data();
            forEachElement(windows[i], [&](int64_t pixel, int64_t element, float weight) {
                m_sum.data()[pixel] += weight * patch[element];
                if (pixel < pixels)
                    m_weight.data()[pixel] += weight;
            });
        }
    }

    ModelRunner& m_runner;
    const Tensor& m_image;
    Shape m_patch; // [C, h, w]
    Tensor m_sum, m_weight;
    std::vector<float> m_fadeY, m_fadeX;
    std::vector<Window> m_windows;
};

Tensor channelsOf(const Tensor& image, int64_t first, int64_t count) {
    const int64_t pixels = image.shape()[1] * image.shape()[2];
    return Tensor(Shape{count, image.shape()[1], image.shape()[2]},
                  image.values().subspan(static_cast<size_t>(first * pixels), static_cast<size_t>(count * pixels)));
}

} // namespace

std::vector<int64_t> patchOrigins(int64_t size, int64_t patch, int64_t step) {
    expects(size >= patch && step > 0, "patches of {} with step {} in {}", patch, step, size);
    const int64_t steps = (size - patch + step - 1) / step; // after the first
    std::vector<int64_t> origins;
    for (int64_t i = 0; i <= steps; ++i)
        origins.push_back(steps == 0 ? 0 : i * (size - patch) / steps);
    return origins;
}

Result<std::optional<Tensor>> denoiseImage(ModelRunner& runner, const Tensor& image, const DenoiseOptions& options) {
    const Shape patch = runner.model().sampleShape;
    expects(image.shape().rank() == 3 && (image.shape()[0] == 1 || image.shape()[0] == 3) && image.elements() > 0,
            "a picture to denoise has the shape {}, not [1 or 3, H, W]", image.shape().toString());
    const int64_t channels = image.shape()[0], height = image.shape()[1], width = image.shape()[2];
    if (patch.rank() != 3 || (patch[0] != 1 && patch[0] != 3))
        return makeError(ErrorCode::InvalidArgument,
                         "This model takes samples of shape {}; pictures are denoised by models of gray or RGB ones, "
                         "[1, H, W] or [3, H, W].",
                         patch.toString());
    const Tensor large = padded(image, std::max(height, patch[1]), std::max(width, patch[2]));
    const int64_t passes = patch[0] == 1 ? channels : 1;
    const int64_t pixels = height * width;
    Tensor result(image.shape());
    for (int64_t pass = 0; pass < passes; ++pass) {
        Tensor part = patch[0] == 1 ? channelsOf(large, pass, 1) : large;
        if (patch[0] == 3 && channels == 1) {
            part = Tensor(Shape{3, large.shape()[1], large.shape()[2]});
            for (int64_t c = 0; c < 3; ++c)
                std::copy_n(large.data(), large.elements(), part.data() + c * large.elements());
        }
        auto rebuilt = PatchPass(runner, part)
                           .run(options, static_cast<double>(pass) / static_cast<double>(passes),
                                1.0 / static_cast<double>(passes));
        if (!rebuilt || !*rebuilt)
            return rebuilt;
        const Tensor& whole = **rebuilt;
        const int64_t made = whole.shape()[0], partsPerChannel = patch[0] == 3 && channels == 1 ? 3 : 1;
        for (int64_t c = 0; c < made; ++c)
            for (int64_t i = 0; i < pixels; ++i)
                result.data()[(partsPerChannel == 3 ? 0 : pass + c) * pixels + i] +=
                    whole.data()[(c * whole.shape()[1] + i / width) * whole.shape()[2] + i % width] /
                    static_cast<float>(partsPerChannel);
    }
    return std::optional(std::move(result));
}

} // namespace hourglass
