#pragma once

// How an encoder and its decoder are built: layers, not purpose. A family (Family.h) says what they are trained for.

#include <string>
#include <string_view>
#include <vector>

#include "core/graph/Graph.h"
#include "core/options/OptionTable.h"

namespace hourglass {

// What a network is built from: options, and the shape of one sample ([C, H, W] or [D]).
struct ModelContext {
    const OptionValues& options;
    Shape sampleShape;
    int64_t codeHeads = 1; // what the family wants of the encoder: codes side by side along axis 1
};

// One block of the picture that people see and edit.
struct LayerInfo {
    enum class Kind { Input, Layer, Code, Output } kind;
    std::string name;   // "encoder.0"
    std::string detail; // "512 · ReLU"
    SymbolicShape shape;
    int64_t parameters = 0;
};

// Name of the graph input [N, 1, h, w], a map of the noise level σ / 255 on the scale on which the network reads it,
// for networks that want to know it.
inline constexpr const char* kNoiseLevelInput = "noise_level";

// Weights [outputs, K, …] of the decoder's first layer.
inline constexpr const char* kCodeReader = "decoder.0.weight";

class Architecture {
public:
    virtual ~Architecture() = default;

    virtual std::string_view id() const = 0; // "dense"
    virtual std::string_view label() const = 0;
    virtual std::string_view help() const = 0;
    // The "model." options that only this architecture has, and those that all have where they mean something else
    // here: its own words, limits and default for "model.layers".
    virtual OptionTable options() const { return {}; }
    // Other defaults for options that mean the same for all: {"model.initialisation", "orthogonal"}.
    virtual std::vector<std::pair<std::string, Json>> defaults() const { return {}; }
    // InvalidArgument with a sentence that explains itself when the options cannot build a network for such samples.
    virtual Result<void> validate(const ModelContext& context) const = 0;

    // Whether samples may have another height and width than those of the context; its graphs are then symbolic in H
    // and W.
    virtual bool takesAnySize(const ModelContext& /*context*/) const { return false; }
    // Whether all that the decoder knows of a sample goes through a code. Not so with skip connections: such a network
    // has reconstruct() alone.
    virtual bool hasCode() const { return true; }

    // input [N, sample…] → code [N, K] or [N, K, h, w], before any code activation; several heads lie side by side
    // along axis 1.
    virtual NodeId encode(Graph& graph, NodeId input, const ModelContext& context) const;
    // code → [N, sample…] before the output activation. `code` has codeShape(). The parameter kCodeReader reads it.
    virtual NodeId decode(Graph& graph, NodeId code, const ModelContext& context) const;
    // Shape of one code, N included.
    virtual SymbolicShape codeShape(const ModelContext& context) const;
    // input [N, sample…] → [N, sample…] before the output activation.
    virtual NodeId reconstruct(Graph& graph, NodeId input, const ModelContext& context) const;
    // Input to output, in order.
    virtual std::vector<LayerInfo> layers(const ModelContext& context) const = 0;
};

} // namespace hourglass
