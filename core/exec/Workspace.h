#pragma once

// Memory that Programs which run one after another take turns in: a training step, its short last batch, validation and
// a preview need the largest of their workspaces, not the sum. One thread at a time, as its programs.

#include <cstddef>

#include "core/tensor/Tensor.h"

namespace hourglass {

class Workspace {
public:
    // Makes room for `bytes`. What lay there is lost when that moves it: outputs of programs that share it are valid
    // until another of them is compiled or run.
    void reserve(size_t bytes) {
        if (bytes <= m_memory.size())
            return;
        m_memory = {}; // the old goes before the new comes
        m_memory = AlignedBuffer<std::byte>(bytes);
    }
    std::byte* data() { return m_memory.data(); }
    size_t bytes() const { return m_memory.size(); }

private:
    AlignedBuffer<std::byte> m_memory;
};

} // namespace hourglass
