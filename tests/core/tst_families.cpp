// Each family's mathematics: gradients of the whole loss, closed forms, and what goes wrong where nothing guards it.

#include <QtTest>

#include <cmath>

#include "core/base/Random.h"
#include "core/models/CodeColumns.h"
#include "core/models/VariationalFamily.h"
#include "tests/support/GraphChecks.h"
#include "tests/support/SmallModels.h"
#include "tests/support/SmallTraining.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

constexpr int64_t kRows = 5;

// Values for everything that a graph reads: weights, samples in [0, 1], standard normals, 0.75 for scalars.
Values valuesFor(const Graph& graph, const LoadedModel& loaded) {
    Values values;
    uint64_t place = 0;
    for (const NodeId id : graph.nodesOf(OpKind::Input)) {
        const std::string& name = graph.node(id).attributes.name;
        const Shape shape = evaluate(graph.shape(id), loaded.model->sizes(kRows)).value();
        std::vector<float> drawn(static_cast<size_t>(shape.elements()), 0.75f);
        const RandomStream stream(11, place++);
        if (name.starts_with(kRandomInput))
            stream.fillNormal(drawn);
        else if (shape.rank() > 0)
            stream.fillUniform(drawn);
        values[name] = {drawn.begin(), drawn.end()};
    }
    for (const NodeId id : graph.parameters()) {
        const std::string& name = graph.node(id).attributes.name;
        const std::span<const float> weights = std::as_const(*loaded.weights).values(name);
        values[name] = {weights.begin(), weights.end()};
    }
    return values;
}

double scalar(const Graph& graph, const LoadedModel& loaded, const Values& values, const std::string& output) {
    return reference::evaluate(graph.pruned({output}), loaded.model->sizes(kRows), values).at(output).values.at(0);
}

// Every weight zero and the encoder's last bias as given: codes that do not depend on the sample.
LoadedModel constantCode(const std::string& family, const Settings& settings, const std::vector<float>& bias) {
    Settings all = {{"model.layers", Json::array()}};
    all.insert(all.end(), settings.begin(), settings.end());
    LoadedModel loaded = smallModel(family, "dense", all, Shape{1, 2, 3});
    std::ranges::fill(loaded.weights->arena(), 0.0f);
    std::ranges::copy(bias, loaded.weights->values("encoder.0.bias").begin());
    return loaded;
}

struct FamilyCase {
    const char* name;
    const char* family;
    const char* architecture;
    Settings settings;
};

// Smooth activations: differences do not cross kinks.
std::vector<FamilyCase> familyCases() {
    const Settings dense = {{"model.layers", {6}}, {"model.code_size", 3}, {"model.activation", "gelu"}};
    const Settings convolutional = {{"model.layers", {4}}, {"model.code_size", 3}, {"model.activation", "silu"}};
    const auto with = [](Settings base, const Settings& more) {
        base.insert(base.end(), more.begin(), more.end());
        return base;
    };
    return {{"sparse kl", "sparse", "dense", dense},
            {"sparse l1", "sparse", "dense", with(dense, {{"objective.sparsity", "l1"}})},
            {"sparse kl, mean, spatial", "sparse", "convolutional",
             with(convolutional, {{"model.code", "spatial"}, {"objective.reduction", "element_mean"}})},
            {"contractive exact", "contractive", "dense", with(dense, {{"objective.contracts", "code"}})},
            {"contractive estimate", "contractive", "dense",
             with(dense, {{"objective.contracts", "code"}, {"objective.jacobian", "estimate"}})},
            {"contractive convolutional", "contractive", "convolutional",
             with(convolutional, {{"objective.contracts", "code"}})},
            {"contractive spatial, mean", "contractive", "convolutional",
             with(convolutional, {{"model.code", "spatial"}, {"objective.reduction", "element_mean"}})},
            {"contractive reconstruction", "contractive", "dense",
             with(dense, {{"objective.contracts", "reconstruction"}})},
            {"variational bce", "variational", "dense", dense},
            {"variational gaussian", "variational", "dense", with(dense, {{"objective.loss", "mse"}})},
            {"variational learnt variance, mean", "variational", "dense",
             with(dense, {{"objective.loss", "gaussian"}, {"objective.reduction", "element_mean"}})},
            {"variational free bits", "variational", "dense", with(dense, {{"objective.free_bits", 0.02}})},
            {"variational convolutional", "variational", "convolutional", convolutional},
            {"variational spatial", "variational", "convolutional", with(convolutional, {{"model.code", "spatial"}})}};
}

