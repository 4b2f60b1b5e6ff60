// Networks that take pictures of any size, and the tiles in which large ones go through them.

#include <QtTest>

#include <cmath>

#include "core/analysis/NoiseLevel.h"
#include "core/base/Random.h"
#include "core/data/MemoryDataset.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/graph/Flops.h"
#include "core/graph/ReceptiveField.h"
#include "core/inference/DenoiseImage.h"
#include "tests/support/SmallModels.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

Graph pictureGraph(const std::function<NodeId(Graph&, NodeId)>& build) {
    Graph graph;
    graph.setOutput("y", build(graph, graph.input("x", {Dim::n(), 4, Dim::h(), Dim::w()})));
    return graph;
}

NodeId convolved(Graph& graph, NodeId x, int64_t outputs, int64_t kernel, const Window& window) {
    const int64_t inputs = graph.shape(x)[1].fixedSize();
    return graph.convolve(x, graph.parameter(fmt::format("w{}", graph.size()), {outputs, inputs, kernel, kernel}),
                          window);
}

LoadedModel smallUNet(int64_t channels = 1, const Settings& more = {}) {
    Settings settings = {{"model.layers", {16, 32}}, {"model.blocks", 1}};
    settings.insert(settings.end(), more.begin(), more.end());
    return smallModel("denoising", "unet", settings, Shape{channels, 16, 16});
}

// Halves twice, with no vector in between: as free in size as a U-Net.
LoadedModel smallConvolutional(int64_t channels = 1) {
    return smallModel("denoising", "convolutional",
                      {{"model.layers", {6, 8}}, {"model.code_size", 5}, {"model.code", "spatial"}},
                      Shape{channels, 16, 16});
}

Tensor noise(const Shape& shape, uint64_t seed = 7) {
    Tensor picture(shape);
    RandomStream(seed).fillUniform(picture.values());
    return picture;
}

double largestDifference(const Tensor& a, const Tensor& b) {
    double largest = a.shape() == b.shape() ? 0.0 : 1e9;
    for (int64_t i = 0; i < std::min(a.elements(), b.elements()); ++i)
        largest = std::max(largest, std::abs(static_cast<double>(a.data()[i]) - static_cast<double>(b.data()[i])));
    return largest;
}

QString text(const Error& error) {
    return QString::fromStdString(error.message());
}

} // namespace

class TestTiles : public QObject {
    Q_OBJECT

    std::unique_ptr<Executor> m_executor = makeOneDnnExecutor();

private slots:
    void receptiveField_ofKnownNetworks() {
        const auto fieldOf = [](const std::function<NodeId(Graph&, NodeId)>& build) {
            return receptiveField(pictureGraph(build), "y").value();
        };
        const ReceptiveField two = fieldOf([](Graph& g, NodeId x) {
            return convolved(g, convolved(g, x, 4, 3, Window::same(3)), 4, 5, Window::same(5));
        });
        QCOMPARE(two.stride, 1);
        QCOMPARE(two.radius, 3);
        const ReceptiveField shuffled = fieldOf([](Graph& g, NodeId x) {
            const NodeId y = convolved(g, g.scaled(OpKind::PixelUnshuffle, x, 2), 16, 3, Window::same(3));
            return g.scaled(OpKind::PixelShuffle, y, 2);
        });
        QCOMPARE(shuffled.stride, 2);
        QCOMPARE(shuffled.radius, 2);
        const ReceptiveField halved = fieldOf([](Graph& g, NodeId x) { // down by 2, 3×3, up by 2, and a skip
            const NodeId y = convolved(g, convolved(g, x, 4, 2, {.stride = 2}), 4, 3, Window::same(3));
            return g.add(x, g.convolveTransposed(y, g.parameter("up", {4, 4, 2, 2}), {.stride = 2}, g.shape(x)));
        });
        QCOMPARE(halved.stride, 2);
        QCOMPARE(halved.radius, 2);
        const Graph whole = pictureGraph([](Graph& g, NodeId x) {
            return g.add(x, g.expand(g.reduce(x, {1, 2, 3}), {1, 2, 3}, g.shape(x)));
        });
        QVERIFY(!receptiveField(whole, "y").has_value());
    }

