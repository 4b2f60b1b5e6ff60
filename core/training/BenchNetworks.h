#pragma once

// The convolutional networks of the benchmark, as commonly measured: not architectures that people choose.

#include "core/models/Architecture.h"

namespace hourglass {

class BenchNetwork : public Architecture {
public:
    std::string_view label() const override { return id(); }
    std::string_view help() const override { return {}; }
    Result<void> validate(const ModelContext&) const override { return {}; }
    bool takesAnySize(const ModelContext&) const override { return true; }
    bool hasCode() const override { return false; }
    std::vector<LayerInfo> layers(const ModelContext&) const override { return {}; }
};

// Convolutions 3×3 with bias, ReLU between them (DnCNN without normalisation, Zhang et al. 2017); the picture itself is
// what comes out.
class BenchDnCnn final : public BenchNetwork {
public:
    BenchDnCnn(int64_t depth, int64_t width) : m_depth(depth), m_width(width) {}
    std::string_view id() const override { return "bench_dncnn"; }
    NodeId reconstruct(Graph& graph, NodeId input, const ModelContext& context) const override;

private:
    int64_t m_depth, m_width;
};

// Three scales, 3×3 with ReLU, stride 2 down, 2×2 transposed up, concatenated skips; predicts what to subtract.
class BenchUNet final : public BenchNetwork {
public:
    // `width` channels on the finest scale, twice and four times as many below.
    explicit BenchUNet(int64_t width) : m_width(width) {}
    std::string_view id() const override { return "bench_unet"; }
    NodeId reconstruct(Graph& graph, NodeId input, const ModelContext& context) const override;

private:
    int64_t m_width;
};

} // namespace hourglass
