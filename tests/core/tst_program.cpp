// What a compiled program promises besides right numbers: no allocation of ours, memory that never overlaps,
// cancellation, outputs with memory of their own.

#include <QDateTime>
#include <QtTest>

#include <atomic>
#include <cstdlib>
#include <new>

#include <dlfcn.h>

#include "core/base/Parallel.h"
#include "core/base/Random.h"
#include "core/exec/ProgramCache.h"
#include "core/exec/onednn/MemoryPlan.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/exec/reference/ReferenceExecutor.h"
#include "core/graph/Differentiate.h"
#include "core/models/Layers.h"
#include "core/models/Model.h"
#include "core/optim/Optimizer.h"
#include "tests/support/SmallRuns.h"

namespace {

std::atomic<bool> countAllocations = false;
std::atomic<int64_t> allocations = 0;

// Ours: called from this executable (core is linked into it) or through the C++ library; not from inside oneDNN or
// OpenMP.
bool isOurs(void* caller) {
    Dl_info info{};
    if (dladdr(caller, &info) == 0 || info.dli_fname == nullptr)
        return true;
    const std::string_view name = info.dli_fname;
    return name.find("libdnnl") == std::string_view::npos && name.find("libgomp") == std::string_view::npos;
}

void* allocate(std::size_t size, std::size_t alignment, void* caller) {
    if (countAllocations && isOurs(caller))
        ++allocations;
    void* memory = alignment == 0 ? std::malloc(size)
                                  : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory == nullptr)
        throw std::bad_alloc();
    return memory;
}

} // namespace

void* operator new(std::size_t size) {
    return allocate(size, 0, __builtin_return_address(0));
}
void* operator new[](std::size_t size) {
    return allocate(size, 0, __builtin_return_address(0));
}
// std::stable_sort asks this way; a sanitizer's own version must not be mixed with our operator delete.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return allocate(size, 0, __builtin_return_address(0));
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return allocate(size, 0, __builtin_return_address(0));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return allocate(size, static_cast<std::size_t>(alignment), __builtin_return_address(0));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return allocate(size, static_cast<std::size_t>(alignment), __builtin_return_address(0));
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

using namespace hourglass;
using namespace hourglass::test;

class TestProgram : public QObject {
    Q_OBJECT

private slots:
    void trainingSteps_allocateNothing_data() {
        QTest::addColumn<int>("precision");
        QTest::addColumn<QString>("architecture");
        for (const Architecture* architecture : architectures()) {
            const QString id = QString::fromUtf8(architecture->id());
            QTest::addRow("%s f32", qPrintable(id)) << static_cast<int>(Precision::F32) << id;
            if (nativeBf16())
                QTest::addRow("%s bf16", qPrintable(id)) << static_cast<int>(Precision::BF16) << id;
        }
    }
    void trainingSteps_allocateNothing() {
        QFETCH(int, precision);
        QFETCH(QString, architecture);
        Experiment experiment = Experiment::create("denoising", architecture.toStdString()).value();
        experiment.set("optimizer.clip_norm", 1.0).value();
        experiment.set("optimizer.ema_decay", 0.99).value();
        if (architecture == "dense")
            experiment.set("model.activation", "gelu").value();
        const auto model = buildModel(experiment.options(), Shape{1, 8, 8}).value();
        auto store = std::make_shared<ParameterStore>(model->layout);
        initialiseParameters(*store, 1);
        AlignedBuffer<float> gradients(static_cast<size_t>(model->layout->floats()));
        const auto executor = makeOneDnnExecutor();
        Optimizer optimizer(experiment.options(), store, gradients.span());
        const auto program = executor
                                 ->compile(model->training, store,
                                           {.sizes = model->sizes(16), .precision = static_cast<Precision>(precision)})
                                 .value();
        std::vector<float> batch(16 * 64, 0.5f);
        program->bindInput("input", batch);
        program->bindInput("target", batch);
        for (const ArenaLayout::Entry& entry : model->layout->entries())
            program->bindOutput(program->outputSlot("grad." + entry.name), gradients.data() + entry.offset);
        const auto step = [&] {
            program->run();
            optimizer.step(1e-3);
        };
        step(); // the first may set things up
        allocations = 0;
        countAllocations = true;
        for (int i = 0; i < 100; ++i)
            step();
        countAllocations = false;
        QCOMPARE(allocations.load(), 0);
        countAllocations = true; // the counter does count
        const std::vector<int> seen(QDateTime::currentMSecsSinceEpoch() > 0 ? 1000 : 0);
        countAllocations = false;
        QVERIFY(seen.size() == 1000 && allocations > 0);
    }

