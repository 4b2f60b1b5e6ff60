#pragma once

// What the factories of primitives share, in oneDNN's words.

#include <array>

#include <dnnl.hpp>

#include "core/exec/onednn/Primitives.h"

namespace hourglass::onednn {

using Memory = dnnl::memory;

struct Device::Handles {
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
};

// A oneDNN memory object whose buffer is the caller's and may change from run to run.
class Argument {
public:
    Argument() = default;
    Argument(const Memory::desc& description, const dnnl::engine& engine)
        : m_memory(description, engine, DNNL_MEMORY_NONE) {}
    void point(const void* data) {
        if (data == m_data)
            return;
        m_memory.set_data_handle(const_cast<void*>(data));
        m_data = data;
    }
    dnnl_memory_t get() const { return m_memory.get(); }

private:
    Memory m_memory;
    const void* m_data = nullptr;
};

struct Primitive::State {
    static constexpr size_t kMostArguments = 4;

    dnnl::primitive primitive;
    dnnl::stream stream;
    std::array<Argument, kMostArguments> arguments;
    Argument scratch;
    int64_t scratchBytes = 0;
    // Built once: the C++ execute() would allocate a map on every call.
    std::array<dnnl_exec_arg_t, kMostArguments + 1> list{};
    size_t count = 0;

    State(const Device& device, const dnnl::primitive& made, const Memory::desc& scratchpad);
    // The next of the factory's arguments.
    void add(int kind, const Memory::desc& description);

private:
    dnnl::engine m_engine;
};

struct PackedWeights::State {
    Memory::desc description;
};

inline Memory::data_type dataType(StorageType type) {
    return type == StorageType::F32 ? Memory::data_type::f32 : Memory::data_type::bf16;
}

// User-mode scratchpad, and the activation if there is one.
dnnl::primitive_attr attributesWith(const std::optional<FusedActivation>& activation);

} // namespace hourglass::onednn
