#pragma once

// Some rows of another data set, under their own ids, labels and names.

#include "core/base/Result.h"
#include "core/data/Dataset.h"

namespace hourglass {

class RowSubset final : public Dataset {
public:
    // Rows of `whole`, in this order; none out of range (ContractError).
    RowSubset(std::shared_ptr<const Dataset> whole, std::vector<int64_t> rows);

    int64_t size() const override { return static_cast<int64_t>(m_rows.size()); }
    const Shape& sampleShape() const override { return m_whole->sampleShape(); }
    bool isImage() const override { return m_whole->isImage(); }
    uint64_t id(int64_t row) const override { return m_whole->id(at(row)); }
    uint64_t group(int64_t row) const override { return m_whole->group(at(row)); }
    std::optional<int> label(int64_t row) const override { return m_whole->label(at(row)); }
    std::span<const std::string> classNames() const override { return m_whole->classNames(); }
    std::span<const std::string> factorNames() const override { return m_whole->factorNames(); }
    std::span<const float> factors(int64_t row) const override { return m_whole->factors(at(row)); }
    std::string name(int64_t row) const override { return m_whole->name(at(row)); }
    void read(std::span<const int64_t> rows, std::span<float> values) const override;
    std::optional<int64_t> rowOutsideUnit() const override {
        return m_whole->rowOutsideUnit() ? Dataset::rowOutsideUnit() : std::nullopt; // the whole may be bytes
    }
    std::string description() const override;

private:
    int64_t at(int64_t row) const;

    std::shared_ptr<const Dataset> m_whole;
    std::vector<int64_t> m_rows;
};

// At most so many of the rows, evenly spread: the data set itself where it has no more.
std::shared_ptr<const Dataset> evenlySpread(std::shared_ptr<const Dataset> data, int64_t count);

// Indices into data.classNames() of "Trouser, 3": names whatever their case, or numbers from 0 where no class has that
// name; in order, each once. Empty text: none. InvalidArgument for data without classes and for a class that is not
// there, which lists those that are. `key` is what the message calls the text.
Result<std::vector<int>> classesNamed(const Dataset& data, const std::string& text, std::string_view key);
// The rows that carry one of these labels.
std::vector<int64_t> rowsOfClasses(const Dataset& data, std::span<const int> classes);

} // namespace hourglass
