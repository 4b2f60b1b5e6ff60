// Each op as its definition in Op.h reads, in double precision.

#include <algorithm>
#include <cmath>

#include "core/exec/reference/Interpreter.h"

namespace hourglass::reference {

namespace {

double sigmoid(double x) {
    return 1.0 / (1.0 + std::exp(-x));
}

double unary(const Node& node, double x) {
    const double alpha = node.attributes.alpha, beta = node.attributes.beta;
    switch (node.op) {
    case OpKind::Affine:
        return alpha * x + beta;
    case OpKind::Square:
        return x * x;
    case OpKind::Sqrt:
        return std::sqrt(x);
    case OpKind::Exp:
        return std::exp(x);
    case OpKind::Log:
        return std::log(x);
    case OpKind::Abs:
        return std::abs(x);
    case OpKind::Sign:
        return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
    case OpKind::Step:
        return x > 0.0 ? 1.0 : 0.0;
    case OpKind::Clamp:
        return std::clamp(x, alpha, beta);
    case OpKind::Erf:
        return std::erf(x);
    case OpKind::Softplus:
        return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    case OpKind::Sigmoid:
        return sigmoid(x);
    case OpKind::Tanh:
        return std::tanh(x);
    case OpKind::Relu:
        return std::max(x, 0.0);
    case OpKind::LeakyRelu:
        return x > 0.0 ? x : alpha * x;
    case OpKind::Elu:
        return x > 0.0 ? x : alpha * std::expm1(x);
    case OpKind::Gelu:
        return 0.5 * x * (1.0 + std::erf(x / std::sqrt(2.0)));
    case OpKind::Silu:
        return x * sigmoid(x);
    case OpKind::StopGradient:
    case OpKind::Reshape:
        return x;
    default:
        throw ContractError(fmt::format("{} is not a function of one number", info(node.op).name));
    }
}

double binary(OpKind op, double a, double b) {
    switch (op) {
    case OpKind::Add:
        return a + b;
    case OpKind::Subtract:
        return a - b;
    case OpKind::Multiply:
        return a * b;
    case OpKind::Divide:
        return a / b;
    default:
        throw ContractError(fmt::format("{} is not a function of two numbers", info(op).name));
    }
}

void matMul(const Node& node, const Array& a, const Array& b, Array& y) {
    const bool ta = node.attributes.transposeA, tb = node.attributes.transposeB;
    const int64_t rows = y.shape[0], columns = y.shape[1], inner = a.shape[ta ? 0 : 1];
    for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j) {
            double sum = 0.0;
            for (int64_t k = 0; k < inner; ++k)
                sum += a.values[static_cast<size_t>(ta ? k * rows + i : i * inner + k)] *
                       b.values[static_cast<size_t>(tb ? j * inner + k : k * columns + j)];
            y.values[static_cast<size_t>(i * columns + j)] = sum;
        }
}

// For each element of `large`, the index of the element of the shape without `axes` that it belongs to.
std::vector<size_t> groupOf(const Shape& large, const std::vector<int>& axes) {
    std::vector<size_t> groups(static_cast<size_t>(large.elements()));
    for (size_t i = 0; i < groups.size(); ++i) {
        size_t rest = i, stride = 1;
        for (int axis = large.rank() - 1; axis >= 0; --axis) {
            const auto size = static_cast<size_t>(large[axis]);
            if (std::find(axes.begin(), axes.end(), axis) == axes.end()) {
                groups[i] += rest % size * stride;
                stride *= size;
            }
            rest /= size;
        }
    }
    return groups;
}

double averageFactor(const Shape& large, const std::vector<int>& averageAxes) {
    double factor = 1.0;
    for (int axis : averageAxes)
        factor /= static_cast<double>(large[axis]);
    return factor;
}

} // namespace

Array apply(const Node& node, const Shape& shape, const std::vector<const Array*>& inputs) {
    Array y{shape, std::vector<double>(static_cast<size_t>(shape.elements()), 0.0)};
    const OpAttributes& attributes = node.attributes;
    if (node.op == OpKind::Constant) {
        y.values[0] = attributes.alpha;
    } else if (node.op == OpKind::MatMul) {
        matMul(node, *inputs[0], *inputs[1], y);
    } else if (node.op == OpKind::Reduce) {
        const std::vector<size_t> groups = groupOf(inputs[0]->shape, attributes.axes);
        const double factor = averageFactor(inputs[0]->shape, attributes.averageAxes);
        for (size_t i = 0; i < groups.size(); ++i)
            y.values[groups[i]] += factor * inputs[0]->values[i];
    } else if (node.op == OpKind::Expand) {
        const std::vector<size_t> groups = groupOf(shape, attributes.axes);
        const double factor = averageFactor(shape, attributes.averageAxes);
        for (size_t i = 0; i < groups.size(); ++i)
            y.values[i] = factor * inputs[0]->values[groups[i]];
    } else if (!info(node.op).elementwise && node.op != OpKind::Reshape) {
        applySpatial(node, inputs, y);
    } else if (info(node.op).arity == 2) {
        const std::vector<double>&a = inputs[0]->values, &b = inputs[1]->values;
        for (size_t i = 0; i < y.values.size(); ++i)
            y.values[i] = binary(node.op, a[i % a.size()], b[i % b.size()]);
    } else {
        for (size_t i = 0; i < y.values.size(); ++i)
            y.values[i] = unary(node, inputs[0]->values[i]);
    }
    return y;
}

} // namespace hourglass::reference
