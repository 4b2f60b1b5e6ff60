#include "core/data/ImageCollection.h"

#include <algorithm>
#include <tuple>

#include "core/base/Memory.h"
#include "core/base/Random.h"
#include "core/data/MemoryDataset.h"
#include "core/formats/ElementType.h"

namespace hourglass {

namespace {

constexpr int64_t kPatchesWanted = 2048;

// How pictures become samples.
struct Plan {
    FitChoice fit = FitChoice::Auto; // Auto here: they fit as they are
    int64_t channels = 1;
    int64_t height = 0;
    int64_t width = 0;
    int64_t perImage = 1;
    bool bytes = true; // all have 8 bits

    Shape sampleShape() const { return {channels, height, width}; }
    size_t elements() const { return static_cast<size_t>(channels * height * width); }
};

Plan makePlan(const std::vector<ImageItem>& items, const DataOptions& options) {
    const auto any = [&](auto&& claim) { return std::any_of(items.begin(), items.end(), claim); };
    const ImageItem& first = items.front();
    const bool mixed =
        any([&](const ImageItem& item) { return item.height != first.height || item.width != first.width; });
    const bool colour = any([](const ImageItem& item) { return item.channels == 3; });
    Plan plan;
    plan.bytes = !any([](const ImageItem& item) { return item.bitDepth > 8; });
    plan.channels = options.channels == ChannelChoice::Auto  ? (colour ? 3 : 1)
                    : options.channels == ChannelChoice::Rgb ? 3
                                                             : 1;
    const bool sized = options.width > 0 || options.height > 0;
    const bool isOnePatch = !mixed && first.height == options.patchSize && first.width == options.patchSize;
    if ((options.fit == FitChoice::Patches && !isOnePatch) || (options.fit == FitChoice::Auto && mixed && !sized)) {
        plan.fit = FitChoice::Patches;
        plan.height = plan.width = options.patchSize;
        const int64_t share = kPatchesWanted / static_cast<int64_t>(items.size());
        plan.perImage = options.patchesPerImage > 0 ? options.patchesPerImage : std::clamp<int64_t>(share, 4, 128);
        return plan;
    }
    if (isOnePatch && options.fit == FitChoice::Patches) { // each picture is the one patch that it has
        plan.height = plan.width = options.patchSize;
        return plan;
    }
    std::tie(plan.height, plan.width) = options.sizeOf(first.height, first.width);
    if (mixed || plan.width != first.width || plan.height != first.height)
        plan.fit = options.fit == FitChoice::Auto ? FitChoice::Stretch : options.fit;
    return plan;
}

// Collects samples; the pictures that fail leave no trace.
class Assembly {
public:
    Assembly(const ImageCollection& collection, const Plan& plan) : m_collection(collection), m_plan(plan) {}

    Result<void> reserve(uint64_t images) {
        const std::vector<uint64_t> sizes{images, static_cast<uint64_t>(m_plan.perImage), m_plan.elements()};
        const std::optional<uint64_t> bytes = arrayBytes(sizes, m_plan.bytes ? 1 : 4);
        if (!bytes || *bytes > memoryBudget())
            return makeError(
                ErrorCode::OutOfMemory,
                "{} pictures of {} × {} take {} MB, more than half of this machine's memory. Set data.fit to "
                "patches, a smaller data.width and data.height, or data.limit.",
                images, m_plan.width, m_plan.height, bytes ? *bytes >> 20 : UINT64_MAX >> 20);
        return m_plan.bytes ? allocate(content.bytes, *bytes) : allocate(content.floats, *bytes / 4);
    }

    // Unsupported, saying why, for a picture of which no patch can be made.
    Result<void> add(const ImageItem& item, RawImage image) {
        image = withChannels(std::move(image), m_plan.channels);
        switch (m_plan.fit) {
        case FitChoice::Patches:
            return addPatches(item, image);
        case FitChoice::Stretch:
            addSample(item, resized(image, m_plan.height, m_plan.width), item.id, item.name);
            break;
        case FitChoice::Crop:
            addSample(item, covering(image, m_plan.height, m_plan.width), item.id, item.name);
            break;
        case FitChoice::Pad:
            addSample(item, padded(image, m_plan.height, m_plan.width), item.id, item.name);
            break;
        case FitChoice::Auto:
            addSample(item, image, item.id, item.name);
        }
        return {};
    }

