// The residual U-Net: what it is made of, what it refuses, how it starts, and that it learns to denoise.

#include <QtTest>

#include <cmath>

#include "core/data/OpenDataset.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/inference/ModelRunner.h"
#include "core/training/Preflight.h"
#include "tests/support/SmallModels.h"
#include "tests/support/SmallRuns.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

Result<std::shared_ptr<const Model>> build(const std::string& family, const Settings& settings, const Shape& sample) {
    Experiment experiment = Experiment::create(family, "unet").value();
    for (const auto& [key, value] : settings)
        experiment.set(key, value).value();
    return buildModel(experiment.options(), sample);
}

QString text(const Error& error) {
    return QString::fromStdString(error.message());
}

} // namespace

class TestUNet : public QObject {
    Q_OBJECT

private slots:
    // S by hand: head 9·4·32, on 32, 64 and 128 channels 4, 4 and 2 blocks of two 3×3, 2×2 down and up, tail 9·32·4.
    void parameters_areThoseOfTheDescription() {
        const auto model = build("denoising", {}, {1, 64, 64}).value();
        const int64_t blocks = 2 * 9 * (4 * 32 * 32 + 4 * 64 * 64 + 2 * 128 * 128);
        const int64_t between = 2 * 4 * (32 * 64 + 64 * 128);
        QCOMPARE(model->layout->parameterCount(), 2 * 9 * 4 * 32 + blocks + between);
        int64_t listed = 0;
        for (const LayerInfo& layer : model->layers)
            listed += layer.parameters;
        QCOMPARE(listed, model->layout->parameterCount());
        for (const ArenaLayout::Entry& entry : model->layout->entries())
            QVERIFY2(entry.name.ends_with(".weight"), entry.name.c_str()); // no bias
        const auto told = build("denoising", {{"model.noise_level", true}}, {1, 64, 64}).value();
        QCOMPARE(told->layout->parameterCount(), model->layout->parameterCount() + 9 * 32);
    }

    void withoutACode_saysSo() {
        const auto model = build("undercomplete", {}, {3, 16, 16}).value();
        QVERIFY(!model->hasCode() && !model->compressionRatio().has_value());
        QCOMPARE(model->codeElements(), 0);
        auto weights = std::make_shared<ParameterStore>(model->layout);
        const auto executor = makeOneDnnExecutor();
        ModelRunner runner(*executor, model, weights);
        const Tensor picture(Shape{1, 3, 16, 16});
        for (const auto& refused : {runner.encode(picture), runner.decode(picture)})
            QVERIFY(!refused && text(refused.error()).contains("has no code"));
        QVERIFY(!runner.codeShape());
        // Without weights it predicts no noise at all.
        const Tensor same = runner.reconstruct(picture).value();
        for (int64_t i = 0; i < same.elements(); ++i)
            QCOMPARE(same.data()[i], picture.data()[i]);
    }

