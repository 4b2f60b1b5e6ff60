#include "core/data/BuiltinSources.h"

#include "core/data/ArrayDataset.h"
#include "core/data/ImageCollection.h"
#include "core/data/ImageHeader.h"
#include "core/data/Shapes.h"
#include "core/formats/ContentHash.h"

namespace hourglass {

namespace {

std::span<const std::byte> bytesOf(const EmbeddedFile& file) {
    return std::as_bytes(std::span(file.content.data(), file.content.size()));
}

Result<OpenedDataset> openPhotos(const SourceContext& context) {
    ImageCollection collection;
    for (const EmbeddedFile& file : embeddedPhotos()) {
        const ImageHeader header = readImageHeader(bytesOf(file), file.content.size()).value();
        collection.items.push_back({std::string(file.name), contentHash(file.name), -1, header.channels,
                                    header.uprightHeight(), header.uprightWidth(), header.bitDepth});
    }
    collection.load = [](size_t index) {
        const EmbeddedFile& file = embeddedPhotos()[index];
        return decodeRaw(bytesOf(file), std::string(file.name));
    };
    return assembleImages(collection, context, {});
}

} // namespace

Result<OpenedDataset> openBuiltin(const std::string& rest, const SourceContext& context) {
    if (rest == "photos")
        return openPhotos(context);
    if (rest == "shapes") {
        context.report(0, kShapesCount);
        return datasetFromMemory(makeShapes(spreadRows(kShapesCount, context.options.limit)), context);
    }
    return makeError(ErrorCode::InvalidArgument, "{}: expected builtin:shapes or builtin:photos, found 'builtin:{}'.",
                     kSourceKey, rest);
}

} // namespace hourglass