LoadedModel modelOf(const FamilyCase& familyCase) {
    return smallModel(familyCase.family, familyCase.architecture, familyCase.settings, Shape{1, 4, 6});
}

} // namespace

class TestFamilies : public QObject {
    Q_OBJECT

private slots:
    void gradient_matchesCentralDifferences_data() { addCases(); }
    void gradient_matchesCentralDifferences() {
        QFETCH(int, number);
        const LoadedModel loaded = modelOf(familyCases()[static_cast<size_t>(number)]);
        const Graph& graph = loaded.model->training;
        const std::string wrong = wrongGradient(graph, loaded.model->sizes(kRows), valuesFor(graph, loaded), 12);
        QVERIFY2(wrong.empty(), wrong.c_str());
    }

    void oneDnn_matchesReference_data() { addCases(); }
    void oneDnn_matchesReference() {
        QFETCH(int, number);
        const LoadedModel loaded = modelOf(familyCases()[static_cast<size_t>(number)]);
        for (const Graph* graph : {&loaded.model->training, &loaded.model->evaluation}) {
            const Values values = valuesFor(*graph, loaded);
            const SymbolSizes sizes = loaded.model->sizes(kRows);
            const std::string wrong = wrongOutput(reference::evaluate(*graph, sizes, values),
                                                  runOneDnn(*graph, values, {.sizes = sizes}), 2e-5, Scale::Value);
            QVERIFY2(wrong.empty(), wrong.c_str());
        }
    }

    void sparse_klOfAConstantCode() {
        // Two units at 0.2 for samples of 6 elements: β · 6/784 · 2 · KL(0.05 ‖ 0.2).
        const auto logit = static_cast<float>(std::log(0.2 / 0.8));
        const LoadedModel loaded = constantCode("sparse", {{"model.code_size", 2}}, {logit, logit});
        const Graph& graph = loaded.model->training;
        const Values values = valuesFor(graph, loaded);
        const double kl = scalar(graph, loaded, values, "loss.sparsity") / (0.75 * 6.0 / 784.0 * 2.0);
        QVERIFY2(std::abs(kl - 0.09394) < 5e-6, qPrintable(QString::number(kl, 'g', 9)));
        // By the bias: dKL/dρ̂ · ρ̂ (1 − ρ̂) = 0.9375 · 0.16, besides what reconstruction adds: nothing, the decoder is 0.
        const auto all = reference::evaluate(graph, loaded.model->sizes(kRows), values);
        const double slope = all.at("grad.encoder.0.bias").values[0] / (0.75 * 6.0 / 784.0);
        QVERIFY2(std::abs(slope - 0.9375 * 0.16) < 1e-7, qPrintable(QString::number(slope, 'g', 9)));
    }

    void variational_klOfAConstantCode() {
        // One dimension at μ = 1, log σ² = 0, one at the prior.
        const LoadedModel loaded = constantCode("variational", {{"model.code_size", 2}}, {1, 0, 0, 0});
        const Values values = valuesFor(loaded.model->training, loaded);
        QVERIFY(std::abs(scalar(loaded.model->training, loaded, values, "loss.kl") / 0.75 - 0.5) < 1e-12);
    }

    void variational_extremeLogVariances_stayFinite() {
        const LoadedModel loaded = constantCode("variational", {{"model.code_size", 1}}, {3, 1e4f});
        const Values values = valuesFor(loaded.model->training, loaded);
        const double loss = scalar(loaded.model->training, loaded, values, "loss");
        QVERIFY(std::isfinite(loss));
        const double kl = scalar(loaded.model->training, loaded, values, "loss.kl") / 0.75;
        QVERIFY(std::abs(kl - 0.5 * (9 + std::exp(10.0) - 1 - 10)) < 1e-6 * kl);
    }