    void impossibleOptions_areRefusedWithAReason_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("reason");
        QTest::newRow("width") << "model.layers"
                               << "[32, 40]"
                               << "40 channels; a U-Net takes multiples of 16";
        QTest::newRow("too deep") << "model.layers"
                                  << "[16,16,16,16]"
                                  << "at most 2 fit 28×28";
        QTest::newRow("no level") << "model.layers"
                                  << "[]"
                                  << "Name at least one";
        QTest::newRow("even kernel") << "model.kernel"
                                     << "4"
                                     << "has no middle";
        QTest::newRow("cross-entropy") << "objective.loss"
                                       << "\"bce\""
                                       << "'unet' has not: a U-Net predicts the noise and subtracts it. Choose another";
        QTest::newRow("sigmoid") << "model.output_activation"
                                 << "\"sigmoid\""
                                 << "must be 'identity'";
    }
    void impossibleOptions_areRefusedWithAReason() {
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(QString, reason);
        const auto refused =
            build("denoising", {{"model.layers", {16, 32}}, {key.toStdString(), Json::parse(value.toStdString())}},
                  {1, 28, 28});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code(), ErrorCode::InvalidArgument);
        QVERIFY2(text(refused.error()).contains(reason), qPrintable(text(refused.error())));
        QVERIFY(!build("denoising", {}, {784}));
        // No noise, or none of one σ: there is no level to hear of.
        const Settings told = {{"model.layers", {16}}, {"model.noise_level", true}};
        QVERIFY(!build("undercomplete", told, {1, 16, 16}).value()->wantsNoiseLevel());
        for (const auto& [kind, wants] : {std::pair{"gaussian", true}, {"uniform", true}, {"poisson", false}}) {
            Settings settings = told;
            settings.emplace_back("noise.kind", kind);
            QCOMPARE(build("denoising", settings, {1, 16, 16}).value()->wantsNoiseLevel(), wants);
        }
    }

    // Said before a weight is made, whatever it is that is too much.
    void tooManyParameters_areRefused_withTheLimit() {
        const auto refused = [](const char* architecture, const Settings& settings) {
            Experiment experiment = Experiment::create("denoising", architecture).value();
            for (const auto& [key, value] : settings)
                experiment.set(key, value).value();
            const auto built = buildModel(experiment.options(), Shape{1, 256, 256});
            return !built && text(built.error()).contains("at most 536 million are possible");
        };
        QVERIFY(refused("unet", {{"model.layers", {4096, 4096}}, {"model.blocks", 16}}));
        QVERIFY(refused("convolutional", {{"model.layers", {65536, 65536}}}));
        QVERIFY(refused("convolutional", {{"model.layers", {65536}}, {"model.code_size", 65536}}));
        QVERIFY(refused("convolutional", {{"model.layers", {4, 4, 4}}, {"model.decoder_layers", {65536, 65536}}}));
        QVERIFY(refused("dense", {{"model.layers", {65536}}}));
    }

    void orthogonalWeights_areOrthogonal() {
        const auto model = build("denoising", {}, {1, 64, 64}).value();
        ParameterStore store(model->layout);
        initialiseParameters(store, 5);
        for (const ArenaLayout::Entry& entry : model->layout->entries()) {
            const std::span<const float> w = std::as_const(store).values(entry.name);
            const int64_t rows = entry.shape[0], columns = entry.shape.elements() / rows;
            const bool tall = rows > columns;
            const int64_t count = std::min(rows, columns), length = std::max(rows, columns);
            const auto at = [&](int64_t vector, int64_t k) {
                return static_cast<double>(w[static_cast<size_t>(tall ? k * columns + vector : vector * columns + k)]);
            };
            double norm = 0;
            for (int64_t k = 0; k < length; ++k)
                norm += at(0, k) * at(0, k);
            for (int64_t i = 0; i < count; i += 3)
                for (int64_t j = 0; j <= i; j += 3) {
                    double product = 0;
                    for (int64_t k = 0; k < length; ++k)
                        product += at(i, k) * at(j, k);
                    QVERIFY(std::abs(product - (i == j ? norm : 0.0)) < 1e-5 * norm);
                }
        }
    }

    // Any other size through the same weights; sizes that cannot be halved are named.
    void anySize_orAnErrorThatNamesIt() {
        const LoadedModel model =
            smallModel("denoising", "unet", {{"model.layers", {16, 32}}, {"model.blocks", 1}}, {1, 16, 16});
        const auto executor = makeOneDnnExecutor();
        ModelRunner runner(*executor, model.model, model.weights);
        QCOMPARE(runner.reconstruct(Tensor(Shape{2, 1, 8, 36})).value().shape(), (Shape{2, 1, 8, 36}));
        const auto odd = runner.reconstruct(Tensor(Shape{1, 1, 18, 16}));
        QVERIFY2(!odd && text(odd.error()).contains("18"), odd ? "" : qPrintable(text(odd.error())));
    }

    void training_removesNoise_whateverItsStrength() {
        const TemporaryFolder folder;
        Experiment experiment = Experiment::create("denoising", "unet").value();
        for (const auto& [key, value] : Settings{{"model.layers", {16, 16}},
                                                 {"model.blocks", 1},
                                                 {"model.noise_level", true},
                                                 {"data.source", "builtin:shapes"},
                                                 {"data.limit", 400},
                                                 {"noise.sigma", {10, 60}},
                                                 {"training.batch_size", 16},
                                                 {"training.epochs", 2}})
            experiment.set(key, value).value();
        const auto result =
            train(experiment,
                  openSource("builtin:shapes", readDataOptions(experiment.options()).value(), {}, {}).value(),
                  folder / "run")
                .value();
        QVERIFY2(result.metrics.at("psnr") > result.metrics.at("noisy_psnr") + 3,
                 qPrintable(QString("%1 of %2").arg(result.metrics.at("psnr")).arg(result.metrics.at("noisy_psnr"))));
        QVERIFY(result.metrics.count("compression_ratio") == 0);
    }
};

QTEST_GUILESS_MAIN(TestUNet)
#include "tst_unet.moc"
