#include "app/cli/PictureFile.h"

#include "core/data/ArrayDataset.h"
#include "core/formats/Npy.h"

namespace hourglass::cli {

Result<Picture> readPicture(const std::filesystem::path& path) {
    if (path.extension() != ".npy") {
        Result<DecodedImage> image = decodeImage(path);
        if (!image)
            return std::move(image).error();
        return Picture{std::move(image->pixels), image->format, image->bitDepth, image->hadAlpha};
    }
    Result<NpyArray> array = readNpy(path);
    if (!array)
        return std::move(array).error();
    const Shape shape = array->shape;
    if (shape.rank() != 2 && !(shape.rank() == 3 && shape[2] == 3))
        return makeError(ErrorCode::Unsupported, "'{}' is {}; a picture is [H, W] or [H, W, 3].", path.string(),
                         shape.toString());
    if (shape.elements() == 0)
        return makeError(ErrorCode::Unreadable, "'{}' holds no pixels: its shape is {}.", path.string(),
                         shape.toString());
    const auto row = static_cast<size_t>(shape.elements() / shape[0]);
    if (Result<void> finite = requireFinite(array->floats.span(), row, fmt::format("'{}'", path.string())); !finite)
        return std::move(finite).error();
    const Tensor values = array->toTensor();
    const float scale = array->isBytes() ? 1.0f / 255.0f : 1.0f;
    const int64_t channels = shape.rank() == 2 ? 1 : 3, pixels = shape[0] * shape[1];
    Tensor planes(Shape{channels, shape[0], shape[1]});
    for (int64_t c = 0; c < channels; ++c)
        for (int64_t i = 0; i < pixels; ++i)
            planes.data()[c * pixels + i] = scale * values.data()[i * channels + c];
    return Picture{.pixels = std::move(planes)};
}

Result<void> writePicture(const std::filesystem::path& path, const Picture& picture) {
    if (picture.format)
        return encodeImage(path, picture.pixels, {.format = picture.format, .bitDepth = picture.bitDepth});
    const Shape& shape = picture.pixels.shape();
    const int64_t channels = shape[0], pixels = shape[1] * shape[2];
    Tensor values(channels == 1 ? Shape{shape[1], shape[2]} : Shape{shape[1], shape[2], channels});
    for (int64_t c = 0; c < channels; ++c)
        for (int64_t i = 0; i < pixels; ++i)
            values.data()[i * channels + c] = picture.pixels.data()[c * pixels + i];
    return writeNpy(path, values);
}

} // namespace hourglass::cli
