#include "core/data/OpenDataset.h"

#include "core/data/RowSubset.h"
#include "core/data/SourceReader.h"

namespace hourglass {

namespace {

// The samples of some classes, and of those at most so many.
Result<std::shared_ptr<const Dataset>> chosenRows(const std::shared_ptr<const Dataset>& whole,
                                                  const DataOptions& options) {
    Result<std::vector<int>> classes = classesNamed(*whole, options.classes, "data.classes");
    if (!classes)
        return std::move(classes).error();
    std::vector<int64_t> rows = rowsOfClasses(*whole, *classes);
    if (rows.empty())
        return makeError(ErrorCode::InvalidArgument, "data.classes: no sample is of class '{}'.", options.classes);
    const auto chosen = std::make_shared<RowSubset>(whole, std::move(rows));
    return options.limit > 0 ? evenlySpread(chosen, options.limit) : chosen;
}

} // namespace

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
    const bool hasChoice = options.classes.find_first_not_of(" ,") != std::string::npos;
    DataOptions whole = options;
    if (hasChoice)
        whole.limit = 0;
    const SourceContext context{whole, baseFolder, std::move(stop), progress};
    try {
        Result<OpenedDataset> opened = found->reader->open(found->rest, context);
        if (!opened)
            return opened;
        if (context.stop.stop_requested())
            opened->dataset = nullptr;
        if (opened->dataset != nullptr && hasChoice) {
            Result<std::shared_ptr<const Dataset>> chosen = chosenRows(opened->dataset, options);
            if (!chosen)
                return std::move(chosen).error();
            opened->dataset = *std::move(chosen);
        }
        return opened;
    } catch (const std::bad_alloc&) {
        return makeError(ErrorCode::OutOfMemory, "There is no memory for the data of '{}'.", source);
    } catch (const std::filesystem::filesystem_error& error) {
        return makeError(ErrorCode::Unreadable, "'{}' cannot be read: {}.", source, error.code().message());
    }
}

} // namespace hourglass
