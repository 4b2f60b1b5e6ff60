#include "core/data/MemoryDataset.h"

#include <fmt/ranges.h>

#include "core/base/Contract.h"

namespace hourglass {

namespace {

void scaleBytes(const uint8_t* bytes, float* values, size_t count) {
    // A division, not a product: correctly rounded, so that writing the picture again gives the same bytes.
    for (size_t i = 0; i < count; ++i)
        values[i] = static_cast<float>(bytes[i]) / 255.0f;
}

template <typename Column>
void checkColumn(const Column& column, size_t expected, const char* what) {
    expects(column.empty() || column.size() == expected, "{} {} for {}", column.size(), what, expected);
}

} // namespace

MemoryDataset::MemoryDataset(Content content) : m_content(std::move(content)) {
    m_elements = static_cast<size_t>(m_content.sampleShape.elements());
    const auto rows = static_cast<size_t>(m_content.rows);
    expects(m_content.bytes.size() + m_content.floats.size() == rows * m_elements, "{} + {} values for {} rows of {}",
            m_content.bytes.size(), m_content.floats.size(), rows, m_elements);
    checkColumn(m_content.ids, rows, "ids");
    checkColumn(m_content.groups, rows, "groups");
    checkColumn(m_content.labels, rows, "labels");
    checkColumn(m_content.names, rows, "names");
    checkColumn(m_content.factors, rows * m_content.factorNames.size(), "factors");
    if (m_content.description.empty())
        m_content.description = describeRows(m_content.rows, m_content.sampleShape, m_content.image);
}

size_t MemoryDataset::checked(int64_t row) const {
    expects(row >= 0 && row < m_content.rows, "row {} of a dataset with {}", row, m_content.rows);
    return static_cast<size_t>(row);
}

uint64_t MemoryDataset::id(int64_t row) const {
    const size_t index = checked(row);
    return m_content.ids.empty() ? index : m_content.ids[index];
}

uint64_t MemoryDataset::group(int64_t row) const {
    return m_content.groups.empty() ? id(row) : m_content.groups[checked(row)];
}

std::optional<int> MemoryDataset::label(int64_t row) const {
    const size_t index = checked(row);
    if (m_content.labels.empty() || m_content.labels[index] < 0)
        return std::nullopt;
    return m_content.labels[index];
}

std::span<const float> MemoryDataset::factors(int64_t row) const {
    const size_t count = m_content.factors.empty() ? 0 : m_content.factorNames.size();
    return std::span(m_content.factors).subspan(checked(row) * count, count);
}

std::optional<int64_t> MemoryDataset::rowOutsideUnit() const {
    if (m_content.floats.size() > 0)
        std::call_once(m_hasLooked, [this] { m_outsideUnit = Dataset::rowOutsideUnit(); });
    return m_outsideUnit;
}

std::string MemoryDataset::name(int64_t row) const {
    return m_content.names.empty() ? Dataset::name(row) : m_content.names[checked(row)];
}

void MemoryDataset::read(std::span<const int64_t> rows, std::span<float> values) const {
    expects(values.size() == rows.size() * m_elements, "{} values for {} rows of {}", values.size(), rows.size(),
            m_elements);
    float* target = values.data();
    for (const int64_t row : rows) {
        const size_t start = checked(row) * m_elements;
        if (m_content.bytes.size() > 0)
            scaleBytes(m_content.bytes.data() + start, target, m_elements);
        else
            std::copy_n(m_content.floats.data() + start, m_elements, target);
        target += m_elements;
    }
}

std::span<const uint8_t> MemoryDataset::bytes(int64_t row) const {
    const size_t index = checked(row);
    return m_content.bytes.size() == 0 ? std::span<const uint8_t>()
                                       : m_content.bytes.span().subspan(index * m_elements, m_elements);
}

std::string grouped(int64_t number) {
    std::string digits = std::to_string(number);
    for (auto place = static_cast<int64_t>(digits.size()) - 3; place > (number < 0 ? 1 : 0); place -= 3)
        digits.insert(static_cast<size_t>(place), 1, ',');
    return digits;
}

std::string describeRows(int64_t rows, const Shape& sampleShape, bool image) {
    if (image)
        return fmt::format("{} image{} {}×{} {}", grouped(rows), rows == 1 ? "" : "s", sampleShape[2], sampleShape[1],
                           sampleShape[0] == 3 ? "RGB" : "gray");
    return fmt::format("{} row{} of {} values", grouped(rows), rows == 1 ? "" : "s",
                       fmt::join(sampleShape.sizes(), "×"));
}

} // namespace hourglass
