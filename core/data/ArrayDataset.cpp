#include "core/data/ArrayDataset.h"

#include <algorithm>
#include <cmath>

#include "core/data/ImageCollection.h"

namespace hourglass {

namespace {

bool isChannels(int64_t size) {
    return size == 1 || size == 3;
}

// [N, D] → [D]; [N, H, W] → [1, H, W]; [N, C, H, W] → [C, H, W]; any more or less is no list of samples.
std::optional<Shape> sampleShapeOf(const Shape& shape) {
    switch (shape.rank()) {
    case 1:
        return Shape{1};
    case 2:
        return Shape{shape[1]};
    case 3:
        return Shape{1, shape[1], shape[2]};
    case 4:
        return Shape{shape[1], shape[2], shape[3]};
    default:
        return std::nullopt;
    }
}

// [N, H, W, C] → [N, C, H, W], in place of `values`.
template <typename T>
Result<void> channelsFirst(RawBuffer<T>& values, const Shape& shape) {
    Result<RawBuffer<T>> ordered = RawBuffer<T>::allocate(values.size());
    if (!ordered)
        return std::move(ordered).error();
    const auto channels = static_cast<size_t>(shape[3]), area = static_cast<size_t>(shape[1] * shape[2]);
    for (size_t start = 0; start < values.size(); start += channels * area)
        for (size_t c = 0; c < channels; ++c)
            for (size_t i = 0; i < area; ++i)
                ordered->data()[start + c * area + i] = values.data()[start + i * channels + c];
    values = *std::move(ordered);
    return {};
}

// Moves the chosen rows to the front; rows ascend, so nothing is overwritten before it is read.
template <typename T>
void keepRows(RawBuffer<T>& values, const std::vector<int64_t>& rows, size_t elements) {
    if (values.size() == 0)
        return;
    for (size_t i = 0; i < rows.size(); ++i)
        std::copy_n(values.data() + static_cast<size_t>(rows[i]) * elements, elements, values.data() + i * elements);
    values.truncate(rows.size() * elements);
}

bool withinUnit(std::span<const float> values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return value >= 0.0f && value <= 1.0f; });
}

// As one-picture-each collection, for the options that resize, cut or recolour.
ImageCollection asCollection(std::shared_ptr<const MemoryDataset> dataset) {
    ImageCollection collection;
    for (const std::string& name : dataset->classNames())
        collection.classNames.push_back(name);
    for (int64_t row = 0; row < dataset->size(); ++row)
        collection.items.push_back({dataset->name(row), dataset->id(row), dataset->label(row).value_or(-1),
                                    dataset->sampleShape()[0], dataset->sampleShape()[1], dataset->sampleShape()[2],
                                    dataset->bytes(row).empty() ? 16 : 8});
    collection.load = [dataset](size_t index) -> Result<RawImage> {
        RawImage image;
        image.shape = dataset->sampleShape();
        const auto row = static_cast<int64_t>(index);
        if (const std::span<const uint8_t> bytes = dataset->bytes(row); !bytes.empty()) {
            image.bytes.assign(bytes.begin(), bytes.end());
        } else {
            image.floats.resize(static_cast<size_t>(image.shape.elements()));
            dataset->read(std::span(&row, 1), image.floats);
        }
        return image;
    };
    return collection;
}

bool wantsChange(const DataOptions& options, const Shape& sample) {
    const int64_t channels = options.channels == ChannelChoice::Auto   ? sample[0]
                             : options.channels == ChannelChoice::Gray ? 1
                                                                       : 3;
    const bool patches = options.fit == FitChoice::Patches;
    const auto [height, width] =
        patches ? std::pair(options.patchSize, options.patchSize) : options.sizeOf(sample[1], sample[2]);
    return channels != sample[0] || height != sample[1] || width != sample[2];
}

} // namespace

Result<void> requireFinite(std::span<const float> values, size_t elements, const std::string& name) {
    // x − x is 0 for finite numbers only; the sum of a row stays 0 if all are, and this loop is a vector one.
    for (size_t start = 0; start < values.size(); start += elements) {
        float sum = 0;
        for (const float value : values.subspan(start, elements))
            sum += value - value;
        if (!(sum == 0.0f))
            return makeError(ErrorCode::Unreadable,
                             "{} holds a value that is infinite or not a number, first in row {}.", name,
                             start / elements);
    }
    return {};
}

