#pragma once

// What the tests of data sources share: a folder of their own, pictures in it, sources opened from it.

#include "core/data/ImageCodec.h"
#include "core/data/OpenDataset.h"
#include "tests/core/HostileFiles.h"

namespace hourglass::test {

inline Tensor flat(int64_t channels, int64_t height, int64_t width, float value) {
    Tensor tensor(Shape{channels, height, width});
    std::fill_n(tensor.data(), tensor.elements(), value);
    return tensor;
}

inline std::vector<float> rowOf(const Dataset& dataset, int64_t row) {
    std::vector<float> values(static_cast<size_t>(dataset.sampleShape().elements()));
    dataset.read(std::span(&row, 1), values);
    return values;
}

inline std::string messageOf(const Result<OpenedDataset>& opened) {
    return opened.ok() ? "it opened" : opened.error().message();
}

inline bool says(const Result<OpenedDataset>& opened, const std::string& what) {
    return !opened.ok() && opened.error().message().find(what) != std::string::npos;
}

class SourceFixture {
protected:
    TemporaryFolder m_folder;

    void picture(const std::string& name, const Tensor& pixels) {
        std::filesystem::create_directories((m_folder / name).parent_path());
        if (!encodeImage(m_folder / name, pixels))
            throw std::runtime_error("no picture written");
    }
    Result<OpenedDataset> open(const std::string& source, const DataOptions& options = {}) {
        return openSource(source, options, m_folder.path());
    }
    void emptyFolder() {
        for (const auto& entry : std::filesystem::directory_iterator(m_folder.path()))
            std::filesystem::remove_all(entry.path());
    }
};

} // namespace hourglass::test
