#pragma once

// Compiled programs by what they were compiled from, so that a short last batch, a preview or another picture size
// costs its compilation once. Compute thread only.

#include <map>
#include <tuple>

#include "core/exec/Program.h"

namespace hourglass {

class ProgramCache {
public:
    // The executor outlives the cache.
    explicit ProgramCache(Executor& executor) : m_executor(executor) {}

    // The program, owned by the cache. Looking one up hashes the graph: in a loop, keep the pointer.
    Result<Program*> get(const Graph& graph, const std::shared_ptr<const ParameterStore>& store,
                         const CompileOptions& options);
    void clear() { m_programs.clear(); }

private:
    using Key = std::tuple<uint64_t, const ParameterStore*, int64_t, int64_t, int64_t, Precision>;

    Executor& m_executor;
    std::map<Key, std::unique_ptr<Program>> m_programs; // each holds its store, so the address stays unique
};

} // namespace hourglass