Result<ArrayLabels> labelsFromArray(const NumericArray& array, const std::string& name) {
    if (array.shape.rank() != 1)
        return makeError(ErrorCode::Unreadable, "{} has the shape {}; labels are a list of whole numbers.", name,
                         array.shape.toString());
    const Tensor values = array.toTensor();
    ArrayLabels result;
    for (const float value : values.values()) {
        if (!(value >= 0.0f && value <= 65535.0f) || value != std::floor(value))
            return makeError(ErrorCode::Unreadable, "{} holds {}; labels are whole numbers from 0 to 65535.", name,
                             value);
        result.labels.push_back(static_cast<int>(value));
    }
    const int most = result.labels.empty() ? -1 : *std::max_element(result.labels.begin(), result.labels.end());
    for (int i = 0; i <= most; ++i)
        result.classNames.push_back(std::to_string(i));
    return result;
}

Result<OpenedDataset> datasetFromArray(NumericArray array, ArrayLabels labels, const std::string& name,
                                       const SourceContext& context) {
    const std::string shape = array.shape.toString();
    std::optional<Shape> sample = sampleShapeOf(array.shape);
    if (!sample)
        return makeError(ErrorCode::Unsupported,
                         "{} has the shape {}; a list of samples is [N,D], [N,H,W], [N,C,H,W] or [N,H,W,C].", name,
                         shape);
    if (array.shape.elements() == 0)
        return makeError(ErrorCode::Unreadable, "{} holds no values: its shape is {}.", name, shape);
    if (array.shape.rank() == 4 && !isChannels(array.shape[1]) && isChannels(array.shape[3])) {
        if (Result<void> done =
                array.isBytes() ? channelsFirst(array.bytes, array.shape) : channelsFirst(array.floats, array.shape);
            !done)
            return std::move(done).error().withContext(name);
        sample = Shape{array.shape[3], array.shape[1], array.shape[2]};
    }
    const auto elements = static_cast<size_t>(sample->elements());
    if (!labels.labels.empty() && labels.labels.size() != static_cast<size_t>(array.shape[0]))
        return makeError(ErrorCode::Unreadable, "{} has {} samples but {} labels.", name, array.shape[0],
                         labels.labels.size());
    if (Result<void> finite = requireFinite(array.floats.span(), elements, name); !finite)
        return std::move(finite).error();

    MemoryDataset::Content content;
    content.rows = array.shape[0];
    content.sampleShape = *sample;
    content.image = sample->rank() == 3 && isChannels((*sample)[0]) && withinUnit(array.floats.span());
    const bool change = content.image && wantsChange(context.options, *sample);
    content.bytes = std::move(array.bytes);
    content.floats = std::move(array.floats);
    content.labels = std::move(labels.labels);
    content.classNames = std::move(labels.classNames);
    if (!change && context.options.limit > 0 && context.options.limit < content.rows) {
        const std::vector<int64_t> rows = spreadRows(content.rows, context.options.limit);
        keepRows(content.bytes, rows, elements);
        keepRows(content.floats, rows, elements);
        for (size_t i = 0; i < rows.size() && !content.labels.empty(); ++i)
            content.labels[i] = content.labels[static_cast<size_t>(rows[i])];
        content.labels.resize(content.labels.empty() ? 0 : rows.size());
        content.ids.assign(rows.begin(), rows.end());
        content.rows = context.options.limit;
    }
    context.report(content.rows, content.rows);
    return datasetFromMemory(std::make_shared<const MemoryDataset>(std::move(content)), context);
}

Result<OpenedDataset> datasetFromMemory(std::shared_ptr<const MemoryDataset> dataset, const SourceContext& context) {
    if (dataset->isImage() && wantsChange(context.options, dataset->sampleShape()))
        return assembleImages(asCollection(dataset), context, {});
    return OpenedDataset{std::move(dataset), {}};
}

} // namespace hourglass
