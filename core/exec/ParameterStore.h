#pragma once

// Named float32 values that several Programs share (training, evaluation, encoder alone, …), in one contiguous arena,
// so that optimiser, clipping, averaging and checkpoints are single passes. Gradients and optimiser moments are further
// arenas of the same layout. Padding between entries is zero and stays zero.
//
// Threads: written by the compute thread only. Others read copies of their own.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/graph/Graph.h"
#include "core/tensor/Tensor.h"

namespace hourglass {

// Where each named tensor lies in an arena.
class ArenaLayout {
public:
    struct Entry {
        std::string name;
        Shape shape;
        int64_t offset; // in floats, a multiple of 16
        Initialisation initialisation;
    };

    // The parameters of a graph in the order of their nodes; their shapes must be fixed numbers.
    explicit ArenaLayout(const Graph& graph);

    const std::vector<Entry>& entries() const { return m_entries; }
    // nullptr when there is none.
    const Entry* find(const std::string& name) const;
    // Floats of the arena, padding included, and of the tensors alone.
    int64_t floats() const { return m_floats; }
    int64_t parameterCount() const;

private:
    std::vector<Entry> m_entries;
    int64_t m_floats = 0;
};

// An arena besides the parameters', of the same layout: an optimiser's moment, an average.
struct NamedArena {
    std::string name; // "m", "v", "momentum", "ema"
    std::span<float> values;
};

class ParameterStore {
public:
    explicit ParameterStore(std::shared_ptr<const ArenaLayout> layout);

    const ArenaLayout& layout() const { return *m_layout; }
    std::shared_ptr<const ArenaLayout> sharedLayout() const { return m_layout; }
    std::span<float> arena() { return m_values.span(); }
    std::span<const float> arena() const { return m_values.span(); }
    // ContractError for an unknown name.
    std::span<float> values(const std::string& name);
    std::span<const float> values(const std::string& name) const;

    // Goes up whenever values change; Programs keep what they made of them (packed weights) until it does.
    uint64_t version() const { return m_version; }
    enum class Rounded { Outdated, Written };
    // After a change of values, by whoever made it; Written: roundedToWrite() holds the new ones.
    void touch(Rounded rounded = Rounded::Outdated);

    // The arena as bf16, for products that compute in it: made at the first call, and anew after a change that did not
    // write it. Any thread that may read the values.
    const uint16_t* rounded() const;
    // For a pass over all values that rounds them on its way; empty as long as nobody reads them so.
    std::span<uint16_t> roundedToWrite() { return m_rounded.span(); }
    int64_t roundedBytes() const { return static_cast<int64_t>(m_rounded.size() * sizeof(uint16_t)); }
    // Replaces all values by those of an arena of the same layout.
    void assign(std::span<const float> arena);

private:
    std::shared_ptr<const ArenaLayout> m_layout;
    AlignedBuffer<float> m_values;
    uint64_t m_version = 1;
    mutable std::mutex m_rounding; // among readers
    mutable AlignedBuffer<uint16_t> m_rounded;
    mutable uint64_t m_roundedVersion = 0;
};

// Draws every parameter as its Initialisation says, from streams named by the seed and the parameter's place.
// He: normal with variance 2 / fanIn (He et al. 2015, eq. 10); Glorot: uniform in ±√(6 / (fanIn + fanOut)) (Glorot and
// Bengio 2010, eq. 16); LeCun: normal with variance 1 / fanIn; fan-in: uniform in ±1 / √fanIn; orthogonal: rows [first
// size][the rest], or columns where there are fewer, of a random rotation (Saxe et al. 2014).
void initialiseParameters(ParameterStore& store, uint64_t seed);

} // namespace hourglass
