#include "core/exec/ProgramCache.h"

namespace hourglass {

Result<Program*> ProgramCache::get(const Graph& graph, const std::shared_ptr<const ParameterStore>& store,
                                   const CompileOptions& options) {
    const Key key(graph.fingerprint(), store.get(), options.sizes.n, options.sizes.h, options.sizes.w,
                  options.precision);
    if (const auto it = m_programs.find(key); it != m_programs.end())
        return it->second.get();
    Result<std::unique_ptr<Program>> program = m_executor.compile(graph, store, options);
    if (!program)
        return std::move(program).error();
    return m_programs.emplace(key, *std::move(program)).first->second.get();
}

} // namespace hourglass
