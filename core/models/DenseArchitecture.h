#pragma once

// Fully connected: the sample flattened, model.layers with activations down to a linear code of model.code_size, and
// back through model.decoder_layers (the encoder's mirrored when empty). Samples have a fixed size.

#include "core/models/Architecture.h"

namespace hourglass {

class DenseArchitecture final : public Architecture {
public:
    std::string_view id() const override { return "dense"; }
    std::string_view label() const override { return "Dense"; }
    std::string_view help() const override {
        return "Every input is connected with every unit. Simple and quick for small pictures and for tables; blind to "
               "where a pixel lies.";
    }
    Result<void> validate(const ModelContext& context) const override;
    NodeId encode(Graph& graph, NodeId input, const ModelContext& context) const override;
    NodeId decode(Graph& graph, NodeId code, const ModelContext& context) const override;
    SymbolicShape codeShape(const ModelContext& context) const override;
    std::vector<LayerInfo> layers(const ModelContext& context) const override;
};

} // namespace hourglass
