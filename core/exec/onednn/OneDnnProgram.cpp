#include "core/exec/onednn/OneDnnProgram.h"

#include <algorithm>

namespace hourglass::onednn {

namespace {

int find(const std::vector<NamedValue>& list, const std::string& name) {
    const auto it = std::find_if(list.begin(), list.end(), [&](const NamedValue& v) { return v.name == name; });
    return it == list.end() ? -1 : static_cast<int>(it - list.begin());
}

int required(const std::vector<NamedValue>& list, const std::string& name) {
    const int slot = find(list, name);
    expects(slot >= 0, "the program has no '{}'", name);
    return slot;
}

} // namespace

int OneDnnProgram::inputSlot(const std::string& name) const {
    return required(m_parts.inputs, name);
}

int OneDnnProgram::outputSlot(const std::string& name) const {
    return required(m_parts.outputs, name);
}

bool OneDnnProgram::hasInput(const std::string& name) const {
    return find(m_parts.inputs, name) >= 0;
}

const Shape& OneDnnProgram::inputShape(int slot) const {
    return m_parts.inputs.at(static_cast<size_t>(slot)).shape;
}

const Shape& OneDnnProgram::outputShape(int slot) const {
    return m_parts.outputs.at(static_cast<size_t>(slot)).shape;
}

void OneDnnProgram::bindInput(int slot, const float* data) {
    m_parts.values[static_cast<size_t>(m_parts.inputs.at(static_cast<size_t>(slot)).value)].data =
        const_cast<float*>(data);
}

void OneDnnProgram::bindOutput(int slot, float* data) {
    Value& value = m_parts.values[static_cast<size_t>(m_parts.outputs.at(static_cast<size_t>(slot)).value)];
    value.data = data;
    value.offset = -1;
}

std::span<const float> OneDnnProgram::output(int slot) const {
    const Value& value = m_parts.values[static_cast<size_t>(m_parts.outputs.at(static_cast<size_t>(slot)).value)];
    return {static_cast<const float*>(value.data), static_cast<size_t>(value.shape.elements())};
}

// A shared workspace moves when it grows for another program, and is gone where that failed.
void OneDnnProgram::findWorkspace() {
    m_parts.workspace->reserve(m_parts.needed);
    if (m_parts.workspace->data() == m_base)
        return;
    m_base = m_parts.workspace->data();
    for (Value& value : m_parts.values)
        if (value.offset >= 0)
            value.data = m_parts.workspace->data() + value.offset;
}

RunOutcome OneDnnProgram::run(std::stop_token stop) {
    findWorkspace();
    for (const NamedValue& input : m_parts.inputs)
        expects(dataOf(input.value) != nullptr, "input '{}' is not bound", input.name);
    for (const NamedValue& output : m_parts.outputs)
        expects(dataOf(output.value) != nullptr, "output '{}' is not bound", output.name);
    const bool parametersChanged = m_parts.store == nullptr || m_parts.store->version() != m_seenVersion;
    if (m_parts.readsRounded)
        m_parts.store->rounded();
    for (Kernel& kernel : m_parts.kernels) {
        if (stop.stop_requested())
            return RunOutcome::Cancelled;
        if (!kernel.onParametersOnly || parametersChanged)
            std::visit([this](auto& work) { runKernel(work); }, kernel.work);
    }
    if (m_parts.store != nullptr)
        m_seenVersion = m_parts.store->version();
    return RunOutcome::Done;
}

void OneDnnProgram::runKernel(PrimitiveKernel& kernel) {
    for (size_t i = 0; i < kernel.values.size(); ++i)
        kernel.data[i] = dataOf(kernel.values[i]);
    kernel.primitive->run(kernel.data, kernel.scratch < 0 ? nullptr : dataOf(kernel.scratch));
}

void OneDnnProgram::runKernel(StripKernel& kernel) {
    for (size_t i = 0; i < kernel.inputs.size(); ++i)
        kernel.inputData[i] = dataOf(kernel.inputs[i]);
    for (size_t i = 0; i < kernel.outputs.size(); ++i)
        kernel.outputData[i] = dataOf(kernel.outputs[i]);
    runStrips(kernel.program, kernel.inputData.data(), kernel.outputData.data(), kernel.partials);
}

void OneDnnProgram::runKernel(ReduceKernel& kernel) {
    reduceMiddle(dataOf(kernel.x), m_parts.values[static_cast<size_t>(kernel.x)].type,
                 static_cast<float*>(dataOf(kernel.y)), kernel.outer, kernel.kept, kernel.inner, kernel.factor,
                 floatsOf(kernel.scratch));
}

ConstTensorView OneDnnProgram::viewOf(const Operand& operand) const {
    const Value& value = m_parts.values[static_cast<size_t>(operand.value)];
    return {value.data, value.type, operand.shape};
}

TensorView OneDnnProgram::targetOf(const Operand& operand) const {
    const Value& value = m_parts.values[static_cast<size_t>(operand.value)];
    return {value.data, value.type, operand.shape};
}

void OneDnnProgram::runKernel(FewOutputsKernel& kernel) {
    convolveToFew(viewOf(kernel.x), floatsOf(kernel.weights), kernel.weightShape, floatsOf(kernel.bias),
                  targetOf(kernel.y), kernel.window, floatsOf(kernel.scratch));
}

void OneDnnProgram::runKernel(WinogradKernel& kernel) {
    convolveWinograd(kernel.plan, viewOf(kernel.x), floatsOf(kernel.weights), floatsOf(kernel.bias), kernel.rectify,
                     targetOf(kernel.y), floatsOf(kernel.scratch));
}

void OneDnnProgram::runKernel(WinogradGradientKernel& kernel) {
    winogradWeightGradient(kernel.plan, viewOf(kernel.x), viewOf(kernel.dy), floatsOf(kernel.dw),
                           floatsOf(kernel.scratch));
}

void OneDnnProgram::runKernel(WeightGradientKernel& kernel) {
    weightGradient(kernel.plan, viewOf(kernel.x), viewOf(kernel.dy), floatsOf(kernel.dw), floatsOf(kernel.scratch));
}

void OneDnnProgram::runKernel(WinogradWeightsKernel& kernel) {
    transformWeights(kernel.plan, floatsOf(kernel.from), kernel.isAdjoint, floatsOf(kernel.to));
}

void OneDnnProgram::runKernel(MoveKernel& kernel) {
    const TensorView to = targetOf(kernel.result);
    const OpAttributes& a = kernel.attributes;
    const ConstTensorView x = viewOf(kernel.inputs[0]);
    switch (kernel.op) {
    case OpKind::Permute:
        return permuteAxes(x, to, a.axes);
    case OpKind::Concat: {
        const ConstTensorView second = viewOf(kernel.inputs[1]);
        copyAlongAxis(x, to, a.axes[0], 0, 0, x.shape[a.axes[0]]);
        return copyAlongAxis(second, to, a.axes[0], 0, x.shape[a.axes[0]], second.shape[a.axes[0]]);
    }
    case OpKind::Slice:
        return copyAlongAxis(x, to, a.axes[0], a.begin, 0, to.shape[a.axes[0]]);
    default:
        return movePicture(kernel.op, a.factor, x, to);
    }
}

} // namespace hourglass::onednn
