#include <QtTest>

#include <cmath>

#include "core/analysis/ImageMetrics.h"
#include "core/analysis/Pca.h"
#include "core/base/Random.h"
#include "core/data/MemoryDataset.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/inference/DenoiseImage.h"
#include "core/io/ModelFile.h"
#include "tests/support/SmallRuns.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

// A model that returns its input: code as large as the sample, identity weights.
LoadedModel identityModel(const Shape& sample) {
    Experiment experiment = smallExperiment({{"model.layers", Json::array()},
                                             {"model.output_activation", "identity"},
                                             {"model.code_size", sample.elements()}});
    const auto model = buildModel(experiment.options(), sample).value();
    auto weights = std::make_shared<ParameterStore>(model->layout);
    for (const char* name : {"encoder.0.weight", "decoder.0.weight"})
        for (int64_t i = 0; i < sample.elements(); ++i)
            weights->values(name)[static_cast<size_t>(i * (sample.elements() + 1))] = 1.0f;
    return {model, weights, "run", {}};
}

} // namespace

class TestInference : public QObject {
    Q_OBJECT

private slots:
    void patchOrigins_coverEverything() {
        for (int64_t size = 8; size < 60; ++size)
            for (const int64_t step : {1, 4, 8}) {
                const std::vector<int64_t> origins = patchOrigins(size, 8, step);
                QCOMPARE(origins.front(), 0);
                QCOMPARE(origins.back(), size - 8);
                for (size_t i = 1; i < origins.size(); ++i)
                    QVERIFY(origins[i] > origins[i - 1] && origins[i] - origins[i - 1] <= step);
            }
    }

    // Blending leaves what the model leaves, in any size, gray and colour, also smaller than a patch.
    void denoise_withAnIdentityModel_changesNothing_data() {
        QTest::addColumn<int>("modelChannels");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("width");
        for (const int modelChannels : {1, 3})
            for (const int channels : {1, 3})
                for (const auto& [h, w] : {std::pair{6, 6}, {17, 29}, {3, 40}, {1, 1}})
                    QTest::addRow("model %d picture %d %dx%d", modelChannels, channels, h, w)
                        << modelChannels << channels << h << w;
    }
    void denoise_withAnIdentityModel_changesNothing() {
        QFETCH(int, modelChannels);
        QFETCH(int, channels);
        QFETCH(int, height);
        QFETCH(int, width);
        const LoadedModel identity = identityModel(Shape{modelChannels, 6, 6});
        const auto executor = makeOneDnnExecutor();
        ModelRunner runner(*executor, identity.model, identity.weights);
        Tensor image(Shape{channels, height, width});
        RandomStream(6).fillUniform(image.values());
        double last = 0;
        const Tensor result = denoiseImage(runner, image, {.progress = [&](double f) { last = f; }}).value().value();
        QCOMPARE(result.shape(), image.shape());
        QVERIFY(std::abs(last - 1.0) < 1e-9);
        for (int64_t i = 0; i < image.elements(); ++i)
            QVERIFY(std::abs(result.data()[i] - image.data()[i]) < 1e-5f);
    }

