#include <QtTest>

#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/models/DenseArchitecture.h"
#include "core/training/Evaluation.h"
#include "core/training/TrainingStep.h"
#include "tests/support/SmallRuns.h"

// What a family may ask for beyond a graph, and gets: scheduled scalars, data-dependent initialisation, edits after a
// step, metrics of its own. With a family that no registry knows.

using namespace hourglass;
using namespace hourglass::test;

namespace {

double ramp(const OptionValues&, int64_t step) {
    return std::min(1.0, static_cast<double>(step) / 4.0);
}

// Reconstruction + λ · mean |code|, λ (standing in objective.huber_delta) warmed up over four steps.
class PenalisedFamily final : public Family {
public:
    std::string_view id() const override { return "penalised"; }
    std::string_view label() const override { return "Penalised"; }
    std::string_view help() const override { return "For a test."; }
    std::vector<ScheduledScalar> scalars() const override { return {{"lambda", "objective.huber_delta", ramp}}; }
    int64_t initialisationSamples() const override { return 5; }
    void initialise(const ModelContext&, const Tensor& samples, ParameterStore& weights) const override {
        expects(samples.shape()[0] == initialisationSamples(), "{} samples", samples.shape()[0]);
        for (float& value : weights.values(lastBias(weights)))
            value = samples.values()[0];
    }
    bool afterStep(const StepEdit& edit) const override {
        for (float& value : edit.weights.values(lastBias(edit.weights)))
            value = static_cast<float>(edit.steps);
        for (const NamedArena& moment : edit.moments)
            if (moment.name == "m")
                std::fill(moment.values.begin(), moment.values.end(), 0.0f);
        return true;
    }
    void build(ModelBuilder& builder) const override {
        Graph& g = builder.graph();
        const NodeId code = builder.encode(builder.input()), logits = builder.decode(code);
        const NodeId reconstruction = builder.outputActivation(logits);
        builder.setCode(code);
        builder.setReconstruction(reconstruction);
        builder.addTerm("reconstruction", builder.reconstructionLoss(logits, reconstruction));
        const NodeId size = g.unary(OpKind::Abs, code);
        builder.addTerm("penalty", g.multiply(g.input("lambda", {}), g.reduceAll(size, {0, 1})));
        builder.addMetric("code_size", g.reduce(size, {1}));
    }

private:
    static std::string lastBias(const ParameterStore& weights) { return weights.layout().entries().back().name; }
};

struct Built {
    PenalisedFamily family;
    DenseArchitecture architecture;
    OptionValues options = smallExperiment({{"objective.huber_delta", 0.5}}).options();
    OpenedDataset data = smallPictures();
    std::shared_ptr<const Model> model = buildModel(family, architecture, options, data.dataset->sampleShape()).value();
    std::unique_ptr<Executor> executor = makeOneDnnExecutor();
    std::unique_ptr<TrainingStep> step = TrainingStep::create(model, options, {.executor = *executor}).value();
    Tensor batch = Tensor(Shape{16, 1, 6, 6});

    Built() {
        std::vector<int64_t> rows(16);
        std::iota(rows.begin(), rows.end(), int64_t{0});
        data.dataset->read(rows, batch.values());
    }
    double penalty() {
        step->run(16, batch.values(), batch.values()).value();
        return step->losses()[at("loss.penalty")];
    }
    size_t at(const std::string& name) const {
        const auto& names = step->lossNames();
        return static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    }
};

} // namespace

class TestFamily : public QObject {
    Q_OBJECT

private slots:
    void scalars_followTheirSchedule_withoutCompilingAgain() {
        Built built;
        QCOMPARE(built.penalty(), 0.0); // step 0: λ = 0
        built.step->optimizer().setSteps(2);
        const double half = built.penalty();
        built.step->optimizer().setSteps(4);
        const double whole = built.penalty();
        built.step->optimizer().setSteps(400);
        QVERIFY(half > 0);
        QVERIFY(std::abs(whole - 2 * half) < 1e-6 * whole);
        QCOMPARE(built.penalty(), whole);
        const double sum = built.step->losses()[built.at("loss.reconstruction")] + whole;
        QVERIFY(std::abs(built.step->losses()[built.at("loss")] - sum) < 1e-6 * sum);
    }

    void afterStep_editsWeightsAndMoments() {
        Built built;
        for (int i = 1; i <= 2; ++i) {
            built.penalty();
            built.step->update(1e-3);
            const auto& entry = built.model->layout->entries().back();
            QCOMPARE(std::as_const(built.step->weights()).values(entry.name)[0], static_cast<float>(i));
        }
        for (const NamedArena& arena : built.step->optimizer().arenas())
            QCOMPARE(std::all_of(arena.values.begin(), arena.values.end(), [](float v) { return v == 0; }),
                     arena.name == "m");
    }

    void metrics_averagedOverSamples_scalarsAtTheirFinalValues() {
        Built built;
        Evaluation evaluation(built.model, Precision::F32, ProgramCache(*built.executor));
        const auto batcher = evaluationBatcher(built.data.dataset, nullptr, 1);
        const MetricMap metrics =
            evaluation.measure(*batcher, *built.data.dataset, built.step->sharedWeights()).value().value();
        QVERIFY(metrics.at("code_size") > 0);
        // Codes have four elements: λ · mean |code| = 0.5 · code_size / 4. The reconstruction term sums over elements.
        const double penalty = 0.5 * metrics.at("code_size") / 4;
        const bool summed = built.options.text("objective.reduction") == "element_sum";
        const double expected = metrics.at(summed ? "mse_sum" : "mse") + penalty;
        QVERIFY2(std::abs(metrics.at("loss") - expected) < 1e-4 * expected,
                 qPrintable(QString("%1 %2").arg(metrics.at("loss")).arg(expected)));
    }

    void initialise_seesSamplesOfTheRows() {
        Built built;
        const std::vector<int64_t> rows = {7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
        initialiseFromData(*built.model, *built.data.dataset, rows, built.step->weights());
        std::vector<float> seventh(36);
        built.data.dataset->read(std::span(rows).first(1), seventh);
        const auto& entry = built.model->layout->entries().back();
        QCOMPARE(std::as_const(built.step->weights()).values(entry.name)[3], seventh[0]);
    }

    void memoryBudget_exceeded_saysWhatWouldHelp() {
        Built built;
        const auto arenas = static_cast<size_t>(trainingArenaBytes(*built.model, built.options));
        const auto none =
            TrainingStep::create(built.model, built.options, {.executor = *built.executor, .memoryBudget = arenas - 1});
        QCOMPARE(static_cast<int>(none.error().code()), static_cast<int>(ErrorCode::OutOfMemory));
        const auto tight =
            TrainingStep::create(built.model, built.options, {.executor = *built.executor, .memoryBudget = arenas + 64})
                .value();
        const auto ran = tight->run(16, built.batch.values(), built.batch.values());
        QCOMPARE(static_cast<int>(ran.error().code()), static_cast<int>(ErrorCode::OutOfMemory));
        QVERIFY2(ran.error().message().find("Make the batch smaller") != std::string::npos,
                 ran.error().message().c_str());
    }
};

QTEST_APPLESS_MAIN(TestFamily)
#include "tst_family.moc"