    void memoryPlan_neverOverlapsWhatLivesTogether() {
        const RandomStream random(3);
        for (uint64_t round = 0; round < 200; ++round) {
            std::vector<onednn::BufferRequest> requests;
            for (uint64_t i = 0; i < 30; ++i) {
                const auto draw = [&](uint64_t k, uint32_t bound) {
                    return static_cast<int>(random.below(round * 100 + i * 3 + k, bound));
                };
                const int first = draw(0, 20);
                requests.push_back({1 + draw(1, 1000), first, first + draw(2, 6)});
            }
            const onednn::MemoryPlan plan = onednn::planMemory(requests);
            int64_t sum = 0;
            for (size_t a = 0; a < requests.size(); ++a) {
                QCOMPARE(plan.offsets[a] % 64, 0);
                QVERIFY(plan.offsets[a] + requests[a].bytes <= plan.bytes);
                sum += (requests[a].bytes + 63) / 64 * 64;
                for (size_t b = 0; b < a; ++b) {
                    const bool together =
                        requests[a].firstUse <= requests[b].lastUse && requests[b].firstUse <= requests[a].lastUse;
                    const bool apart = plan.offsets[a] + requests[a].bytes <= plan.offsets[b] ||
                                       plan.offsets[b] + requests[b].bytes <= plan.offsets[a];
                    QVERIFY(!together || apart);
                }
            }
            QVERIFY(plan.bytes < sum); // memory is shared at all
        }
    }

    // A training step with all gradients on both executors, through the Program interface.
    void bothExecutors_agreeOnATrainingStep() {
        const auto model =
            buildModel(smallExperiment({{"model.activation", "silu"}, {"objective.loss", "bce"}}).options(),
                       Shape{1, 6, 6})
                .value();
        auto store = std::make_shared<ParameterStore>(model->layout);
        initialiseParameters(*store, 1);
        std::vector<float> batch(5 * 36);
        RandomStream(2).fillUniform(batch);
        std::map<std::string, Tensor> results[2];
        const std::unique_ptr<Executor> executors[2] = {makeReferenceExecutor(), makeOneDnnExecutor()};
        for (int i = 0; i < 2; ++i) {
            const auto program = executors[i]->compile(model->training, store, {.sizes = {.n = 5}}).value();
            program->bindInput("input", batch);
            program->bindInput("target", batch);
            QVERIFY(program->run() == RunOutcome::Done);
            for (const auto& [name, id] : model->training.outputs())
                results[i][name] = program->outputTensor(name);
        }
        for (const auto& [name, reference] : results[0])
            for (int64_t k = 0; k < reference.elements(); ++k) {
                const float a = reference.data()[k], b = results[1].at(name).data()[k];
                QVERIFY2(std::abs(a - b) <= 1e-5f * (1 + std::abs(a)), name.c_str());
            }
    }

