#include "core/inference/DenoiseImage.h"

#include "core/analysis/NoiseLevel.h"

namespace hourglass {

namespace {

Result<bool> pass(ModelRunner& runner, const PictureView& picture, std::span<float> out, const PassSettings& settings) {
    return runner.model().takesAnySize() ? tiledPass(runner, picture, out, settings)
                                         : patchPass(runner, picture, out, settings);
}

// As three equal channels, whose mean is the answer.
Result<bool> grayThroughColour(ModelRunner& runner, const PictureView& gray, std::span<float> out,
                               const PassSettings& settings) {
    const size_t pixels = gray.values.size();
    std::vector<float> colour, answer(3 * pixels);
    for (int c = 0; c < 3; ++c)
        colour.insert(colour.end(), gray.values.begin(), gray.values.end());
    Result<bool> done = pass(runner, {colour, 3, gray.height, gray.width}, answer, settings);
    for (size_t i = 0; i < pixels; ++i)
        out[i] = (answer[i] + answer[pixels + i] + answer[2 * pixels + i]) / 3.0f;
    return done;
}

} // namespace

Result<std::optional<Tensor>> denoiseImage(ModelRunner& runner, const Tensor& image, const PassSettings& settings) {
    const Shape& sample = runner.model().sampleShape;
    expects(image.shape().rank() == 3 && (image.shape()[0] == 1 || image.shape()[0] == 3) && image.elements() > 0,
            "a picture to denoise has the shape {}, not [1 or 3, H, W]", image.shape().toString());
    const int64_t channels = image.shape()[0], height = image.shape()[1], width = image.shape()[2];
    if (sample.rank() != 3 || (sample[0] != 1 && sample[0] != 3))
        return makeError(ErrorCode::InvalidArgument,
                         "This model takes samples of shape {}; pictures are denoised by models of gray or RGB ones, "
                         "[1, H, W] or [3, H, W].",
                         sample.toString());
    Tensor result(image.shape());
    const int64_t together = std::min(sample[0], channels); // channels of the picture in one pass
    for (int64_t c = 0; c < channels; c += together) {
        const auto first = static_cast<size_t>(c * height * width);
        const auto count = static_cast<size_t>(together * height * width);
        PassSettings part = settings;
        if (settings.progress)
            part.progress = [&](double fraction) {
                settings.progress((static_cast<double>(c) + fraction * static_cast<double>(together)) /
                                  static_cast<double>(channels));
            };
        const PictureView view{image.values().subspan(first, count), together, height, width};
        if (runner.model().wantsNoiseLevel() && !part.noiseLevel)
            part.noiseLevel = estimateNoiseLevel(view.values, view.channels, height, width);
        const std::span<float> out = result.values().subspan(first, count);
        const bool isGrayForColour = sample[0] == 3 && channels == 1;
        Result<bool> done =
            isGrayForColour ? grayThroughColour(runner, view, out, part) : pass(runner, view, out, part);
        if (!done)
            return std::move(done).error();
        if (!*done)
            return std::optional<Tensor>();
    }
    return std::optional(std::move(result));
}

} // namespace hourglass
