// What is known to go wrong, provoked, beside what it is like when it does not; and after every step the constraints
// that guard against it. (The denoising autoencoder that copies: tst_closed_forms.cpp; log σ² without bounds:
// tst_families.cpp.)

#include <QtTest>

#include <cmath>
#include <numeric>

#include "core/analysis/Pca.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/models/CodeColumns.h"
#include "tests/support/SmallModels.h"
#include "tests/support/SmallTraining.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

constexpr std::array kVariances = {6.0, 4.0, 2.5, 0.9, 0.5, 0.4, 0.3, 0.2};
constexpr size_t kCode = 3;
constexpr double kLargeBeta = 20; // above every variance

} // namespace

class TestKnownFailures : public QObject {
    Q_OBJECT

private slots:
    // With unit variance of the likelihood, a linear variational autoencoder of weight β is probabilistic PCA with a
    // noise of variance β (Lucas et al. 2019): a direction of variance λ > β is coded for ½ log(λ/β) nats, with an
    // error of β²/λ; any other is not, and has the error λ. Once β is above all, the posterior has collapsed: every
    // sample is reconstructed as their mean.
    void variational_largeBeta_collapses_data() {
        QTest::addColumn<double>("beta");
        QTest::newRow("none") << 1.0;
        QTest::newRow("one dimension") << 3.0;
        QTest::newRow("all") << kLargeBeta;
    }
    void variational_largeBeta_collapses() {
        QFETCH(double, beta);
        double divergence = 0, error = 0;
        const Pca pca = Pca::fit(m_rows);
        for (size_t j = 0; j < kVariances.size(); ++j) {
            const double variance = pca.variances()[j];
            const bool isCoded = j < kCode && variance > beta;
            divergence += isCoded ? 0.5 * std::log(variance / beta) : 0.0;
            error += isCoded ? beta * beta / variance : variance;
        }
        const MetricMap metrics = trained({{"objective.beta", beta}});
        const double kl = metrics.at("kl"), explained = metrics.at("explained_variance");
        QVERIFY2(std::abs(kl - divergence) < 0.02, qPrintable(QString("%1 for %2").arg(kl).arg(divergence)));
        const double expected = 1 - error / pca.totalVariance();
        QVERIFY2(std::abs(explained - expected) < 0.005, qPrintable(QString("%1 for %2").arg(explained).arg(expected)));
        if (beta == kLargeBeta)
            QVERIFY(expected < 1e-12 && std::abs(explained) < 1e-4 && kl < 1e-4);
    }

    // Nats that cost nothing are used up, whatever β is, and no more than those. Spent on one direction each, they
    // explain a share 1 − e^(−4 nats) of its variance, and the network finds no worse use for them.
    void variational_freeBits_keepTheCodeAlive() {
        const Pca pca = Pca::fit(m_rows, kCode);
        const double coded = std::accumulate(pca.variances().begin(), pca.variances().end(), 0.0) / pca.totalVariance();
        for (const double nats : {0.1, 0.5}) {
            const MetricMap metrics = trained({{"objective.beta", kLargeBeta}, {"objective.free_bits", nats}});
            const double used = metrics.at("kl") / (kCode * nats), explained = metrics.at("explained_variance");
            QVERIFY2(std::abs(used - 1) < 0.01, qPrintable(QString::number(used)));
            const double expected = coded * (1 - std::exp(-4 * nats));
            QVERIFY2(explained > 0.99 * expected, qPrintable(QString("%1 for %2").arg(explained).arg(expected)));
        }
    }

    // A warm-up lets the code live for a while; it does not change where training ends.
    void variational_warmUp_delaysTheCollapse() {
        for (const int warmUp : {0, 2000}) {
            SmallTraining training = linearVariational({{"objective.beta", kLargeBeta},
                                                        {"objective.warmup_steps", warmUp},
                                                        {"optimizer.schedule", "constant"}});
            training.train(300); // of which β rises to 3
            const double early = training.measure().at("kl");
            training.train(2200);
            const double late = training.measure().at("kl");
            QVERIFY2(warmUp == 0 ? early < 0.01 : early > 0.3, qPrintable(QString::number(early)));
            QVERIFY2(late < 1e-4, qPrintable(QString::number(late)));
        }
    }

    // Causes of strength a, each alone and rare: min ‖x − x̂‖² + λ Σ|h| is h = a − λ/2, the soft threshold, which is to
    // say that every reconstruction points the right way and is too short.
    void sparse_l1_shrinks() {
        constexpr float kStrength = 2;
        Tensor rows(Shape{1000, 8});
        RandomStream(3).fillUniform(rows.values());
        for (float& value : rows.values())
            value = value < 0.2f ? kStrength : 0;
        const auto measured = [&](double lambda) {
            SmallTraining training("sparse",
                                   {{"model.code_size", 8},
                                    {"model.code_activation", "relu"},
                                    {"objective.sparsity", "l1"},
                                    {"objective.lambda", lambda}},
                                   rows);
            training.train(2000);
            return training.measure();
        };
        const MetricMap without = measured(0), with = measured(0.4);
        QVERIFY2(std::abs(without.at("l2_ratio") - 1) < 1e-3, qPrintable(QString::number(without.at("l2_ratio"))));
        const double ratio = with.at("l2_ratio"), expected = 1 - 0.4 / (2 * kStrength);
        QVERIFY2(std::abs(ratio - expected) < 0.005, qPrintable(QString("%1 for %2").arg(ratio).arg(expected)));
        QVERIFY2(with.at("cosine") > 0.995, qPrintable(QString::number(with.at("cosine"))));
        QVERIFY(with.at("l0") < 0.25 * without.at("l0"));
    }