    void denoise_stopRequested_givesNothing_andTables_areRefused() {
        const LoadedModel identity = identityModel(Shape{1, 6, 6});
        const auto executor = makeOneDnnExecutor();
        ModelRunner runner(*executor, identity.model, identity.weights);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!denoiseImage(runner, Tensor(Shape{1, 9, 9}), {.stop = stop.get_token()}).value().has_value());
        const LoadedModel table = identityModel(Shape{5});
        ModelRunner tableRunner(*executor, table.model, table.weights);
        QVERIFY(!denoiseImage(tableRunner, Tensor(Shape{1, 9, 9})));
        QVERIFY(!runner.reconstruct(Tensor(Shape{2, 1, 7, 7})));
    }

    // Neither a model of other channels nor a picture of them may be read or written past its end.
    void denoise_otherChannels_orNoPixels_areRefused() {
        const auto executor = makeOneDnnExecutor();
        for (const int64_t modelChannels : {2, 4}) {
            const LoadedModel model = identityModel(Shape{modelChannels, 6, 6});
            ModelRunner runner(*executor, model.model, model.weights);
            for (const int64_t channels : {1, 3}) {
                const auto refused = denoiseImage(runner, Tensor(Shape{channels, 9, 9}));
                QVERIFY(!refused && refused.error().code() == ErrorCode::InvalidArgument);
            }
        }
        const LoadedModel gray = identityModel(Shape{1, 6, 6});
        ModelRunner runner(*executor, gray.model, gray.weights);
        for (const Shape& shape : {Shape{2, 9, 9}, Shape{4, 9, 9}, Shape{1, 0, 5}, Shape{3, 5, 0}, Shape{9, 9}})
            QVERIFY_EXCEPTION_THROWN((void)denoiseImage(runner, Tensor(shape)), ContractError);
    }

    void encodeThenDecode_isReconstruct() {
        const TemporaryFolder folder;
        train(smallExperiment({{"model.family", "denoising"}, {"model.code_size", 4}}), smallPictures(), folder / "run")
            .value();
        const LoadedModel loaded = loadModel(folder / "run").value();
        const auto executor = makeOneDnnExecutor();
        ModelRunner runner(*executor, loaded.model, loaded.weights);
        Tensor batch(Shape{3, 1, 6, 6});
        RandomStream(6).fillUniform(batch.values());
        const Tensor whole = runner.reconstruct(batch).value();
        const Tensor code = runner.encode(batch).value();
        QCOMPARE(code.shape(), (Shape{3, 4}));
        const Tensor parts = runner.decode(code).value();
        for (int64_t i = 0; i < whole.elements(); ++i)
            QCOMPARE(parts.data()[i], whole.data()[i]);
    }

    // maths.md: a linear undercomplete autoencoder reaches the PCA optimum (Baldi and Hornik 1989).
    void linearAutoencoder_reachesPca() {
        constexpr int64_t kRows = 400, kSize = 10, kCode = 3;
        Tensor table(Shape{kRows, kSize}), mixing(Shape{kSize, kSize}), causes(Shape{kRows, kSize});
        RandomStream(1).fillNormal(mixing.values());
        RandomStream(2).fillNormal(causes.values());
        for (int64_t r = 0; r < kRows; ++r)
            for (int64_t i = 0; i < kSize; ++i)
                for (int64_t j = 0; j < kSize; ++j)
                    table.data()[r * kSize + i] +=
                        mixing.data()[i * kSize + j] * causes.data()[r * kSize + j] / static_cast<float>(1 + j);
        const Pca pca = Pca::fit(table, kCode);
        double optimum = pca.totalVariance();
        for (const double variance : pca.variances())
            optimum -= variance;

        MemoryDataset::Content content;
        content.rows = kRows;
        content.sampleShape = Shape{kSize};
        content.floats = RawBuffer<float>::allocate(static_cast<uint64_t>(kRows * kSize)).value();
        std::ranges::copy(table.values(), content.floats.data());
        const TemporaryFolder folder;
        const auto result = train(smallExperiment({{"model.layers", Json::array()},
                                                   {"model.code_size", kCode},
                                                   {"model.output_activation", "identity"},
                                                   {"data.validation_fraction", 0},
                                                   {"training.batch_size", 20},
                                                   {"training.epochs", 300},
                                                   {"optimizer.schedule", "cosine"},
                                                   {"optimizer.learning_rate", 0.02}}),
                                  {std::make_shared<MemoryDataset>(std::move(content)), {}}, folder / "run");
        QVERIFY(result.ok());
        const LoadedModel loaded = loadModel(folder / "run").value();
        const auto executor = makeOneDnnExecutor();
        const Tensor rebuilt = ModelRunner(*executor, loaded.model, loaded.weights).reconstruct(table).value();
        const double reached = meanSquaredError(rebuilt.values(), table.values()) * kSize;
        QVERIFY2(reached >= optimum * (1 - 1e-4) && reached <= optimum * 1.001,
                 qPrintable(QString("reached %1, optimum %2").arg(reached).arg(optimum)));
    }
};

QTEST_APPLESS_MAIN(TestInference)
#include "tst_inference.moc"
