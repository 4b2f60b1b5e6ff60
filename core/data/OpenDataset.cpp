#include "core/data/OpenDataset.h"

#include "core/data/SourceReader.h"

namespace hourglass {

std::span<const SourceKind> sourceKinds() {
    static const std::vector<SourceKind> kinds = [] {
        std::vector<SourceKind> list;
        for (const SourceReader& reader : sourceReaders())
            list.push_back(reader.kind);
        return list;
    }();
    return kinds;
}

Result<OpenedDataset> openDataset(const OptionValues& options, const std::filesystem::path& baseFolder,
                                  std::stop_token stop, const ProgressFunction& progress) {
    Result<DataOptions> typed = readDataOptions(options);
    if (!typed)
        return std::move(typed).error();
    return openSource(typed->source, *typed, baseFolder, std::move(stop), progress);
}

Result<OpenedDataset> openSource(const std::string& source, const DataOptions& options,
                                 const std::filesystem::path& baseFolder, std::stop_token stop,
                                 const ProgressFunction& progress) {
    Result<FoundReader> found = findReader(source, baseFolder);
    if (!found)
        return std::move(found).error();
    const SourceContext context{options, baseFolder, std::move(stop), progress};
    try {
        Result<OpenedDataset> opened = found->reader->open(found->rest, context);
        if (opened && context.stop.stop_requested())
            opened->dataset = nullptr;
        return opened;
    } catch (const std::bad_alloc&) {
        return makeError(ErrorCode::OutOfMemory, "There is no memory for the data of '{}'.", source);
    } catch (const std::filesystem::filesystem_error& error) {
        return makeError(ErrorCode::Unreadable, "'{}' cannot be read: {}.", source, error.code().message());
    }
}

} // namespace hourglass
