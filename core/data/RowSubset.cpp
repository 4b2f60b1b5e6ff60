#include "core/data/RowSubset.h"

#include <algorithm>

#include "core/base/Contract.h"
#include "core/data/MemoryDataset.h"
#include "core/data/Split.h"

namespace hourglass {

namespace {

std::string lowered(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char letter) { return letter >= 'A' && letter <= 'Z' ? char(letter + 32) : letter; });
    return text;
}

// The parts of "a, b", without the spaces around them.
std::vector<std::string> partsOf(const std::string& text) {
    std::vector<std::string> parts;
    for (size_t begin = 0; begin <= text.size();) {
        const size_t end = std::min(text.find(',', begin), text.size());
        const std::string part = text.substr(begin, end - begin);
        const size_t first = part.find_first_not_of(' '), last = part.find_last_not_of(' ');
        if (first != std::string::npos)
            parts.push_back(part.substr(first, last - first + 1));
        begin = end + 1;
    }
    return parts;
}

std::optional<int> classNamed(std::span<const std::string> names, const std::string& name) {
    for (size_t i = 0; i < names.size(); ++i)
        if (lowered(names[i]) == lowered(name))
            return static_cast<int>(i);
    const bool isNumber = !name.empty() && name.size() < 8 && name.find_first_not_of("0123456789") == std::string::npos;
    if (isNumber && std::stoul(name) < names.size())
        return static_cast<int>(std::stoul(name));
    return std::nullopt;
}

} // namespace

RowSubset::RowSubset(std::shared_ptr<const Dataset> whole, std::vector<int64_t> rows)
    : m_whole(std::move(whole)), m_rows(std::move(rows)) {
    for (const int64_t row : m_rows)
        expects(row >= 0 && row < m_whole->size(), "row {} of {}", row, m_whole->size());
}

int64_t RowSubset::at(int64_t row) const {
    expects(row >= 0 && row < size(), "row {} of {}", row, size());
    return m_rows[static_cast<size_t>(row)];
}

// Row by row, so that nothing is allocated for their places in the whole.
void RowSubset::read(std::span<const int64_t> rows, std::span<float> values) const {
    const auto elements = static_cast<size_t>(sampleShape().elements());
    for (size_t i = 0; i < rows.size(); ++i) {
        const int64_t row = at(rows[i]);
        m_whole->read({&row, 1}, values.subspan(i * elements, elements));
    }
}

std::string RowSubset::description() const {
    return describeRows(size(), sampleShape(), isImage());
}

std::shared_ptr<const Dataset> evenlySpread(std::shared_ptr<const Dataset> data, int64_t count) {
    if (data->size() <= count)
        return data;
    std::vector<int64_t> rows = spreadEvenly(data->size(), count);
    return std::make_shared<RowSubset>(std::move(data), std::move(rows));
}

Result<std::vector<int>> classesNamed(const Dataset& data, const std::string& text, std::string_view key) {
    std::vector<int> classes;
    for (const std::string& part : partsOf(text)) {
        if (data.classNames().empty())
            return makeError(ErrorCode::InvalidArgument,
                             "{} names the class '{}', but these samples have no classes. Pictures have them in "
                             "subfolders, IDX files in a file of labels.",
                             key, part);
        const std::optional<int> found = classNamed(data.classNames(), part);
        if (!found)
            return makeError(ErrorCode::InvalidArgument, "{}: there is no class '{}'; there are {}.", key, part,
                             fmt::format("{}", fmt::join(data.classNames(), ", ")).substr(0, 500));
        classes.push_back(*found);
    }
    if (classes.empty() && !text.empty())
        return makeError(ErrorCode::InvalidArgument, "{} '{}' names no class.", key, text);
    std::ranges::sort(classes);
    classes.erase(std::ranges::unique(classes).begin(), classes.end());
    return classes;
}

std::vector<int64_t> rowsOfClasses(const Dataset& data, std::span<const int> classes) {
    std::vector<int64_t> rows;
    for (int64_t row = 0; row < data.size(); ++row)
        if (const std::optional<int> label = data.label(row);
            label && std::ranges::find(classes, *label) != classes.end())
            rows.push_back(row);
    return rows;
}

} // namespace hourglass
