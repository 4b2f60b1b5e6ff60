#include "core/models/Architecture.h"

namespace hourglass {

NodeId Architecture::encode(Graph&, NodeId, const ModelContext&) const {
    throw ContractError(fmt::format("architecture '{}' has no code to encode into", id()));
}

NodeId Architecture::decode(Graph&, NodeId, const ModelContext&) const {
    throw ContractError(fmt::format("architecture '{}' has no code to decode", id()));
}

SymbolicShape Architecture::codeShape(const ModelContext&) const {
    throw ContractError(fmt::format("architecture '{}' has no code", id()));
}

NodeId Architecture::reconstruct(Graph& graph, NodeId input, const ModelContext& context) const {
    return decode(graph, encode(graph, input, context), context);
}

} // namespace hourglass
