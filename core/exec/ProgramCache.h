#pragma once

// Compiled programs by graph, weights, sizes, precision and threads, so that a short last batch, a preview or another
// picture size costs its compilation once. Keeps the few that were asked for last; all take turns in one workspace.
// Compute thread only.

#include <map>
#include <tuple>

#include "core/exec/Program.h"

namespace hourglass {

class ProgramCache {
public:
    // The executor outlives the cache.
    explicit ProgramCache(Executor& executor) : m_executor(executor), m_workspace(std::make_shared<Workspace>()) {}
    // Within a training: in the workspace of its steps, and with nothing kept that is made of parameters, since those
    // change between two uses anyway.
    ProgramCache(Executor& executor, std::shared_ptr<Workspace> workspaceOfTraining)
        : m_executor(executor), m_workspace(std::move(workspaceOfTraining)), m_parametersChange(true) {}

    // The program, owned by the cache and good until the next get(), for as many threads as the caller computes with.
    // One at hand is given whatever the budget: its memory is there already.
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
    bool m_parametersChange = false;
    std::map<Key, Entry> m_programs;
    uint64_t m_uses = 0;
};

} // namespace hourglass