    // The rows so far, as a dataset.
    std::shared_ptr<const Dataset> finish(int64_t images) {
        content.sampleShape = m_plan.sampleShape();
        content.image = true;
        content.bytes.truncate(static_cast<size_t>(content.rows) * m_plan.elements());
        content.floats.truncate(static_cast<size_t>(content.rows) * m_plan.elements());
        content.classNames = m_collection.classNames;
        if (content.classNames.empty())
            content.labels.clear();
        if (m_plan.fit == FitChoice::Patches)
            content.description =
                fmt::format("{} patches {}×{} {} from {} image{}", grouped(content.rows), m_plan.width, m_plan.height,
                            m_plan.channels == 3 ? "RGB" : "gray", grouped(images), images == 1 ? "" : "s");
        return std::make_shared<const MemoryDataset>(std::move(content));
    }

    int64_t enlarged = 0, fewer = 0; // pictures smaller than a patch; those with fewer places than patches wanted

private:
    template <typename T>
    Result<void> allocate(RawBuffer<T>& buffer, uint64_t count) {
        Result<RawBuffer<T>> allocated = RawBuffer<T>::allocate(count);
        if (!allocated)
            return std::move(allocated).error();
        buffer = *std::move(allocated);
        return {};
    }

    // Random but fixed places, decided by the picture's id alone; each place once where there are not more than wanted.
    Result<void> addPatches(const ImageItem& item, const RawImage& whole) {
        const int64_t size = m_plan.width;
        const int64_t height = std::max(size, whole.height()), width = std::max(size, whole.width());
        const bool small = height != whole.height() || width != whole.width();
        if (small && height * width > kMostPixels)
            return makeError(ErrorCode::Unsupported,
                             "it has {} × {} pixels; enlarged to the height and width of a patch, {} × {} would be too "
                             "many.",
                             whole.width(), whole.height(), width, height);
        const RawImage grown = small ? covering(whole, height, width) : RawImage();
        const RawImage& image = small ? grown : whole;
        const int64_t rows = height - size + 1, columns = width - size + 1;
        const bool takesAll = rows * columns <= m_plan.perImage;
        enlarged += small ? 1 : 0;
        fewer += rows * columns < m_plan.perImage ? 1 : 0;
        const RandomStream stream(0, static_cast<uint64_t>(RandomPurpose::Sample), item.id);
        for (int64_t k = 0; k < std::min(m_plan.perImage, rows * columns); ++k) {
            const auto draw = [&](int64_t which, int64_t below) {
                return int64_t{stream.below(static_cast<uint64_t>(2 * k + which), static_cast<uint32_t>(below))};
            };
            const int64_t top = takesAll ? k / columns : draw(0, rows);
            const int64_t left = takesAll ? k % columns : draw(1, columns);
            const RandomStream name(item.id, static_cast<uint64_t>(RandomPurpose::Sample), static_cast<uint64_t>(k));
            addSample(item, cropped(image, top, left, size, size), uint64_t{name.bits(0)} << 32 | name.bits(1),
                      fmt::format("{} at {},{}", item.name, left, top));
        }
        return {};
    }

    void addSample(const ImageItem& item, const RawImage& image, uint64_t id, std::string name) {
        const size_t start = static_cast<size_t>(content.rows) * m_plan.elements();
        if (m_plan.bytes)
            std::copy(image.bytes.begin(), image.bytes.end(), content.bytes.data() + start);
        else
            image.copyTo(content.floats.span().subspan(start, m_plan.elements()));
        ++content.rows;
        content.ids.push_back(id);
        content.groups.push_back(item.id);
        content.labels.push_back(item.label);
        content.names.push_back(std::move(name));
    }

