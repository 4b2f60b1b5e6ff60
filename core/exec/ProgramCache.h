#pragma once

// Compiled programs by what they were compiled from, so that a short last batch, a preview or another picture size
// costs its compilation once. Keeps the few that were asked for last; all take turns in one workspace. Compute thread
// only.

#include <map>
#include <tuple>

#include "core/exec/Program.h"

namespace hourglass {

class ProgramCache {
public:
    // The executor outlives the cache. A workspace given may serve other programs too.
    explicit ProgramCache(Executor& executor, std::shared_ptr<Workspace> workspace = std::make_shared<Workspace>())
        : m_executor(executor), m_workspace(std::move(workspace)) {}

    // The program, owned by the cache and good until the next get(), for as many threads as the caller computes with.
    // Looking one up hashes the graph: in a loop, keep the pointer.
    Result<Program*> get(const Graph& graph, const std::shared_ptr<const ParameterStore>& store,
                         const CompileOptions& options);
    void clear() { m_programs.clear(); }

private:
    using Key = std::tuple<uint64_t, const ParameterStore*, int64_t, int64_t, int64_t, Precision, int>;
    struct Entry {
        std::unique_ptr<Program> program; // holds its store, so the address stays unique
        uint64_t lastUse = 0;
    };
    void makeRoom();

    Executor& m_executor;
    std::shared_ptr<Workspace> m_workspace;
    std::map<Key, Entry> m_programs;
    uint64_t m_uses = 0;
};

} // namespace hourglass