    // What the graph says is what the network does: nothing farther away than the radius changes a tile.
    void receptiveField_ofAUNet_isTight() {
        const LoadedModel model = smallUNet();
        const ReceptiveField field = receptiveField(model.model->autoencoder, "reconstruction").value();
        QCOMPARE(field.stride, 4);
        constexpr int64_t kSide = 96;
        const int64_t tile = 48;
        ModelRunner runner(*m_executor, model.model, model.weights);
        const Tensor picture = noise(Shape{1, 1, kSide, kSide});
        const Tensor before = runner.reconstruct(picture).value();
        const auto changed = [&](int64_t distance) { // of the tile that begins at `tile`, by a pixel left of it
            Tensor touched = picture;
            for (int64_t y = 0; y < kSide; ++y)
                touched.data()[y * kSide + tile - distance] += 10.0f;
            const Tensor after = runner.reconstruct(touched).value();
            double difference = 0;
            for (int64_t y = 0; y < kSide; ++y)
                for (int64_t x = tile; x < tile + field.stride; ++x)
                    difference = std::max(difference, std::abs(static_cast<double>(after.data()[y * kSide + x] -
                                                                                   before.data()[y * kSide + x])));
            return difference;
        };
        QVERIFY(field.radius < tile);
        const double beyond = changed(field.radius + 1); // rounding, in tiles that share their sums
        const double within = std::max(changed(field.radius), changed(field.radius - 1));
        QVERIFY2(beyond < 1e-5 && within > 20 * beyond && within > 1e-5,
                 qPrintable(QString("%1 beyond, %2 within").arg(beyond).arg(within)));
    }

    void tiles_giveWhatTheWholePictureGives_data() {
        QTest::addColumn<bool>("isUNet");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("tile");
        for (const bool isUNet : {true, false})
            for (const int channels : {1, 3})
                for (const auto& [h, w] : {std::pair{96, 64}, {75, 131}, {5, 90}, {1, 1}})
                    for (const int tile : {8, 30, 4096})
                        QTest::addRow("%s, %d channels %dx%d tile %d", isUNet ? "U-Net" : "convolutional", channels, h,
                                      w, tile)
                            << isUNet << channels << h << w << tile;
    }
    void tiles_giveWhatTheWholePictureGives() {
        QFETCH(bool, isUNet);
        QFETCH(int, channels);
        QFETCH(int, height);
        QFETCH(int, width);
        QFETCH(int, tile);
        const LoadedModel model = isUNet ? smallUNet(channels) : smallConvolutional(channels);
        QVERIFY(model.model->takesAnySize());
        QCOMPARE(model.model->sizeMultiple, 4);
        ModelRunner runner(*m_executor, model.model, model.weights);
        const Tensor picture = noise(Shape{channels, height, width});
        const int64_t h = (height + 3) / 4 * 4, w = (width + 3) / 4 * 4; // continued by reflection
        Tensor padded(Shape{1, channels, h, w});
        for (int64_t i = 0; i < padded.elements(); ++i) {
            const int64_t y = reflected(i / w % h, height), x = reflected(i % w, width);
            padded.data()[i] = picture.data()[(i / (h * w) * height + y) * width + x];
        }
        const Tensor expected = runner.reconstruct(padded).value();
        double last = 0;
        PassSettings settings;
        settings.tile = tile;
        settings.progress = [&](double fraction) {
            QVERIFY(fraction > last);
            last = fraction;
        };
        const Tensor result = denoiseImage(runner, picture, settings).value().value();
        QCOMPARE(result.shape(), picture.shape());
        QVERIFY(std::abs(last - 1.0) < 1e-9);
        double largest = 0;
        for (int64_t i = 0; i < result.elements(); ++i) {
            const int64_t c = i / (height * width), y = i / width % height, x = i % width;
            const double value = static_cast<double>(expected.data()[(c * h + y) * w + x]);
            largest = std::max(largest, std::abs(static_cast<double>(result.data()[i]) - value));
        }
        QVERIFY2(largest < 1e-4, qPrintable(QString::number(largest)));
    }

    // The code is a picture too, of a quarter of the sides; a size between two multiples is named, not cut.
    void spatialCode_ofAnySize_decodesToThatSize() {
        const LoadedModel model = smallConvolutional();
        ModelRunner runner(*m_executor, model.model, model.weights);
        const Tensor pictures = noise(Shape{300, 1, 24, 8}); // more than decode takes at once
        const Tensor codes = runner.encode(pictures).value();
        QCOMPARE(codes.shape(), (Shape{300, 5, 6, 2}));
        QCOMPARE(largestDifference(runner.decode(codes).value(), runner.reconstruct(pictures).value()), 0.0);
        for (const auto& refused :
             {runner.encode(noise(Shape{1, 1, 24, 10})), runner.reconstruct(noise(Shape{1, 1, 24, 10}))})
            QVERIFY2(!refused && text(refused.error()).contains("multiples of 4; these have 10×24"),
                     refused ? "" : qPrintable(text(refused.error())));
        QVERIFY(!runner.decode(noise(Shape{1, 4, 6, 2})));
        const LoadedModel vector = smallModel("denoising", "convolutional", {{"model.layers", {6, 8}}}, {1, 16, 16});
        QVERIFY(!vector.model->takesAnySize() && vector.model->sizeMultiple == 1);
    }

