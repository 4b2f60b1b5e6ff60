#pragma once

// Compiled programs by what they were compiled from, so that a short last batch, a preview or another picture size
// costs its compilation once. Keeps the few that were asked for last. Compute thread only.

#include <map>
#include <tuple>

#include "core/exec/Program.h"

namespace hourglass {

class ProgramCache {
public:
    // The executor outlives the cache.
    explicit ProgramCache(Executor& executor) : m_executor(executor) {}

    // The program, owned by the cache and good until the next get(). Looking one up hashes the graph: in a loop, keep
    // the pointer.
    Result<Program*> get(const Graph& graph, const std::shared_ptr<const ParameterStore>& store,
                         const CompileOptions& options);
    void clear() { m_programs.clear(); }

private:
    using Key = std::tuple<uint64_t, const ParameterStore*, int64_t, int64_t, int64_t, Precision>;
    struct Entry {
        std::unique_ptr<Program> program; // holds its store, so the address stays unique
        uint64_t lastUse = 0;
    };
    void makeRoom();

    Executor& m_executor;
    std::map<Key, Entry> m_programs;
    uint64_t m_uses = 0;
};

} // namespace hourglass
