#pragma once

// Rows held in memory: as bytes where the source is 8-bit (converted to float as batches are read), else as float32.
// Every reader ends in one of these.

#include <mutex>

#include "core/data/Dataset.h"
#include "core/formats/RawBuffer.h"

namespace hourglass {

class MemoryDataset : public Dataset {
public:
    // Columns are either empty or have one entry per row (ContractError otherwise).
    struct Content {
        int64_t rows = 0;
        Shape sampleShape;
        bool image = false;
        RawBuffer<uint8_t> bytes;     // [rows, sampleShape]: read as value / 255
        RawBuffer<float> floats;      // or this: read as it is
        std::vector<uint64_t> ids;    // empty: the row's number
        std::vector<uint64_t> groups; // empty: the id
        std::vector<int> labels;      // -1: none for this row
        std::vector<std::string> classNames;
        std::vector<std::string> names; // empty: "#12"
        std::vector<std::string> factorNames;
        std::vector<float> factors; // [rows, factorNames]
        std::string description;    // empty: made from the shape
    };
    explicit MemoryDataset(Content content);

    int64_t size() const override { return m_content.rows; }
    const Shape& sampleShape() const override { return m_content.sampleShape; }
    bool isImage() const override { return m_content.image; }
    uint64_t id(int64_t row) const override;
    uint64_t group(int64_t row) const override;
    std::optional<int> label(int64_t row) const override;
    std::span<const std::string> classNames() const override { return m_content.classNames; }
    std::span<const std::string> factorNames() const override { return m_content.factorNames; }
    std::span<const float> factors(int64_t row) const override;
    std::string name(int64_t row) const override;
    void read(std::span<const int64_t> rows, std::span<float> values) const override;
    std::optional<int64_t> rowOutsideUnit() const override; // looks once
    std::string description() const override { return m_content.description; }

    // The stored bytes of a row; empty when the rows are floats.
    std::span<const uint8_t> bytes(int64_t row) const;

private:
    size_t checked(int64_t row) const;

    Content m_content;
    size_t m_elements = 0;
    mutable std::once_flag m_hasLooked; // a check before each run and after each edit asks for it
    mutable std::optional<int64_t> m_outsideUnit;
};

// "60,000 images 28×28 gray", "500 rows of 768 values".
std::string describeRows(int64_t rows, const Shape& sampleShape, bool image);
// "60,000"
std::string grouped(int64_t number);

} // namespace hourglass
