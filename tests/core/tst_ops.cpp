// Every op: its reference against its gradient by central differences, and oneDNN against the reference in both
// precisions. Cases are in tests/support/OpCases.cpp.

#include <QtTest>

#include <cmath>
#include <set>

#include "core/base/Random.h"
#include "core/exec/onednn/Fusion.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/graph/Differentiate.h"
#include "tests/support/GraphChecks.h"
#include "tests/support/OpCases.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

// The case's result contracted with a random cotangent, so that every element of the gradient counts, and its gradient.
Graph withGradients(const OpCase& opCase, int64_t rows, int64_t columns) {
    Graph graph;
    const NodeId y = opCase.build(graph, rows, columns);
    graph.setOutput("y", y);
    const NodeId cotangent = graph.input("cotangent", graph.shape(y));
    const NodeId loss = graph.reduceAll(graph.multiply(y, cotangent));
    graph.setOutput("loss", loss);
    const std::vector<NodeId> parameters = graph.parameters();
    const std::vector<NodeId> gradients = differentiate(graph, loss, parameters);
    for (size_t i = 0; i < parameters.size(); ++i)
        graph.setOutput("grad." + graph.node(parameters[i]).attributes.name, gradients[i]);
    return graph;
}

void drawCotangent(const Graph& graph, Values& values) {
    std::vector<double>& list = values["cotangent"];
    list.resize(static_cast<size_t>(evaluate(graph.shape(graph.output("y")), {}).value().elements()));
    const RandomStream stream(5, 98);
    for (size_t i = 0; i < list.size(); ++i)
        list[i] = static_cast<double>(stream.uniform(i) + 0.25f);
}

} // namespace

class TestOps : public QObject {
    Q_OBJECT

private slots:
    void everyOp_hasACase() {
        std::set<OpKind> covered = {OpKind::Input, OpKind::Parameter, OpKind::Constant, OpKind::StopGradient};
        for (const OpCase& opCase : opCases())
            covered.insert(opCase.op);
        for (const OpInfo& op : allOps())
            QVERIFY2(covered.contains(op.kind), op.name.data());
    }

    void gradient_matchesCentralDifferences_data() { addCases(); }
    void gradient_matchesCentralDifferences() {
        QFETCH(int, number);
        const OpCase opCase = opCases()[static_cast<size_t>(number)];
        const Graph graph = withGradients(opCase, 3, 5);
        Values values = drawOperands(opCase, graph, 1);
        drawCotangent(graph, values);
        const std::string wrong = wrongGradient(graph, {}, values, 20);
        QVERIFY2(wrong.empty(), wrong.c_str());
    }

    void oneDnn_matchesReference_data() { addCases(); }
    void oneDnn_matchesReference() {
        QFETCH(int, number);
        const OpCase opCase = opCases()[static_cast<size_t>(number)];
        for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{1, 1}, {3, 7}, {5, 33}, {2, 515}, {130, 67}}) {
            const Graph graph = withGradients(opCase, rows, columns);
            Values values = drawOperands(opCase, graph, 2);
            drawCotangent(graph, values);
            const auto expected = reference::evaluate(graph, {}, values);
            compare(expected, runOneDnn(graph, values, {}), opCase.f32Tolerance * 4);
            if (nativeBf16()) // operands of products carry 8 significant bits
                compareNorms(expected, runOneDnn(graph, values, {.precision = Precision::BF16}),
                             onednn::isProduct(opCase.op) ? 0.006 : 4e-5);
        }
    }

    // Two layers with every kind of fusion around them, as one graph with all gradients.
    void network_oneDnnMatchesReference_data() {
        QTest::addColumn<int>("activation");
        for (const OpKind op :
             {OpKind::Relu, OpKind::LeakyRelu, OpKind::Elu, OpKind::Gelu, OpKind::Silu, OpKind::Sigmoid, OpKind::Tanh})
            QTest::newRow(info(op).name.data()) << static_cast<int>(op);
    }
    void network_oneDnnMatchesReference() {
        QFETCH(int, activation);
        const auto op = static_cast<OpKind>(activation);
        const OpCase network{
            .name = "network",
            .op = op,
            .build =
                [op](Graph& g, int64_t rows, int64_t columns) {
                    const NodeId x = g.parameter("x", {rows, columns});
                    const NodeId h = g.unary(
                        op, g.add(g.matMul(x, g.parameter("w1", {9, columns}), false, true), g.parameter("b1", {9})),
                        0.2);
                    const NodeId y =
                        g.unary(OpKind::Sigmoid, g.add(g.matMul(h, g.parameter("w2", {columns, 9}), false, true),
                                                       g.parameter("b2", {columns})));
                    return g.unary(OpKind::Square, g.subtract(y, x));
                },
            .low = -0.6,
            .high = 0.6};
        // In bf16 a pre-activation near zero can change sides, and with it the slope of the kinked ones.
        const bool kinked = op == OpKind::Relu || op == OpKind::LeakyRelu || op == OpKind::Elu;
        for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{1, 21}, {6, 21}, {33, 21}, {40, 301}}) {
            const Graph graph = withGradients(network, rows, columns);
            Values values = drawOperands(network, graph, 3);
            drawCotangent(graph, values);
            const auto expected = reference::evaluate(graph, {}, values);
            compare(expected, runOneDnn(graph, values, {}), 2e-5);
            if (nativeBf16())
                compareNorms(expected, runOneDnn(graph, values, {.precision = Precision::BF16}), kinked ? 0.1 : 0.03);
        }
    }

private:
    static void addCases() {
        QTest::addColumn<int>("number");
        const std::vector<OpCase> cases = opCases();
        for (size_t i = 0; i < cases.size(); ++i)
            QTest::newRow(cases[i].name.c_str()) << static_cast<int>(i);
    }

    // ‖found − reference‖ / ‖reference‖ of each tensor. The scalar loss is left out: its terms cancel.
    static void compareNorms(const std::map<std::string, reference::Array>& expected,
                             const std::map<std::string, Tensor>& found, double tolerance) {
        for (const auto& [name, array] : expected) {
            if (name == "loss")
                continue;
            double difference = 0.0, norm = 0.0;
            for (size_t i = 0; i < array.values.size(); ++i) {
                difference += std::pow(static_cast<double>(found.at(name).values()[i]) - array.values[i], 2);
                norm += std::pow(array.values[i], 2);
            }
            QVERIFY2(std::sqrt(difference) <= tolerance * std::sqrt(norm) + 1e-6,
                     qPrintable(QString("%1 of %2: relative error %3")
                                    .arg(name.c_str())
                                    .arg(array.shape.toString().c_str())
                                    .arg(std::sqrt(difference / norm))));
        }
    }

    static void compare(const std::map<std::string, reference::Array>& expected,
                        const std::map<std::string, Tensor>& found, double tolerance) {
        const std::string wrong = wrongOutput(expected, found, tolerance, Scale::Tensor);
        QVERIFY2(wrong.empty(), wrong.c_str());
    }
};

QTEST_APPLESS_MAIN(TestOps)
#include "tst_ops.moc"