    // A gradient that an activation only lets pass or not is kept in bf16, unless somebody wants to see it: nothing
    // that follows from it may change by that.
    void gatedGradient_keptInBf16_changesNothing() {
        if (!nativeBf16())
            QSKIP("This processor does not compute in bf16.");
        const auto gradients = [](bool isSeen) {
            Graph g;
            const NodeId x = g.input("x", {48, 40});
            const auto layer = [&](NodeId in, const char* name, int64_t from, int64_t to) {
                return g.matMul(in, g.parameter(name, {to, from}, {Initialisation::Kind::HeNormal, from, to}), false,
                                true);
            };
            const NodeId h = g.unary(OpKind::Relu, g.add(layer(x, "w1", 40, 56), g.parameter("b1", {56})));
            const NodeId loss = g.reduceAll(g.unary(OpKind::Square, g.subtract(layer(h, "w2", 56, 40), x)));
            const std::vector<NodeId> parameters = g.parameters();
            const std::vector<NodeId> gradient = differentiate(g, loss, parameters);
            g.setOutput("loss", loss);
            for (size_t i = 0; i < parameters.size(); ++i)
                g.setOutput(g.node(parameters[i]).attributes.name, gradient[i]);
            bool isFound = false;
            for (const Node& node : std::vector<Node>(g.nodes().begin(), g.nodes().end()))
                if (node.op == OpKind::Multiply)
                    for (const NodeId operand : node.inputs)
                        if (g.node(operand).op == OpKind::MatMul && !isFound) {
                            isFound = true;
                            if (isSeen)
                                g.setOutput("seen", operand);
                        }
            expects(isFound, "no product is gated");
            const auto store = std::make_shared<ParameterStore>(std::make_shared<ArenaLayout>(g));
            initialiseParameters(*store, 3);
            const auto executor = makeOneDnnExecutor();
            const auto program = executor->compile(g, store, {.precision = Precision::BF16}).value();
            Tensor values({48, 40});
            RandomStream(4).fillNormal(values.values());
            program->bindInput("x", values.values());
            program->run();
            std::map<std::string, std::vector<float>> result;
            for (const char* name : {"loss", "w1", "b1", "w2"}) {
                const std::span<const float> output = program->output(program->outputSlot(name));
                result[name].assign(output.begin(), output.end());
            }
            return std::pair(result, program->workspaceBytes());
        };
        const auto [hidden, hiddenBytes] = gradients(false);
        const auto [seen, seenBytes] = gradients(true);
        QVERIFY(hidden == seen);
        QVERIFY(hiddenBytes < seenBytes); // else it was not kept in bf16, and nothing was tested
    }

    // Copies made of parameters are kept until those change: bf16 ones, and Winograd's transformed kernels.
    void changedParameters_areSeenByTheNextRun_data() {
        QTest::addColumn<int>("precision");
        QTest::addColumn<bool>("isConvolution");
        for (const bool isConvolution : {false, true}) {
            const char* name = isConvolution ? "convolution" : "product";
            QTest::addRow("%s f32", name) << static_cast<int>(Precision::F32) << isConvolution;
            if (nativeBf16())
                QTest::addRow("%s bf16", name) << static_cast<int>(Precision::BF16) << isConvolution;
        }
    }
    void changedParameters_areSeenByTheNextRun() {
        QFETCH(int, precision);
        QFETCH(bool, isConvolution);
        Graph graph;
        if (isConvolution)
            graph.setOutput("y", graph.convolve(graph.input("x", {1, 16, 8, 8}), graph.parameter("w", {16, 16, 3, 3}),
                                                Window::same(3)));
        else
            graph.setOutput("y", graph.matMul(graph.input("x", {2, 8}), graph.parameter("w", {4, 8}), false, true));
        auto store = std::make_shared<ParameterStore>(std::make_shared<ArenaLayout>(graph));
        const auto program =
            makeOneDnnExecutor()->compile(graph, store, {.precision = static_cast<Precision>(precision)}).value();
        const std::vector<float> ones(1024, 1.0f);
        program->bindInput("x", std::span(ones).first(isConvolution ? 1024 : 16));
        const float terms = isConvolution ? 144 : 8; // of an element inside
        for (const float value : {1.0f, 2.0f}) {
            std::ranges::fill(store->values("w"), value);
            store->touch();
            for (int run = 0; run < 2; ++run) { // the second with what the first has kept
                program->run();
                QCOMPARE(program->output(program->outputSlot("y"))[isConvolution ? 27 : 3], terms * value);
            }
        }
    }