    // As few and as small windows as cover the picture: none is run for what a neighbour has already seen.
    void tiles_areAsFewAsCoverThePicture() {
        const LoadedModel model = smallUNet();
        ModelRunner runner(*m_executor, model.model, model.weights);
        const int64_t margin = (receptiveField(model.model->autoencoder, "reconstruction")->radius + 3) / 4 * 4;
        const auto runs = [&](int64_t side, int64_t tile) {
            int count = 0;
            PassSettings settings;
            settings.tile = tile;
            settings.progress = [&](double) { ++count; };
            denoiseImage(runner, noise(Shape{1, side, side}), settings).value();
            return count;
        };
        QCOMPARE(runs(64 + 2 * margin, 64), 1); // the margins lie within the picture
        QCOMPARE(runs(68 + 2 * margin, 64), 4);
        QCOMPARE(runs(128 + 2 * margin, 64), 4);
    }

    void tiles_shrinkToTheMemoryThereIs_orSayWhatTheyNeed() {
        const LoadedModel model = smallUNet();
        const Tensor picture = noise(Shape{1, 256, 256});
        ModelRunner free(*m_executor, model.model, model.weights);
        PassSettings settings;
        settings.tile = 256;
        int tiles = 0;
        settings.progress = [&](double) { ++tiles; };
        const Tensor expected = denoiseImage(free, picture, settings).value().value();
        QCOMPARE(tiles, 1);
        ModelRunner tight(*m_executor, model.model, model.weights);
        settings.memoryBudget = 2 << 20;
        const auto small = denoiseImage(tight, picture, settings);
        QVERIFY2(small.ok(), small ? "" : qPrintable(text(small.error())));
        QVERIFY(largestDifference(**small, expected) < 1e-4);
        QVERIFY2(tiles > 4, qPrintable(QString::number(tiles)));
        ModelRunner none(*m_executor, model.model, model.weights);
        settings.memoryBudget = 1000;
        const auto refused = denoiseImage(none, picture, settings);
        QVERIFY(!refused && refused.error().code() == ErrorCode::OutOfMemory);
    }

    void tiles_stopBetweenNodes() {
        const LoadedModel model = smallUNet();
        ModelRunner runner(*m_executor, model.model, model.weights);
        std::stop_source stop;
        PassSettings settings;
        settings.tile = 32;
        settings.stop = stop.get_token();
        settings.progress = [&](double fraction) {
            QVERIFY(fraction < 0.5);
            stop.request_stop();
        };
        QVERIFY(!denoiseImage(runner, noise(Shape{1, 200, 200}), settings).value().has_value());
    }

    // A network that is told the noise level answers otherwise when told otherwise; estimates reach it too.
    void noiseLevel_reachesTheNetwork() {
        const LoadedModel model = smallUNet(1, {{"model.noise_level", true}});
        QVERIFY(model.model->wantsNoiseLevel());
        ModelRunner runner(*m_executor, model.model, model.weights);
        const Tensor picture = noise(Shape{1, 40, 40});
        PassSettings settings;
        settings.tile = 16;
        settings.noiseLevel = 0.1f;
        const Tensor low = denoiseImage(runner, picture, settings).value().value();
        settings.noiseLevel = 0.5f;
        const Tensor high = denoiseImage(runner, picture, settings).value().value();
        QVERIFY(largestDifference(low, high) > 1e-3);
        const Tensor whole = runner.reconstruct(Tensor(Shape{1, 1, 40, 40}, picture.values()), 0.5f).value();
        QVERIFY(largestDifference(high, Tensor(picture.shape(), whole.values())) < 1e-4);
    }

