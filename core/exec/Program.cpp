#include "core/exec/Program.h"

namespace hourglass {

void Program::bindInput(const std::string& name, std::span<const float> data) {
    const int slot = inputSlot(name);
    expects(static_cast<int64_t>(data.size()) == inputShape(slot).elements(), "{} values for input '{}' {}",
            data.size(), name, inputShape(slot).toString());
    bindInput(slot, data.data());
}

Tensor Program::outputTensor(const std::string& name) const {
    const int slot = outputSlot(name);
    return Tensor(outputShape(slot), output(slot));
}

} // namespace hourglass