    // Two programs in one workspace, of which the second makes it grow, and so move.
    void sharedWorkspace_servesProgramsInTurn() {
        const auto model = buildModel(smallExperiment().options(), Shape{1, 6, 6}).value();
        auto store = std::make_shared<ParameterStore>(model->layout);
        initialiseParameters(*store, 1);
        std::vector<float> batch(64 * 36);
        RandomStream(2).fillUniform(batch);
        const auto executor = makeOneDnnExecutor();
        const auto compile = [&](int64_t rows, std::shared_ptr<Workspace> workspace) {
            auto program = executor
                               ->compile(model->evaluation, store,
                                         {.sizes = model->sizes(rows), .workspace = std::move(workspace)})
                               .value();
            for (const char* name : {"input", "target"})
                program->bindInput(name, std::span(batch).first(static_cast<size_t>(rows * 36)));
            return program;
        };
        const auto result = [](Program& program) {
            program.run();
            return program.outputTensor("reconstruction");
        };
        const auto workspace = std::make_shared<Workspace>();
        const auto few = compile(3, workspace);
        const size_t before = workspace->bytes();
        const auto many = compile(64, workspace);
        QVERIFY(before > 0 && workspace->bytes() > before);
        QCOMPARE(few->workspaceBytes(), size_t{0}); // nothing of its own
        for (int turn = 0; turn < 2; ++turn)
            for (const auto& [program, rows] : {std::pair(few.get(), 3), {many.get(), 64}}) {
                const Tensor alone = result(*compile(rows, nullptr)), shared = result(*program);
                QVERIFY(std::ranges::equal(alone.values(), shared.values()));
            }
    }

    // Between the steps of a training, copies of parameters are out of date before they are used again.
    void programsWithinATraining_keepNothing() {
        Graph graph;
        graph.setOutput("y", graph.convolve(graph.input("x", {1, 16, 8, 8}), graph.parameter("w", {16, 16, 3, 3}),
                                            Window::same(3)));
        const auto store = std::make_shared<ParameterStore>(std::make_shared<ArenaLayout>(graph));
        const auto executor = makeOneDnnExecutor();
        ProgramCache alone(*executor), within(*executor, std::make_shared<Workspace>());
        QVERIFY(alone.get(graph, store, {}).value()->workspaceBytes() > 0);
        QCOMPARE(within.get(graph, store, {}).value()->workspaceBytes(), size_t{0});
    }

    // A pass over what nobody reads afterwards writes where it read.
    void passes_workInPlace() {
        const auto bytesOf = [](bool keepsProduct) {
            Graph graph;
            const NodeId product = graph.matMul(graph.input("x", {512, 16}), graph.parameter("w", {16, 16}));
            graph.setOutput("y", graph.unary(OpKind::Square, product));
            if (keepsProduct)
                graph.setOutput("product", product);
            auto store = std::make_shared<ParameterStore>(std::make_shared<ArenaLayout>(graph));
            return makeOneDnnExecutor()->compile(graph, store, {}).value()->workspaceBytes();
        };
        constexpr size_t kOne = 512 * 16 * sizeof(float);
        QVERIFY(bytesOf(false) < 2 * kOne); // the product's own scratch is little
        QVERIFY(bytesOf(true) >= 2 * kOne);
    }

    void outputsOfOneNode_haveMemoryOfTheirOwn() {
        Graph graph;
        const NodeId x = graph.input("x", {3});
        const NodeId y = graph.scale(x, 2.0);
        graph.setOutput("a", y);
        graph.setOutput("b", y);
        graph.setOutput("same", x);
        const auto program = makeOneDnnExecutor()->compile(graph, nullptr, {}).value();
        const std::vector<float> input = {1, 2, 3};
        std::vector<float> a(3), b(3);
        program->bindInput("x", input);
        program->bindOutput(program->outputSlot("a"), a.data());
        program->bindOutput(program->outputSlot("b"), b.data());
        program->run();
        QCOMPARE(a, (std::vector<float>{2, 4, 6}));
        QCOMPARE(b, a);
        QCOMPARE(program->output(program->outputSlot("same"))[2], 3.0f);
    }

