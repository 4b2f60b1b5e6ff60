#pragma once

// A network as a file holds it: a graph, and the weights it runs with. What an export is judged by.

#include <memory>

#include "core/exec/ParameterStore.h"

namespace hourglass {

struct ImportedNetwork {
    Graph graph;
    std::shared_ptr<ParameterStore> weights;
};

} // namespace hourglass