    // What keeps codes from shrinking while the decoder grows: the norms of the decoder's columns that read them.
    // KL's slope at a mean of nothing is −ρ/ρ̂, which makes up for the sigmoid's: it pulls though nothing else does.
    void sparse_deadUnit_isPulledBack() {
        Tensor rows(Shape{200, 8});
        RandomStream(5).fillUniform(rows.values());
        SmallTraining training("sparse", {{"model.code_size", 4}, {"objective.beta", 3000.0}}, rows);
        ParameterStore& weights = training.step().weights();
        const std::string bias = codeBias(weights.layout());
        weights.values(bias)[0] = -16; // a mean of 1e-7
        for (size_t output = 0; output < 8; ++output)
            weights.values(kCodeReader)[output * 4] = 0; // and nobody reads it
        weights.touch();
        training.train(1);
        QVERIFY2(training.values(bias)[0] > -16 + 0.005, qPrintable(QString::number(training.values(bias)[0])));
    }

    // Whether λ‖J‖² is of the code or of what is made of it: automatically of the latter once decoders could undo it.
    void contractive_automatic_followsTheDeeperHalf() {
        const auto probesReconstruction = [](const Settings& layers) {
            const auto model = smallModel("contractive", "dense", layers, Shape{1, 4, 6}).model;
            const Graph& graph = model->training;
            return std::ranges::any_of(graph.nodesOf(OpKind::Input), [&](NodeId input) {
                return graph.node(input).attributes.name.ends_with("reconstruction_probe");
            });
        };
        QVERIFY(!probesReconstruction({{"model.layers", Json::array()}}));
        QVERIFY(probesReconstruction({{"model.layers", {6}}}));
        QVERIFY(probesReconstruction({{"model.layers", Json::array()}, {"model.decoder_layers", {6}}}));
    }

    void decoderColumns_holdTheirNormsAfterEachStep_data() {
        QTest::addColumn<QString>("architecture");
        QTest::addColumn<QString>("code");
        QTest::newRow("dense") << "dense" << QString();
        QTest::newRow("convolutional") << "convolutional"
                                       << "dense";
        QTest::newRow("convolutional, spatial code") << "convolutional"
                                                     << "spatial";
    }
    void decoderColumns_holdTheirNormsAfterEachStep() {
        QFETCH(QString, architecture);
        QFETCH(QString, code);
        Settings settings = {{"model.layers", {6}}, {"model.code_size", 4}};
        if (!code.isEmpty())
            settings.emplace_back("model.code", code.toStdString());
        const auto executor = makeOneDnnExecutor();
        Tensor batch(Shape{32, 1, 4, 6});
        for (const char* family : {"sparse", "contractive"}) {
            Settings all = settings;
            if (family == std::string("sparse"))
                all.insert(all.end(), {{"objective.sparsity", "l1"}, {"model.code_activation", "relu"}});
            else
                all.emplace_back("objective.contracts", "code");
            const auto model = smallModel(family, architecture.toStdString(), all, batch.shape().sample()).model;
            const auto step = TrainingStep::create(model, model->options, {.executor = *executor}).value();
            double most = 0;
            for (uint64_t i = 0; i < 20; ++i) {
                RandomStream(i).fillUniform(batch.values());
                step->run(32, batch.values(), batch.values()).value();
                step->update(0.1); // moves columns far from their norms
                for (const ArenaLayout::Entry& entry : model->layout->entries())
                    if (entry.name.starts_with("decoder.") && entry.name.ends_with(".weight") &&
                        entry.name != kCodeReader) {
                        double squares = 0;
                        for (const float value : std::as_const(*step->sharedWeights()).values(entry.name))
                            squares += double(value) * double(value);
                        const int64_t inputs = entry.shape[0], others = entry.shape.elements() / inputs;
                        QVERIFY(squares < double(std::min(inputs, others)) * (1 + 1e-5));
                    }
                for (const double norm : columnNorms(*step)) {
                    most = std::max(most, norm);
                    QVERIFY2(norm < 1 + 1e-6, qPrintable(QString("%1: %2").arg(family).arg(norm)));
                    QVERIFY2(family != std::string("sparse") || norm > 1 - 1e-6, qPrintable(QString::number(norm)));
                }
            }
            QVERIFY(most > 1 - 1e-6); // the bound was met
        }
    }

private:
    SmallTraining linearVariational(Settings settings) const {
        settings.insert(settings.begin(), {{"model.code_size", kCode}, {"objective.loss", "mse"}});
        return {"variational", settings, m_rows};
    }

    MetricMap trained(const Settings& settings) const {
        SmallTraining training = linearVariational(settings);
        training.train(2000);
        return training.measure();
    }

    // Of kCodeReader [outputs, K, …].
    static std::vector<double> columnNorms(const TrainingStep& step) {
        const ParameterStore& weights = *step.sharedWeights();
        const Shape& shape = weights.layout().find(kCodeReader)->shape;
        const std::span<const float> values = weights.values(kCodeReader);
        const auto columns = static_cast<size_t>(shape[1]),
                   inner = values.size() / static_cast<size_t>(shape[0] * shape[1]);
        std::vector<double> norms(columns, 0.0);
        for (size_t i = 0; i < values.size(); ++i)
            norms[i / inner % columns] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
        for (double& norm : norms)
            norm = std::sqrt(norm);
        return norms;
    }

    const Tensor m_rows = gaussianRows(1000, kVariances);
};

QTEST_APPLESS_MAIN(TestKnownFailures)
#include "tst_known_failures.moc"
