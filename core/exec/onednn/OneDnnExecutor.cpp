#include "core/exec/onednn/OneDnnExecutor.h"

#include "core/base/Parallel.h"
#include "core/exec/kernels/Targets.h"
#include "core/exec/onednn/ChannelsLast.h"
#include "core/exec/onednn/Emitters.h"

namespace hourglass {

namespace onednn {

namespace {

Result<void> emit(Compilation& program, const Group& group) {
    switch (group.kind) {
    case Group::Kind::MatMul:
        return emitMatMul(program, group);
    case Group::Kind::Convolution:
        return emitConvolution(program, group);
    case Group::Kind::Move:
        return emitMove(program, group);
    case Group::Kind::Strip:
        return emitStrip(program, group);
    case Group::Kind::Reduce:
        return emitReduce(program, group);
    }
    return {};
}

class OneDnnExecutor final : public Executor {
public:
    Result<std::unique_ptr<Program>> compile(const Graph& graph, std::shared_ptr<const ParameterStore> store,
                                             const CompileOptions& options) override {
        std::vector<std::string> names;
        for (const auto& [name, id] : graph.outputs())
            names.push_back(name);
        Graph pruned = channelsLast(graph.pruned(names));
        std::vector<Shape> shapes;
        for (const Node& node : pruned.nodes()) {
            Result<Shape> shape = evaluate(node.shape, options.sizes);
            if (!shape)
                return std::move(shape).error();
            shapes.push_back(*std::move(shape));
        }
        Compilation program(std::move(pruned), std::move(shapes), m_device, std::move(store), options);
        program.begin();
        for (const Group& group : program.fused().groups)
            if (Result<void> added = emit(program, group); !added)
                return std::move(added).error();
        return program.finish();
    }

private:
    std::shared_ptr<const Device> m_device = std::make_shared<Device>();
};

} // namespace

} // namespace onednn

std::unique_ptr<Executor> makeOneDnnExecutor() {
    limitKernelTarget();
    return std::make_unique<onednn::OneDnnExecutor>();
}

std::map<std::string, std::string> computeEnvironment() {
    return {{"isa", onednn::Device::instructionSet()},
            {"onednn", onednn::Device::libraryVersion()},
            {"kernels", kernelTarget()},
            {"threads", std::to_string(computeThreads())}};
}

bool nativeBf16() {
    return onednn::Device::hasNativeBf16();
}

} // namespace hourglass