    // log w of one draw: its mean over draws is −(−ELBO), and its log-mean-exp is never below.
    void variational_logWeightAveragesToTheElbo() {
        const LoadedModel loaded =
            smallModel("variational", "dense",
                       {{"model.layers", {6}}, {"model.code_size", 3}, {"objective.loss", "mse"}}, Shape{1, 4, 6});
        const Graph& graph = loaded.model->evaluation;
        Values values = valuesFor(graph, loaded);
        double weights = 0, elbo = 0, exponentials = 0;
        constexpr int kDraws = 4000;
        std::vector<float> epsilon(kRows * 3);
        for (int draw = 0; draw < kDraws; ++draw) {
            RandomStream(3, static_cast<uint64_t>(draw)).fillNormal(epsilon);
            values.at("random.epsilon") = {epsilon.begin(), epsilon.end()};
            const auto found = reference::evaluate(graph.pruned({kLogWeightOutput, "metric.neg_elbo"}),
                                                   loaded.model->sizes(kRows), values);
            weights += found.at(kLogWeightOutput).values[0] / kDraws;
            elbo -= found.at("metric.neg_elbo").values[0] / kDraws;
            exponentials += std::exp(found.at(kLogWeightOutput).values[0]) / kDraws;
        }
        QVERIFY2(std::abs(weights - elbo) < 0.1, qPrintable(QString("%1 %2").arg(weights).arg(elbo)));
        QVERIFY(std::log(exponentials) > weights);
    }

    void contractive_oneLayer_isItsFormula() {
        const LoadedModel loaded = smallModel("contractive", "dense",
                                              {{"model.layers", Json::array()},
                                               {"model.code_size", 4},
                                               {"model.code_activation", "sigmoid"},
                                               {"objective.jacobian", "exact"}},
                                              Shape{1, 4, 6});
        const Graph& graph = loaded.model->training;
        const Values values = valuesFor(graph, loaded);
        const auto found =
            reference::evaluate(loaded.model->evaluation.pruned({"code"}), loaded.model->sizes(kRows), values);
        const std::vector<double>& w = values.at("encoder.0.weight");
        double expected = 0;
        for (size_t row = 0; row < kRows; ++row)
            for (size_t unit = 0; unit < 4; ++unit) {
                const double h = found.at("code").values[row * 4 + unit];
                for (size_t i = 0; i < 24; ++i)
                    expected += std::pow(h * (1 - h) * w[unit * 24 + i], 2) / kRows;
            }
        const double penalty = scalar(graph, loaded, values, "loss.contraction") / 0.75;
        QVERIFY(std::abs(penalty - expected) < 1e-12 * expected);
    }

    // ‖J‖ against the Jacobian by differences, one input element at a time; and its estimate, averaged over probes.
    void contractive_deep_isTheJacobian_data() {
        QTest::addColumn<QString>("architecture");
        QTest::addColumn<QString>("contracts");
        QTest::newRow("dense") << "dense"
                               << "code";
        QTest::newRow("convolutional") << "convolutional"
                                       << "code";
        QTest::newRow("reconstruction") << "dense"
                                        << "reconstruction";
    }
    void contractive_deep_isTheJacobian() {
        QFETCH(QString, architecture);
        QFETCH(QString, contracts);
        const bool ofCode = contracts == "code";
        const size_t width = ofCode ? 3 : 24;
        const auto norms = [&](const char* way, uint64_t draw) {
            const LoadedModel loaded = smallModel("contractive", architecture.toStdString(),
                                                  {{"model.layers", {4}},
                                                   {"model.code_size", 3},
                                                   {"model.activation", "gelu"},
                                                   {"objective.contracts", contracts.toStdString()},
                                                   {"objective.jacobian", way}},
                                                  Shape{1, 4, 6});
            const Graph& graph = loaded.model->evaluation;
            Values values = valuesFor(graph, loaded);
            const std::string input = ofCode ? "random.probe" : "random.reconstruction_probe";
            if (values.contains(input)) {
                std::vector<float> probe(kRows * width);
                RandomStream(8, draw).fillNormal(probe);
                values.at(input) = {probe.begin(), probe.end()};
            }
            const std::string norm = ofCode ? "square.jacobian_norm" : "square.reconstruction_jacobian_norm";
            return reference::evaluate(graph.pruned({norm}), loaded.model->sizes(kRows), values).at(norm).values;
        };
        const std::vector<double> exact = norms("exact", 0);
        const LoadedModel loaded =
            smallModel("contractive", architecture.toStdString(),
                       {{"model.layers", {4}}, {"model.code_size", 3}, {"model.activation", "gelu"}}, Shape{1, 4, 6});
        const Graph& network = ofCode ? loaded.model->encoder : loaded.model->autoencoder;
        Values values = valuesFor(network, loaded);
        std::vector<double> squares(kRows, 0.0);
        constexpr double kStep = 1e-5;
        for (size_t element = 0; element < 24; ++element) {
            const auto outputAt = [&](double shift) {
                Values moved = values;
                for (size_t row = 0; row < kRows; ++row)
                    moved.at("input")[row * 24 + element] += shift;
                return reference::evaluate(network, loaded.model->sizes(kRows), moved)
                    .at(ofCode ? "code" : "reconstruction")
                    .values;
            };
            const std::vector<double> up = outputAt(kStep), down = outputAt(-kStep);
            for (size_t i = 0; i < up.size(); ++i)
                squares[i / width] += std::pow((up[i] - down[i]) / (2 * kStep), 2);
        }
        std::vector<double> estimate(kRows, 0.0);
        constexpr int kDraws = 3000;
        for (int draw = 0; draw < kDraws; ++draw) {
            const std::vector<double> one = norms("estimate", static_cast<uint64_t>(draw));
            for (size_t row = 0; row < kRows; ++row)
                estimate[row] += one[row] / kDraws;
        }
        for (size_t row = 0; row < kRows; ++row) {
            QVERIFY(!ofCode || std::abs(exact[row] - squares[row]) < 2e-7 * exact[row]);
            QVERIFY2(std::abs(estimate[row] / squares[row] - 1) < 0.12, qPrintable(QString::number(estimate[row])));
        }
    }

