// What a strip program's values live in: see StripProgram::finish().

#include <algorithm>
#include <optional>

#include "core/exec/kernels/StripProgram.h"

namespace hourglass {

namespace {

// How often each value is read, by instructions and outputs.
std::vector<int> readers(const StripProgram& program) {
    std::vector<int> count(static_cast<size_t>(program.values()), 0);
    for (const StripInstruction& step : program.instructions)
        for (const int operand : {step.a, step.b})
            if (operand >= 0)
                ++count[static_cast<size_t>(operand)];
    for (const StripOutput& output : program.outputs)
        ++count[static_cast<size_t>(output.value)];
    return count;
}

// Leaves out the instructions that `isDropped` names; nobody reads their values any more.
void drop(StripProgram& program, const std::vector<bool>& isDropped) {
    const auto inputs = static_cast<int>(program.inputs.size());
    std::vector<int> moved;
    for (int i = 0; i < inputs; ++i)
        moved.push_back(i);
    std::vector<StripInstruction> kept;
    const auto place = [&](int value) { return value < 0 ? value : moved[static_cast<size_t>(value)]; };
    for (size_t k = 0; k < program.instructions.size(); ++k) {
        moved.push_back(inputs + static_cast<int>(kept.size()));
        if (isDropped[k])
            continue;
        StripInstruction step = program.instructions[k];
        step.a = place(step.a);
        step.b = place(step.b);
        kept.push_back(step);
    }
    for (StripOutput& output : program.outputs)
        output.value = place(output.value);
    program.instructions = std::move(kept);
}

// An Affine of a constant is a constant, and a product or sum with one is an Affine.
void foldConstants(StripProgram& program) {
    const auto inputs = static_cast<int>(program.inputs.size());
    const auto constantOf = [&](int value) -> std::optional<float> {
        if (value < inputs || program.instructions[static_cast<size_t>(value - inputs)].op != OpKind::Constant)
            return std::nullopt;
        return program.instructions[static_cast<size_t>(value - inputs)].alpha;
    };
    for (StripInstruction& step : program.instructions) {
        const std::optional<float> a = constantOf(step.a), b = constantOf(step.b);
        if (step.op == OpKind::Affine && a && step.b < 0)
            step = {OpKind::Constant, -1, -1, step.alpha * *a + step.beta};
        else if (step.op == OpKind::Multiply && (a || b) && !(a && b))
            step = {OpKind::Affine, a ? step.b : step.a, -1, a ? *a : *b, 0.0f};
        else if (step.op == OpKind::Add && (a || b) && !(a && b))
            step = {OpKind::Affine, a ? step.b : step.a, -1, 1.0f, a ? *a : *b};
    }
}

// An Affine of a multiple is one Affine. Not where the inner one adds: what cancels there exactly would not any more.
void joinAffines(StripProgram& program) {
    const auto inputs = static_cast<int>(program.inputs.size());
    for (StripInstruction& step : program.instructions) {
        if (step.op != OpKind::Affine || step.a < inputs)
            continue;
        const StripInstruction inner = program.instructions[static_cast<size_t>(step.a - inputs)];
        if (inner.op == OpKind::Affine && inner.b < 0 && inner.beta == 0.0f)
            step = {OpKind::Affine, inner.a, step.b, step.alpha * inner.alpha, step.beta};
    }
}

// Leaves out what nobody reads, from the last to the first.
void dropUnread(StripProgram& program) {
    std::vector<bool> isDropped(program.instructions.size(), false);
    std::vector<int> count = readers(program);
    const auto inputs = static_cast<int>(program.inputs.size());
    for (size_t k = program.instructions.size(); k-- > 0;) {
        isDropped[k] = count[static_cast<size_t>(inputs) + k] == 0;
        for (const int operand : {program.instructions[k].a, program.instructions[k].b})
            if (isDropped[k] && operand >= 0)
                --count[static_cast<size_t>(operand)];
    }
    drop(program, isDropped);
}

// alpha · a + beta, then + b: one pass instead of two.
void joinAffineAndAdd(StripProgram& program) {
    const auto inputs = static_cast<int>(program.inputs.size());
    const std::vector<int> count = readers(program);
    std::vector<bool> isDropped(program.instructions.size(), false);
    const auto joinable = [&](int value) {
        if (value < inputs || count[static_cast<size_t>(value)] != 1)
            return false;
        const auto k = static_cast<size_t>(value - inputs);
        return program.instructions[k].op == OpKind::Affine && program.instructions[k].b < 0 && !isDropped[k];
    };
    for (StripInstruction& step : program.instructions) {
        if (step.op != OpKind::Add || step.a == step.b)
            continue;
        if (!joinable(step.a))
            std::swap(step.a, step.b);
        if (!joinable(step.a))
            continue;
        const auto k = static_cast<size_t>(step.a - inputs);
        isDropped[k] = true;
        const StripInstruction affine = program.instructions[k];
        step = {OpKind::Affine, affine.a, step.b, affine.alpha, affine.beta};
    }
    drop(program, isDropped);
}

} // namespace

void StripProgram::finish() {
    foldConstants(*this);
    joinAffines(*this);
    joinAffineAndAdd(*this);
    dropUnread(*this);
    const auto inputCount = static_cast<int>(inputs.size()), end = static_cast<int>(instructions.size());
    lastUses.assign(static_cast<size_t>(values()), -1);
    for (int k = 0; k < end; ++k)
        for (const int operand : {instructions[static_cast<size_t>(k)].a, instructions[static_cast<size_t>(k)].b})
            if (operand >= 0)
                lastUses[static_cast<size_t>(operand)] = k;
    for (const StripOutput& output : outputs)
        lastUses[static_cast<size_t>(output.value)] = end;

    slotOf.assign(static_cast<size_t>(values()), -1);
    slotCount = inputCount; // loaded before the first instruction, and scalars once for all strips
    for (int i = 0; i < inputCount; ++i)
        slotOf[static_cast<size_t>(i)] = i;
    std::vector<int> free;
    for (int k = 0; k < end; ++k) {
        const auto value = static_cast<size_t>(inputCount + k);
        // A result may take the place of an operand that dies with it: ops read an element before they write it.
        for (size_t v = 0; v < value; ++v) {
            const bool isScalar = v < inputs.size() && inputs[v].period == 1;
            if (lastUses[v] == k && !isScalar && std::count(free.begin(), free.end(), slotOf[v]) == 0)
                free.push_back(slotOf[v]);
        }
        if (free.empty()) {
            slotOf[value] = slotCount++;
        } else {
            slotOf[value] = free.back();
            free.pop_back();
        }
    }
}

} // namespace hourglass
