#pragma once

// The memory behind what is random in a model's graphs (ModelBuilder::random): inputs of standard normals. Compute
// thread only.

#include <span>

#include "core/base/Random.h"
#include "core/exec/Program.h"
#include "core/models/Model.h"

namespace hourglass {

class RandomInputs {
public:
    // Of a graph of the model; `seed` names the streams.
    RandomInputs(const Graph& graph, uint64_t seed);
    RandomInputs(const RandomInputs&) = delete; // programs keep addresses of what lies here
    RandomInputs& operator=(const RandomInputs&) = delete;

    bool isEmpty() const { return m_inputs.empty(); }
    // Those that the program has, for as many rows as it takes; before it runs whenever another was bound. Allocates
    // when one takes more than any before.
    void bind(Program& program);
    // New values for the program bound last. Of a step of training, from the stream {seed, Graph, step, input};
    void drawStep(int64_t step);
    // of samples that are measured, each row from {seed, Graph, id, ~input} whatever the batch: the `draw`-th of many.
    void drawSamples(std::span<const uint64_t> ids, uint64_t draw = 0);

private:
    struct Input {
        std::string name;
        std::vector<float> values = {};
        size_t rowElements = 0; // 0: the program does not have it
    };
    std::vector<Input> m_inputs;
    uint64_t m_seed;
};

} // namespace hourglass
