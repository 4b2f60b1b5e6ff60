// Winograd's convolutions where they are hard: more tiles than a block takes, borders that are no whole tiles, both
// precisions, every activation, and any number of threads.

#include <QtTest>

#include <cmath>

#include "core/base/Parallel.h"
#include "core/base/Random.h"
#include "core/exec/kernels/Winograd.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/exec/reference/ReferenceExecutor.h"
#include "core/models/Layers.h"

using namespace hourglass;

namespace {

constexpr int64_t kBatch = 3, kChannels = 16, kOutputs = 32;

// A convolution, one with bias and activation, and both adjoints.
Graph convolutions(OpKind activation) {
    Graph graph;
    const NodeId x = graph.input("x", {Dim::n(), kChannels, Dim::h(), Dim::w()});
    const NodeId weights =
        graph.parameter("w", {kOutputs, kChannels, 3, 3}, {Initialisation::Kind::HeNormal, 9 * kChannels});
    const NodeId y = graph.convolve(x, weights, Window::same(3));
    const NodeId biased = addChannelBias(graph, graph.convolve(x, weights, Window::same(3)), "layer");
    graph.setOutput("y", graph.unary(activation, biased, 0.2));
    graph.setOutput("x", graph.convolveTransposed(y, weights, Window::same(3), graph.shape(x)));
    graph.setOutput("w", graph.convolveWeights(x, y, Window::same(3), graph.shape(weights)));
    return graph;
}

double relativeDifference(const Tensor& a, const Tensor& b) {
    double largest = 0, difference = 0;
    for (int64_t i = 0; i < a.elements(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(a.data()[i])));
        difference = std::max(difference, std::abs(static_cast<double>(a.data()[i] - b.data()[i])));
    }
    return difference / largest;
}

} // namespace

class TestWinograd : public QObject {
    Q_OBJECT

private slots:
    void manyTiles_agreeWithReference_data() {
        QTest::addColumn<int>("activation");
        QTest::addColumn<int>("precision");
        for (const OpKind op : {OpKind::Relu, OpKind::LeakyRelu, OpKind::Silu, OpKind::Sigmoid}) {
            QTest::addRow("%s f32", info(op).name.data()) << static_cast<int>(op) << static_cast<int>(Precision::F32);
            if (nativeBf16())
                QTest::addRow("%s bf16", info(op).name.data())
                    << static_cast<int>(op) << static_cast<int>(Precision::BF16);
        }
    }
    void manyTiles_agreeWithReference() {
#ifdef __SANITIZE_THREAD__
        QSKIP("libgomp is not instrumented: several OpenMP threads look like races");
#endif
        QFETCH(int, activation);
        QFETCH(int, precision);
        const Graph graph = convolutions(static_cast<OpKind>(activation));
        auto store = std::make_shared<ParameterStore>(std::make_shared<ArenaLayout>(graph));
        initialiseParameters(*store, 3);
        RandomStream(4).fillNormal(store->values("layer.bias"));
        Tensor input(Shape{kBatch, kChannels, 30, 31});
        RandomStream(5).fillNormal(input.values());
        const auto run = [&](Executor& executor, Precision in) {
            const CompileOptions options{.sizes = {.n = kBatch, .h = 30, .w = 31}, .precision = in};
            auto program = executor.compile(graph, store, options).value();
            program->bindInput("x", input.values());
            program->run();
            std::map<std::string, Tensor> outputs;
            for (const char* name : {"y", "x", "w"})
                outputs[name] = program->outputTensor(name);
            return outputs;
        };
        const auto expected = run(*makeReferenceExecutor(), Precision::F32);
        std::map<std::string, Tensor> single;
        for (const int threads : {1, 3, 7}) {
            const ComputeThreadsScope scope(threads);
            const auto found = run(*makeOneDnnExecutor(), static_cast<Precision>(precision));
            for (const auto& [name, tensor] : expected) {
                const double difference = relativeDifference(tensor, found.at(name));
                const double tolerance = static_cast<Precision>(precision) == Precision::F32 ? 2e-5 : 2e-2;
                QVERIFY2(difference <= tolerance, qPrintable(QString("%1: %2").arg(name.c_str()).arg(difference)));
            }
            if (threads == 1)
                single = found;
            for (const char* name : {"y", "x"}) // each of one block: the same bits, whoever computes it
                QVERIFY(std::ranges::equal(single.at(name).values(), found.at(name).values()));
        }
    }

    // Scratch is for the threads that have a block to compute.
    void scratch_isNoMoreThanBlocksNeed() {
#ifdef __SANITIZE_THREAD__
        QSKIP("libgomp is not instrumented: several OpenMP threads look like races");
#endif
        const ComputeThreadsScope scope(64);
        const auto small = planWinograd(Shape{1, 8, 8, 16}, Shape{1, 8, 8, 16}, 3, Window::same(3));
        QVERIFY(small && small->threads == small->blocks() && small->blocks() < 8);
        const auto large = planWinograd(Shape{8, 256, 256, 16}, Shape{8, 256, 256, 16}, 3, Window::same(3));
        QVERIFY(large && large->threads == 64);
    }
};

QTEST_APPLESS_MAIN(TestWinograd)
#include "tst_winograd.moc"
