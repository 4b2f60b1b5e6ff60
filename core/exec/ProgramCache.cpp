#include "core/exec/ProgramCache.h"

#include <algorithm>

#include "core/base/Memory.h"
#include "core/base/Parallel.h"

namespace hourglass {

Result<Program*> ProgramCache::get(const Graph& graph, const std::shared_ptr<const ParameterStore>& store,
                                   const CompileOptions& options) {
    const Key key(graph.fingerprint(), store.get(), options.sizes.n, options.sizes.h, options.sizes.w,
                  options.precision, computeThreads());
    if (const auto it = m_programs.find(key); it != m_programs.end()) {
        it->second.lastUse = ++m_uses;
        return it->second.program.get();
    }
    makeRoom();
    CompileOptions shared = options;
    shared.workspace = m_workspace;
    shared.parametersChange |= m_parametersChange;
    Result<std::unique_ptr<Program>> program = m_executor.compile(graph, store, shared);
    if (!program)
        return std::move(program).error();
    return m_programs.emplace(key, Entry{*std::move(program), ++m_uses}).first->second.program.get();
}

// Lets those go that have not been asked for the longest, until one more is no burden: what they keep of parameters,
// and their primitives. The workspace stays, as large as the largest of them.
void ProgramCache::makeRoom() {
    constexpr size_t kMost = 8;
    const auto bytes = [&] {
        size_t sum = 0;
        for (const auto& [key, entry] : m_programs)
            sum += entry.program->workspaceBytes();
        return sum;
    };
    while (!m_programs.empty() && (m_programs.size() >= kMost || bytes() > memoryBudget() / 8))
        m_programs.erase(std::min_element(m_programs.begin(), m_programs.end(), [](const auto& a, const auto& b) {
            return a.second.lastUse < b.second.lastUse;
        }));
}

} // namespace hourglass
