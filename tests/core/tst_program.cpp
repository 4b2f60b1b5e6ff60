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
#include "core/exec/onednn/MemoryPlan.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/exec/reference/ReferenceExecutor.h"
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
    // More tiles than a block takes, at borders that are not whole tiles, and with several threads.
    void winograd_manyTiles_agreeWithReference() {
#ifdef __SANITIZE_THREAD__
        QSKIP("libgomp is not instrumented: several OpenMP threads look like races");
#endif
        Graph graph;
        const NodeId x = graph.input("x", {Dim::n(), 16, Dim::h(), Dim::w()});
        const NodeId weights = graph.parameter("w", {32, 16, 3, 3}, {Initialisation::Kind::HeNormal, 144});
        const NodeId y = graph.convolve(x, weights, Window::same(3));
        const NodeId activated = graph.convolve(x, weights, Window::same(3)); // one of its own takes bias and ReLU in
        graph.setOutput("y", graph.unary(OpKind::Relu, addChannelBias(graph, activated, "layer")));
        graph.setOutput("x", graph.convolveTransposed(y, weights, Window::same(3), graph.shape(x)));
        graph.setOutput("w", graph.convolveWeights(x, y, Window::same(3), graph.shape(weights)));
        auto store = std::make_shared<ParameterStore>(std::make_shared<ArenaLayout>(graph));
        initialiseParameters(*store, 3);
        RandomStream(4).fillNormal(store->values("layer.bias"));
        const CompileOptions options{.sizes = {.n = 3, .h = 30, .w = 31}};
        Tensor input(Shape{3, 16, 30, 31});
        RandomStream(5).fillNormal(input.values());
        const auto run = [&](Executor& executor) {
            auto program = executor.compile(graph, store, options).value();
            program->bindInput("x", input.values());
            program->run();
            return program;
        };
        const auto reference = makeReferenceExecutor();
        const auto expected = run(*reference);
        for (const int threads : {1, 3}) {
            setComputeThreads(threads);
            const auto fast = makeOneDnnExecutor();
            const auto program = run(*fast);
            for (const char* name : {"y", "x", "w"}) {
                const Tensor a = expected->outputTensor(name), b = program->outputTensor(name);
                float largest = 0, difference = 0;
                for (int64_t i = 0; i < a.elements(); ++i) {
                    largest = std::max(largest, std::abs(a.data()[i]));
                    difference = std::max(difference, std::abs(a.data()[i] - b.data()[i]));
                }
                QVERIFY2(difference <= 2e-5f * largest,
                         qPrintable(QString("%1: %2 of %3").arg(name).arg(difference).arg(largest)));
            }
        }
        setComputeThreads(0);
    }

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
        const auto optimizer = Optimizer::create(experiment.options(), *executor, store, gradients.span()).value();
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
            optimizer->step(1e-3);
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

    void changedParameters_areSeenByTheNextRun() {
        if (!nativeBf16())
            QSKIP("needs bf16: only there are copies kept");
        Graph graph;
        const NodeId x = graph.input("x", {Dim::n(), 8});
        graph.setOutput("y", graph.matMul(x, graph.parameter("w", {4, 8}), false, true));
        auto store = std::make_shared<ParameterStore>(std::make_shared<ArenaLayout>(graph));
        const auto program =
            makeOneDnnExecutor()->compile(graph, store, {.sizes = {.n = 2}, .precision = Precision::BF16}).value();
        const std::vector<float> ones(16, 1.0f);
        program->bindInput("x", ones);
        for (const float value : {1.0f, 2.0f}) {
            std::ranges::fill(store->values("w"), value);
            store->touch();
            program->run();
            QCOMPARE(program->output(program->outputSlot("y"))[3], 8 * value);
        }
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

    void impossibleSize_isAnError() {
        Graph graph;
        const NodeId x = graph.input("x", {Dim::n(), 1, Dim::h().dividedBy(2).times(2), 4});
        graph.setOutput("y", graph.scale(x, 2.0));
        const auto executor = makeOneDnnExecutor();
        QVERIFY(executor->compile(graph, nullptr, {.sizes = {.n = 1, .h = 6, .w = 1}}).ok());
        const auto odd = executor->compile(graph, nullptr, {.sizes = {.n = 1, .h = 7, .w = 1}});
        QVERIFY(!odd);
        QVERIFY(odd.error().message().find("H = 7 is not a multiple of 2") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestProgram)
#include "tst_program.moc"
