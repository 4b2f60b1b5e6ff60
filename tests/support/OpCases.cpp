#include "tests/support/OpCases.h"

#include <cmath>

#include "core/base/Random.h"

namespace hourglass::test {

namespace {

NodeId operand(Graph& graph, const char* name, SymbolicShape shape) {
    return graph.parameter(name, std::move(shape));
}

OpCase unary(OpKind op, double alpha = 0.0) {
    return {.name = std::string(info(op).name), .op = op, .build = [=](Graph& g, int64_t rows, int64_t columns) {
                return g.unary(op, operand(g, "x", {rows, columns}), alpha);
            }};
}

OpCase kinked(OpKind op, std::vector<double> kinks, double alpha = 0.0) {
    OpCase result = unary(op, alpha);
    result.kinks = std::move(kinks);
    return result;
}

// Beyond what its exponential can hold: saturates, and does not wrap around.
OpCase extreme(OpKind op) {
    OpCase result = unary(op);
    result.name += " of large numbers";
    result.low = -250;
    result.high = 250;
    return result;
}

OpCase positive(OpKind op) {
    OpCase result = unary(op);
    result.low = 0.2;
    return result;
}

OpCase within(OpCase result, double tolerance) {
    result.f32Tolerance = tolerance;
    return result;
}

// A binary op on equal shapes, against a row, and against a scalar on either side.
std::vector<OpCase> binary(OpKind op) {
    std::vector<OpCase> cases;
    const auto add = [&](const char* suffix, std::function<NodeId(Graph&, int64_t, int64_t)> build) {
        cases.push_back({.name = std::string(info(op).name) + suffix, .op = op, .build = std::move(build)});
        if (op == OpKind::Divide)
            cases.back().low = 0.3;
    };
    add("", [=](Graph& g, int64_t r, int64_t c) {
        return g.append(op, {operand(g, "a", {r, c}), operand(g, "b", {r, c})});
    });
    add(" row", [=](Graph& g, int64_t r, int64_t c) {
        return g.append(op, {operand(g, "a", {r, c}), operand(g, "b", {c})});
    });
    add(" scalar first", [=](Graph& g, int64_t r, int64_t c) {
        return g.append(op, {operand(g, "a", {}), operand(g, "b", {r, c})});
    });
    add(" with itself", [=](Graph& g, int64_t r, int64_t c) {
        const NodeId a = operand(g, "a", {r, c});
        return g.append(op, {a, a});
    });
    return cases;
}

OpCase matMul(bool ta, bool tb) {
    return {
        .name = std::string("MatMul ") + (ta ? "T" : "N") + (tb ? "T" : "N"),
        .op = OpKind::MatMul,
        .build =
            [=](Graph& g, int64_t rows, int64_t columns) {
                const int64_t inner = rows + columns / 2 + 1;
                const NodeId a = operand(g, "a", ta ? SymbolicShape{inner, rows} : SymbolicShape{rows, inner});
                const NodeId b = operand(g, "b", tb ? SymbolicShape{columns, inner} : SymbolicShape{inner, columns});
                return g.matMul(a, b, ta, tb);
            },
        .f32Tolerance = 2e-5};
}

OpCase reduce(const char* name, std::vector<int> axes, std::vector<int> averageAxes) {
    return {.name = name,
            .op = OpKind::Reduce,
            .build =
                [=](Graph& g, int64_t rows, int64_t columns) {
                    return g.reduce(operand(g, "x", {rows, columns, 3}), axes, averageAxes);
                },
            .f32Tolerance = 2e-5};
}

OpCase expand(const char* name, SymbolicShape small, std::vector<int> axes, std::vector<int> averageAxes) {
    return {.name = name, .op = OpKind::Expand, .build = [=](Graph& g, int64_t rows, int64_t columns) {
                SymbolicShape shape;
                for (const Dim& dim : small)
                    shape.push_back(dim == Dim(-1) ? Dim(rows) : dim == Dim(-2) ? Dim(columns) : dim);
                return g.expand(operand(g, "x", shape), axes, {rows, columns, 3}, averageAxes);
            }};
}

// Pictures [2, channels, height, width] made of a matrix's sizes, small but odd; all multiples of `blocks`.
SymbolicShape picture(int64_t rows, int64_t columns, int64_t channels, int64_t blocks = 1) {
    return {2, channels, blocks * (2 + rows % 5), blocks * (2 + columns % 4)};
}

OpCase spatial(std::string name, OpKind op, std::function<NodeId(Graph&, int64_t, int64_t)> build) {
    return {.name = std::move(name), .op = op, .build = std::move(build), .f32Tolerance = 4e-6};
}

// A convolution and its two adjoints, as operands of their own.
std::vector<OpCase> convolutions(int64_t channels, int64_t filters, int64_t kernel, Window window) {
    const std::string suffix = fmt::format(" {}→{} k{} s{} p{}+{}", channels, filters, kernel, window.stride,
                                           window.padBefore, window.padAfter);
    const SymbolicShape weights = {filters, channels, kernel, kernel};
    const auto large = [=](int64_t r, int64_t c) {
        SymbolicShape shape = picture(r, c, channels, window.stride);
        for (const size_t axis : {size_t{2}, size_t{3}}) // not smaller than the kernel
            shape[axis] = shape[axis].plus(window.stride * (kernel / window.stride));
        return shape;
    };
    const auto small = [=](int64_t r, int64_t c) {
        Graph g;
        return g.shape(g.convolve(g.parameter("x", large(r, c)), g.parameter("w", weights), window));
    };
    std::vector<OpCase> cases = {
        spatial("Convolve" + suffix, OpKind::Convolve,
                [=](Graph& g, int64_t r, int64_t c) {
                    return g.convolve(operand(g, "x", large(r, c)), operand(g, "w", weights), window);
                }),
        spatial("ConvolveTransposed" + suffix, OpKind::ConvolveTransposed,
                [=](Graph& g, int64_t r, int64_t c) {
                    return g.convolveTransposed(operand(g, "s", small(r, c)), operand(g, "w", weights), window,
                                                large(r, c));
                }),
        spatial("ConvolveWeights" + suffix, OpKind::ConvolveWeights, [=](Graph& g, int64_t r, int64_t c) {
            return g.convolveWeights(operand(g, "x", large(r, c)), operand(g, "s", small(r, c)), window, weights);
        })};
    for (OpCase& one : cases)
        one.f32Tolerance = 2e-5; // sums of many products
    return cases;
}

std::vector<OpCase> pictureOps() {
    std::vector<OpCase> cases;
    for (const auto& [op, channels, factor] : {std::tuple{OpKind::SumPool, 3, 2},
                                               {OpKind::SumPool, 16, 3},
                                               {OpKind::UpsampleNearest, 3, 2},
                                               {OpKind::UpsampleNearest, 16, 3},
                                               {OpKind::UpsampleBilinear, 3, 2},
                                               {OpKind::UpsampleBilinear, 16, 3},
                                               {OpKind::BilinearTransposed, 3, 2},
                                               {OpKind::PixelShuffle, 12, 2},
                                               {OpKind::PixelShuffle, 9, 3},
                                               {OpKind::PixelUnshuffle, 3, 2},
                                               {OpKind::PixelUnshuffle, 16, 2}})
        cases.push_back(spatial(fmt::format("{} {} by {}", info(op).name, channels, factor), op,
                                [op = op, channels = channels, factor = factor](Graph& g, int64_t r, int64_t c) {
                                    return g.scaled(op, operand(g, "x", picture(r, c, channels, factor)), factor);
                                }));
    cases.push_back(spatial("MaxPool", OpKind::MaxPool, [](Graph& g, int64_t r, int64_t c) {
        return g.scaled(OpKind::MaxPool, operand(g, "x", picture(r, c, 5, 2)), 2);
    }));
    for (const OpKind op : {OpKind::MaxPool, OpKind::SumPool}) // lines that fill no block
        cases.push_back(spatial(fmt::format("{} with a rest", info(op).name), op, [op](Graph& g, int64_t r, int64_t c) {
            SymbolicShape shape = picture(r, c, 5, 3);
            shape[2] = shape[2].plus(1);
            shape[3] = shape[3].plus(2);
            return g.scaled(op, operand(g, "x", shape), 3);
        }));
    for (const int axis : {0, 1, 2, 3})
        cases.push_back(
            spatial(fmt::format("Concat axis {}", axis), OpKind::Concat, [axis](Graph& g, int64_t r, int64_t c) {
                SymbolicShape a = picture(r, c, 3), b = a;
                b[static_cast<size_t>(axis)] = 2;
                return g.concat(operand(g, "a", a), operand(g, "b", b), axis);
            }));
    for (const auto& [axis, begin, count] : {std::tuple{1, 0, 2}, {1, 1, 2}, {1, 2, 1}, {0, 1, 1}, {3, 1, 1}})
        cases.push_back(spatial(fmt::format("Slice {} of axis {} from {}", count, axis, begin), OpKind::Slice,
                                [axis = axis, begin = begin, count = count](Graph& g, int64_t r, int64_t c) {
                                    return g.slice(operand(g, "x", picture(r, c, 3)), axis, begin, count);
                                }));
    cases.push_back(spatial("Permute", OpKind::Permute, [](Graph& g, int64_t r, int64_t c) {
        return g.permute(operand(g, "x", picture(r, c, 3)), {0, 2, 3, 1});
    }));
    cases.push_back(spatial("Permute all axes", OpKind::Permute, [](Graph& g, int64_t r, int64_t c) {
        return g.permute(operand(g, "x", picture(r, c, 3)), {3, 1, 0, 2});
    }));
    cases.push_back(spatial("Expand to a picture's channels", OpKind::Expand, [](Graph& g, int64_t r, int64_t c) {
        const NodeId x = operand(g, "x", picture(r, c, 5));
        return g.add(x, g.expand(operand(g, "bias", {5}), {0, 2, 3}, g.shape(x)));
    }));
    cases.push_back(spatial("Reduce to a picture's channels", OpKind::Reduce, [](Graph& g, int64_t r, int64_t c) {
        return g.reduce(operand(g, "x", picture(r, c, 5)), {0, 2, 3}, {0});
    }));
    return cases;
}

} // namespace

std::vector<OpCase> opCases() {
    std::vector<OpCase> cases = {
        unary(OpKind::Square),
        positive(OpKind::Sqrt),
        unary(OpKind::Exp),
        positive(OpKind::Log),
        kinked(OpKind::Abs, {0}),
        kinked(OpKind::Sign, {0}),
        kinked(OpKind::Step, {0}),
        unary(OpKind::Erf),
        unary(OpKind::Softplus),
        unary(OpKind::Sigmoid),
        unary(OpKind::Tanh),
        kinked(OpKind::Relu, {0}),
        kinked(OpKind::LeakyRelu, {0}, 0.1),
        within(kinked(OpKind::Elu, {0}, 1.0), 4e-6),
        unary(OpKind::Gelu),
        unary(OpKind::Silu),
        extreme(OpKind::Sigmoid),
        extreme(OpKind::Silu),
        extreme(OpKind::Tanh),
        extreme(OpKind::Softplus),
        {.name = "Affine",
         .op = OpKind::Affine,
         .build =
             [](Graph& g, int64_t r, int64_t c) {
                 return g.affine(operand(g, "x", {r, c}), -1.5, 0.25);
             }},
        {.name = "Clamp",
         .op = OpKind::Clamp,
         .build =
             [](Graph& g, int64_t r, int64_t c) {
                 return g.clamp(operand(g, "x", {r, c}), -0.5, 1.0);
             },
         .kinks = {-0.5, 1.0}},
        {.name = "Reshape",
         .op = OpKind::Reshape,
         .build =
             [](Graph& g, int64_t r, int64_t c) {
                 return g.unary(OpKind::Square, g.reshape(operand(g, "x", {r, c}), {r * c}));
             }},
        matMul(false, false),
        matMul(false, true),
        matMul(true, false),
        matMul(true, true),
        reduce("Reduce all", {0, 1, 2}, {}),
        reduce("Reduce mean", {0, 1, 2}, {0, 1, 2}),
        reduce("Reduce batch mean", {0, 1, 2}, {0}),
        reduce("Reduce columns", {0}, {}),
        reduce("Reduce rows", {1, 2}, {1}),
        reduce("Reduce both sides", {0, 2}, {0, 2}),
        expand("Expand scalar", {}, {0, 1, 2}, {0, 1, 2}),
        expand("Expand row", {3}, {0, 1}, {}),
        expand("Expand column", {-1}, {1, 2}, {2}),
        expand("Expand channel", {-2}, {0, 2}, {0}),
    };
    for (const OpKind op : {OpKind::Add, OpKind::Subtract, OpKind::Multiply, OpKind::Divide})
        for (OpCase& opCase : binary(op))
            cases.push_back(std::move(opCase));
    const auto append = [&](std::vector<OpCase> more) { std::ranges::move(more, std::back_inserter(cases)); };
    append(pictureOps());
    // Among pictures whose channels lie last, sums and copies that keep sample and channel.
    cases.push_back(within(spatial("Reduce places", OpKind::Reduce,
                                   [](Graph& g, int64_t r, int64_t c) {
                                       const NodeId x = operand(g, "x", picture(r, c, 3));
                                       return g.reduce(g.scaled(OpKind::UpsampleNearest, x, 2), {2, 3}, {2, 3});
                                   }),
                           2e-5));
    cases.push_back(within(spatial("Expand places", OpKind::Expand,
                                   [](Graph& g, int64_t r, int64_t c) {
                                       const NodeId x = operand(g, "x", picture(r, c, 3));
                                       const NodeId y = g.scaled(OpKind::UpsampleNearest, x, 2);
                                       return g.add(y, g.expand(operand(g, "s", {2, 3}), {2, 3}, g.shape(y)));
                                   }),
                           2e-5));
    append(convolutions(2, 3, 3, Window::same(3)));
    append(convolutions(1, 4, 3, Window::same(3, 2)));
    append(convolutions(3, 2, 4, Window::same(4, 2)));
    append(convolutions(2, 3, 2, Window::same(2, 2)));
    append(convolutions(3, 5, 1, {}));
    append(convolutions(16, 32, 1, {}));
    append(convolutions(3, 16, 1, {}));
    append(convolutions(16, 3, 1, {}));
    append(convolutions(1, 32, 1, {}));
    append(convolutions(24, 40, 1, {}));
    append(convolutions(2, 2, 5, {2, 1, 0})); // leaves lines at the end unseen
    append(convolutions(16, 32, 3, Window::same(3)));
    append(convolutions(32, 16, 3, Window::same(3, 2)));
    append(convolutions(16, 1, 3, Window::same(3))); // few outputs: dot products along the channels
    append(convolutions(48, 3, 5, Window::same(5)));
    append(convolutions(32, 4, 3, {1, 2, 0}));
    append(convolutions(48, 16, 3, Window::same(3))); // Winograd, vectors of channels left over
    append(convolutions(16, 48, 3, {1, 0, 0}));
    append(convolutions(16, 16, 3, {1, 2, 1}));
    return cases;
}

std::map<std::string, std::vector<double>> drawOperands(const OpCase& opCase, const Graph& graph, uint64_t seed) {
    std::map<std::string, std::vector<double>> values;
    uint64_t at = 0;
    for (const NodeId id : graph.parameters()) {
        const RandomStream stream(seed, 99, at++);
        std::vector<double>& list = values[graph.node(id).attributes.name];
        list.resize(static_cast<size_t>(evaluate(graph.shape(id), {}).value().elements()));
        for (size_t i = 0; i < list.size(); ++i) {
            list[i] = opCase.low + (opCase.high - opCase.low) * static_cast<double>(stream.uniform(i));
            for (const double kink : opCase.kinks)
                if (std::abs(list[i] - kink) < 0.05)
                    list[i] = kink + (list[i] < kink ? -0.06 : 0.06);
            list[i] = static_cast<double>(static_cast<float>(list[i])); // the same number in both precisions
        }
    }
    return values;
}

} // namespace hourglass::test
