#pragma once

// Rows to learn from: pictures, table rows, activation vectors. Everything downstream sees only this.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/tensor/Shape.h"

namespace hourglass {

// Immutable after opening; all methods are const and safe from several threads. A row out of range is a ContractError.
class Dataset {
public:
    virtual ~Dataset() = default;

    virtual int64_t size() const = 0;
    // [C, H, W] for pictures, [D] for tables; no N.
    virtual const Shape& sampleShape() const = 0;
    // Values in [0, 1], one channel (gray) or three (RGB).
    virtual bool isImage() const = 0;
    // Stable: the same sample keeps it when rows are reordered or the source is opened again.
    virtual uint64_t id(int64_t row) const = 0;
    // Rows of one group never part in a split: patches of one photograph. The id itself where there are no groups.
    virtual uint64_t group(int64_t row) const { return id(row); }
    // Index into classNames().
    virtual std::optional<int> label(int64_t row) const;
    virtual std::span<const std::string> classNames() const { return {}; }
    // Known causes of the sample, where it was made by a procedure: kind, x, y, size, …
    virtual std::span<const std::string> factorNames() const { return {}; }
    virtual std::span<const float> factors(int64_t row) const;
    // What a person sees: a file name, or "#12".
    virtual std::string name(int64_t row) const;
    // Fills values, [rows.size(), sampleShape], pictures scaled to [0, 1]. Allocates nothing.
    virtual void read(std::span<const int64_t> rows, std::span<float> values) const = 0;
    // The first row with a value that is not in [0, 1]; nothing where all are. Looks at all of them, where they are not
    // stored as bytes.
    virtual std::optional<int64_t> rowOutsideUnit() const;
    // One line: "60,000 images 28×28 gray".
    virtual std::string description() const = 0;
};

struct SkippedFile {
    std::string path;
    std::string reason;
};

// What a person should know about how a source was opened.
struct DatasetReport {
    std::vector<SkippedFile> skipped;
    std::vector<std::string> notes; // "3 images have an alpha channel, which was dropped"
};

struct OpenedDataset {
    std::shared_ptr<const Dataset> dataset; // null when opening was cancelled: an outcome, not an error
    DatasetReport report;
};

// done of total, called now and then from the opening thread; total is 0 while unknown.
using ProgressFunction = std::function<void(int64_t done, int64_t total)>;

} // namespace hourglass