    const ImageCollection& m_collection;
    const Plan& m_plan;
    MemoryDataset::Content content;
};

std::string firstReasons(const DatasetReport& report) {
    std::string text;
    for (size_t i = 0; i < report.skipped.size() && i < 3; ++i)
        text += fmt::format("{}{}: {}", i > 0 ? " " : "", report.skipped[i].path, report.skipped[i].reason);
    return text;
}

void addNotes(const Plan& plan, const Assembly& assembly, int64_t withAlpha, DatasetReport& report) {
    const auto counted = [](int64_t count, const char* one, const char* several) {
        return fmt::format("{} image{}", count, count == 1 ? one : several);
    };
    if (withAlpha > 0)
        report.notes.push_back(counted(withAlpha, " has", "s have") + " an alpha channel, which was dropped.");
    if (plan.fit == FitChoice::Patches)
        report.notes.push_back(fmt::format("Each image gives {} {} of {}×{}.", plan.perImage,
                                           plan.perImage == 1 ? "patch" : "patches", plan.width, plan.height));
    if (assembly.enlarged > 0)
        report.notes.push_back(counted(assembly.enlarged, " was", "s were") +
                               " smaller than a patch and enlarged to its size.");
    if (assembly.fewer > 0)
        report.notes.push_back(counted(assembly.fewer, " has", "s have") +
                               " room for fewer different patches and gave those.");
    const char* done = plan.fit == FitChoice::Stretch ? "stretched to"
                       : plan.fit == FitChoice::Crop  ? "cut and scaled to"
                       : plan.fit == FitChoice::Pad   ? "scaled to fit into"
                                                      : nullptr;
    if (done != nullptr)
        report.notes.push_back(fmt::format("Images were {} {}×{}.", done, plan.width, plan.height));
}

} // namespace

std::vector<int64_t> spreadRows(int64_t rows, int64_t count) {
    if (count <= 0 || count > rows)
        count = rows;
    std::vector<int64_t> chosen(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) // i * rows / count, in two parts that cannot overflow
        chosen[static_cast<size_t>(i)] = i * (rows / count) + i * (rows % count) / count;
    return chosen;
}

Result<OpenedDataset> assembleImages(const ImageCollection& collection, const SourceContext& context,
                                     DatasetReport report) {
    const std::vector<int64_t> chosen =
        spreadRows(static_cast<int64_t>(collection.items.size()), context.options.limit);
    std::vector<ImageItem> items;
    for (const int64_t index : chosen)
        items.push_back(collection.items[static_cast<size_t>(index)]);
    if (items.empty())
        return makeError(ErrorCode::Unreadable, "no picture could be opened. {}", firstReasons(report));
    const Plan plan = makePlan(items, context.options);
    Assembly assembly(collection, plan);
    if (Result<void> reserved = assembly.reserve(items.size()); !reserved)
        return std::move(reserved).error();

    int64_t loaded = 0, withAlpha = 0;
    for (size_t i = 0; i < items.size(); ++i) {
        if (context.stop.stop_requested())
            return OpenedDataset{nullptr, std::move(report)};
        context.report(static_cast<int64_t>(i), static_cast<int64_t>(items.size()));
        Result<RawImage> image = collection.load(static_cast<size_t>(chosen[i]));
        const bool asPromised = image && image->height() == items[i].height && image->width() == items[i].width &&
                                image->isBytes() >= plan.bytes;
        if (!asPromised) {
            report.skipped.push_back(
                {items[i].name, image ? "it is not what its header says." : image.error().message()});
            continue;
        }
        const bool hadAlpha = image->hadAlpha;
        if (Result<void> added = assembly.add(items[i], *std::move(image)); !added) {
            report.skipped.push_back({items[i].name, added.error().message()});
            continue;
        }
        withAlpha += hadAlpha ? 1 : 0;
        ++loaded;
    }
    context.report(static_cast<int64_t>(items.size()), static_cast<int64_t>(items.size()));
    if (loaded == 0)
        return makeError(ErrorCode::Unreadable, "no picture could be opened. {}", firstReasons(report));
    addNotes(plan, assembly, withAlpha, report);
    return OpenedDataset{assembly.finish(loaded), std::move(report)};
}

} // namespace hourglass