    void stopRequest_cancels_andBudget_refuses() {
        const auto model = buildModel(smallExperiment().options(), Shape{1, 6, 6}).value();
        auto store = std::make_shared<ParameterStore>(model->layout);
        const auto executor = makeOneDnnExecutor();
        const auto program = executor->compile(model->autoencoder, store, {.sizes = {.n = 3}}).value();
        const std::vector<float> batch(3 * 36);
        program->bindInput("input", batch);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(program->run(stop.get_token()) == RunOutcome::Cancelled);
        const auto refused = executor->compile(model->training, store, {.sizes = {.n = 4096}, .memoryBudget = 1 << 20});
        QVERIFY(!refused);
        QCOMPARE(static_cast<int>(refused.error().code()), static_cast<int>(ErrorCode::OutOfMemory));
    }

    void impossibleSize_isAnError_data() {
        QTest::addColumn<int>("height");
        QTest::addColumn<QString>("complaint");
        QTest::newRow("fits") << 18 << "";
        QTest::newRow("odd") << 15 << "H = 15 is not a multiple of 2";
        QTest::newRow("not in three") << 16 << "H = 16 is not a multiple of 3"; // a second demand beside the first
    }
    void impossibleSize_isAnError() {
        QFETCH(int, height);
        QFETCH(QString, complaint);
        Graph graph;
        const Dim size = Dim::h().dividedBy(2).times(2).dividedBy(3).times(3);
        graph.setOutput("y", graph.scale(graph.input("x", {Dim::n(), 1, size, 4}), 2.0));
        const auto compiled = makeOneDnnExecutor()->compile(graph, nullptr, {.sizes = {.n = 1, .h = height, .w = 1}});
        QCOMPARE(compiled.ok(), complaint.isEmpty());
        if (!compiled)
            QVERIFY2(QString::fromStdString(compiled.error().message()).contains(complaint),
                     compiled.error().message().c_str());
    }

    // A chain longer than one strip pass holds, whose links all read one input in two ways.
    void longChains_areCutIntoPasses() {
        Graph graph;
        const NodeId x = graph.input("x", {40, 40});
        NodeId y = x;
        std::vector<NodeId> rows;
        for (int i = 0; i < 40; ++i)
            rows.push_back(graph.input(fmt::format("row{}", i), {40}));
        for (const NodeId row : rows)
            y = graph.add(graph.multiply(y, row), graph.multiply(graph.constant(0.5), x));
        graph.setOutput("y", y);
        std::vector<float> values(1600), ones(40, 1.0f);
        RandomStream(6).fillUniform(values);
        const auto program = makeOneDnnExecutor()->compile(graph, nullptr, {}).value();
        program->bindInput("x", values);
        for (size_t i = 0; i < rows.size(); ++i)
            program->bindInput(fmt::format("row{}", i), ones);
        program->run();
        const std::span<const float> result = program->output(program->outputSlot("y"));
        for (size_t i = 0; i < values.size(); ++i)
            QVERIFY(std::abs(result[i] - 21 * values[i]) < 1e-4f);
    }

    // Which threads have a share of a short loop, for scratch of their own.
    void parallelFor_sharesOutByThreads() {
#ifdef __SANITIZE_THREAD__
        QSKIP("libgomp is not instrumented: several OpenMP threads look like races");
#endif
        const ComputeThreadsScope scope(5);
        QCOMPARE(computeThreads(), 5);
        for (const int64_t chunks : {1, 3, 5, 12}) {
            std::vector<std::atomic<int>> visits(static_cast<size_t>(chunks));
            std::atomic<int> highest = 0;
            parallelFor(chunks, 1, [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i)
                    ++visits[static_cast<size_t>(i)];
                int seen = highest;
                while (computeThread() > seen && !highest.compare_exchange_weak(seen, computeThread()))
                    ;
            });
            QVERIFY(std::ranges::all_of(visits, [](const auto& count) { return count == 1; }));
            QCOMPARE(highest + 1, threadsFor(chunks));
        }
    }
};

QTEST_APPLESS_MAIN(TestProgram)
#include "tst_program.moc"