    // One probe of each sample tells its norm badly, and the mean of such roots is too small by a fifth where the code
    // is a single number; the root of the mean is right.
    void jacobianNorm_ofOneProbeEach_isThatOfTheExactOne() {
        constexpr int64_t kMany = 4000;
        Tensor rows(Shape{kMany, 12});
        RandomStream(3).fillNormal(rows.values());
        const auto measured = [&](const char* way) {
            return SmallTraining(
                       "contractive",
                       {{"model.code_size", 1}, {"model.code_activation", "tanh"}, {"objective.jacobian", way}}, rows)
                .measure()
                .at("jacobian_norm");
        };
        const double exact = measured("exact"), estimate = measured("estimate");
        QVERIFY2(std::abs(estimate / exact - 1) < 0.1, // 5 standard deviations of its spread over probes and samples
                 qPrintable(QString("%1 for %2").arg(estimate).arg(exact)));
    }

    void codeColumns_areBroughtToNorm() {
        const LoadedModel loaded =
            smallModel("sparse", "dense", {{"model.layers", {6}}, {"model.code_size", 3}}, Shape{1, 4, 6});
        const std::span<float> weights = loaded.weights->values(kCodeReader); // [6, 3]
        for (size_t row = 0; row < 6; ++row) {
            weights[row * 3] = 0.1f;
            weights[row * 3 + 2] = 0.0f;
        }
        const auto norm = [&](size_t column) {
            double sum = 0;
            for (size_t row = 0; row < 6; ++row)
                sum += std::pow(static_cast<double>(weights[row * 3 + column]), 2);
            return std::sqrt(sum);
        };
        const double before = norm(0);
        weights[1] = 5.0f;
        scaleCodeColumns(*loaded.weights, ColumnNorm::AtMostOne);
        QCOMPARE(norm(0), before);
        QVERIFY(std::abs(norm(1) - 1) < 1e-6);
        scaleCodeColumns(*loaded.weights, ColumnNorm::One);
        QVERIFY(std::abs(norm(0) - 1) < 1e-6);
        QCOMPARE(norm(2), 0.0);
    }

private:
    static void addCases() {
        QTest::addColumn<int>("number");
        const std::vector<FamilyCase> cases = familyCases();
        for (size_t i = 0; i < cases.size(); ++i)
            QTest::newRow(cases[i].name) << static_cast<int>(i);
    }
};

QTEST_APPLESS_MAIN(TestFamilies)
#include "tst_families.moc"