    // Each sample's own level reaches its own plane: a batch gives what its samples give one by one.
    void noiseLevels_ofABatch_reachTheirOwnSamples() {
        const LoadedModel model = smallUNet(1, {{"model.noise_level", true}});
        ModelRunner runner(*m_executor, model.model, model.weights);
        const Tensor same = noise(Shape{1, 1, 16, 16});
        const std::vector<float> levels = {0.0f, 0.4f, 0.1f};
        Tensor batch(Shape{3, 1, 16, 16});
        for (int64_t i = 0; i < 3; ++i)
            std::ranges::copy(same.values(), batch.sample(i).begin());
        const Tensor together = runner.reconstruct(NetworkInput{batch, levels}).value();
        for (int64_t i = 0; i < 3; ++i) {
            const Tensor alone = runner.reconstruct(same, levels[static_cast<size_t>(i)]).value();
            QVERIFY(largestDifference(alone, Tensor(same.shape(), together.sample(i))) < 1e-5);
            QVERIFY(i == 0 || largestDifference(alone, Tensor(same.shape(), together.sample(0))) > 1e-3);
        }
    }

    // A whole data set: the level that is given, or else what each sample tells of itself, also in a short last batch.
    void noiseLevels_ofADataset_areGivenOrEstimated() {
        const LoadedModel model = smallUNet(1, {{"model.noise_level", true}});
        ModelRunner runner(*m_executor, model.model, model.weights);
        constexpr int64_t kRows = 300, kElements = 256;
        MemoryDataset::Content content;
        content.rows = kRows;
        content.sampleShape = Shape{1, 16, 16};
        content.floats = RawBuffer<float>::allocate(static_cast<uint64_t>(kRows * kElements)).value();
        Tensor all(Shape{kRows, 1, 16, 16});
        RandomStream(5).fillUniform(all.values());
        for (int64_t i = 0; i < all.elements(); ++i) // from flat to noisy
            all.data()[i] = 0.5f + (all.data()[i] - 0.5f) * static_cast<float>(i / kElements) / kRows;
        std::ranges::copy(all.values(), content.floats.data());
        const auto dataset = std::make_shared<MemoryDataset>(std::move(content));
        const auto rebuilt = [&](std::optional<float> level) {
            std::vector<float> rows;
            const auto take = [&](const Batch&, std::span<const float> output) {
                rows.insert(rows.end(), output.begin(), output.end());
                return Result<void>();
            };
            runner.run(dataset, ModelRunner::What::Reconstruction, level, take).value();
            return Tensor(all.shape(), rows);
        };
        QVERIFY(largestDifference(rebuilt(0.3f), runner.reconstruct(all, 0.3f).value()) < 1e-5);
        NetworkInput judged{all, {}};
        for (int64_t i = 0; i < kRows; ++i)
            judged.noiseLevels.push_back(estimateNoiseLevel(Tensor(all.shape().sample(), all.sample(i))));
        QVERIFY(judged.noiseLevels[0] < 0.01f && judged.noiseLevels[kRows - 1] > 0.1f);
        QVERIFY(largestDifference(rebuilt({}), runner.reconstruct(judged).value()) < 1e-5);
    }

    void noiseLevel_isEstimated() {
        for (const float sigma : {0.02f, 0.1f}) {
            Tensor picture(Shape{3, 200, 150}), normal(picture.shape());
            RandomStream(8).fillNormal(normal.values());
            for (int64_t i = 0; i < picture.elements(); ++i) // a slope, whose differences vanish
                picture.data()[i] = static_cast<float>(i % 150) / 150.0f + sigma * normal.data()[i];
            QVERIFY(std::abs(estimateNoiseLevel(picture) / sigma - 1.0f) < 0.05f);
        }
        QCOMPARE(estimateNoiseLevel(Tensor(Shape{1, 1, 9})), 0.0f);
    }

    // Where noise was cut off, or never was, blocks say nothing about it.
    void noiseLevel_ofClippedAndFlatPictures_data() {
        QTest::addColumn<double>("sigma");     // on the 0–255 scale
        QTest::addColumn<double>("flatShare"); // rows from the top, of flatValue
        QTest::addColumn<double>("flatValue");
        QTest::addColumn<bool>("isFlatNoisy"); // before all is clipped and rounded to bytes
        QTest::newRow("gray") << 10.0 << 0.0 << 0.0 << false;
        QTest::newRow("a third white sky, noisy and clipped") << 25.0 << 1 / 3.0 << 1.0 << true;
        QTest::newRow("a third pure white sky") << 25.0 << 1 / 3.0 << 1.0 << false;
        QTest::newRow("two thirds black, noisy and clipped") << 25.0 << 2 / 3.0 << 0.0 << true;
        QTest::newRow("two thirds pure black") << 25.0 << 2 / 3.0 << 0.0 << false;
    }
    void noiseLevel_ofClippedAndFlatPictures() {
        QFETCH(double, sigma);
        QFETCH(double, flatShare);
        QFETCH(double, flatValue);
        QFETCH(bool, isFlatNoisy);
        Tensor picture(Shape{1, 300, 240}), normal(picture.shape());
        RandomStream(8).fillNormal(normal.values());
        const auto flat = static_cast<int64_t>(flatShare * 300) * 240;
        for (int64_t i = 0; i < picture.elements(); ++i) {
            const double noise = sigma / 255 * static_cast<double>(normal.data()[i]);
            const double value = i < flat ? flatValue + (isFlatNoisy ? noise : 0) : 0.5 + noise;
            picture.data()[i] = static_cast<float>(std::round(std::clamp(value, 0.0, 1.0) * 255) / 255);
        }
        const double estimate = 255 * static_cast<double>(estimateNoiseLevel(picture));
        QVERIFY2(std::abs(estimate / sigma - 1) < 0.08, qPrintable(QString::number(estimate)));
    }
    // A drawing without noise, its lines softened, on plain gray: flat areas say that there is none.
    void noiseLevel_ofACleanDrawing_isNone() {
        Tensor picture(Shape{1, 200, 200});
        for (int64_t i = 0; i < picture.elements(); ++i) {
            const double distance = std::hypot(static_cast<double>(i / 200 - 100), static_cast<double>(i % 200 - 100));
            const double ink = std::clamp(1.5 - std::abs(distance - 10 * std::round(distance / 40) * 4), 0.0, 1.0);
            picture.data()[i] = static_cast<float>(std::round(200 - 160 * ink) / 255);
        }
        QCOMPARE(estimateNoiseLevel(picture), 0.0f);
    }

    // Edges are no noise.
    void noiseLevel_ofWhollyFlatPictures_isNone() {
        for (const float value : {0.0f, 0.5f, 1.0f}) {
            Tensor picture(Shape{3, 40, 50});
            std::fill(picture.values().begin(), picture.values().end(), value);
            QCOMPARE(estimateNoiseLevel(picture), 0.0f);
            for (int64_t i = 0; i < 40; ++i) // a diagonal line, sharp
                picture.data()[i * 50 + i] = 0.3f;
            QCOMPARE(estimateNoiseLevel(picture), 0.0f);
        }
    }

    // Each channel of its own noise, where a gray model takes them one by one.
    void noiseLevel_notTold_isEstimatedPerChannel() {
        const LoadedModel model = smallUNet(1, {{"model.noise_level", true}});
        ModelRunner runner(*m_executor, model.model, model.weights);
        Tensor picture(Shape{3, 40, 40});
        RandomStream(8).fillNormal(picture.values());
        for (int64_t i = 0; i < picture.elements(); ++i)
            picture.data()[i] = 0.5f + picture.data()[i] * 0.02f * static_cast<float>(1 + i / 1600);
        const Tensor together = denoiseImage(runner, picture).value().value();
        for (size_t c = 0; c < 3; ++c) {
            const Tensor channel(Shape{1, 40, 40}, picture.values().subspan(c * 1600, 1600));
            PassSettings settings;
            settings.noiseLevel = estimateNoiseLevel(channel);
            const Tensor alone = denoiseImage(runner, channel, settings).value().value();
            QVERIFY(std::ranges::equal(alone.values(), together.values().subspan(c * 1600, 1600)));
        }
    }

    // 2 · multiplications, by hand: 3×3 from 4 to 8 channels on 2 pictures of 10×6, then a matrix product.
    void productFlops_countWhatIsMultiplied() {
        Graph graph = pictureGraph([](Graph& g, NodeId x) { return convolved(g, x, 8, 3, Window::same(3)); });
        QCOMPARE(productFlops(graph, {.n = 2, .h = 10, .w = 6}), int64_t{2} * 2 * 60 * 9 * 4 * 8);
        Graph product;
        product.setOutput("y", product.matMul(product.input("a", {Dim::n(), 5}), product.parameter("w", {5, 7})));
        QCOMPARE(productFlops(product, {.n = 3}), int64_t{2} * 3 * 5 * 7);
    }
};

QTEST_GUILESS_MAIN(TestTiles)
#include "tst_tiles.moc"
