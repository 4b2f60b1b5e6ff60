// Codes as stored, JPEG near a number of bytes, and the table that sets a model against PCA and JPEG.

#include <QtTest>

#include <cmath>
#include <set>

#include "core/analysis/ImageMetrics.h"
#include "core/analysis/Pca.h"
#include "core/analysis/StoredCode.h"
#include "core/base/Contract.h"
#include "core/base/Random.h"
#include "core/data/BuiltinSources.h"
#include "core/data/ImageCodec.h"
#include "core/data/JpegTrials.h"
#include "core/data/MemoryDataset.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/inference/CodeSource.h"
#include "core/inference/Compression.h"
#include "tests/support/SmallModels.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

Tensor drawn(const Shape& shape, uint64_t seed) {
    Tensor values(shape);
    RandomStream(seed).fillNormal(values.values());
    return values;
}

// The middle of one of the sample photographs.
Tensor photograph(int64_t side, int64_t channels) {
    const EmbeddedFile& file = embeddedPhotos()[4];
    Tensor whole = decodeImage(std::as_bytes(std::span(file.content)), std::string(file.name)).value().pixels;
    whole = resizeImage(whole, side, side);
    return channels == whole.shape()[0] ? whole : Tensor({1, side, side}, whole.values().first(size_t(side * side)));
}

std::shared_ptr<const Dataset> pictures(const Shape& shape, int64_t rows, uint64_t seed) {
    MemoryDataset::Content content;
    content.rows = rows;
    content.sampleShape = shape;
    content.image = true;
    content.floats = RawBuffer<float>::allocate(static_cast<size_t>(rows * shape.elements())).value();
    const RandomStream stream(seed);
    for (int64_t n = 0; n < rows; ++n)
        for (int64_t i = 0; i < shape.elements(); ++i) { // smooth, with few degrees of freedom and a little noise
            const float phase = 6.0f * stream.uniform(static_cast<uint64_t>(n));
            const float fine = stream.uniform(static_cast<uint64_t>(1000 + n * shape.elements() + i));
            content.floats.data()[n * shape.elements() + i] =
                0.1f + 0.35f * (1 + std::sin(phase + 0.3f * static_cast<float>(i))) + 0.1f * fine;
        }
    return std::make_shared<MemoryDataset>(std::move(content));
}

Tensor all(const Dataset& data) {
    Tensor values(data.sampleShape().batch(data.size()));
    for (int64_t row = 0; row < data.size(); ++row)
        data.read(std::span(&row, 1), values.sample(row));
    return values;
}

double mse(const Tensor& a, const Tensor& b) {
    return meanSquaredError(a.values(), b.values());
}

} // namespace

class TestCompression : public QObject {
    Q_OBJECT

private slots:
    void stored_8bit_isOffByHalfAStepAtMost_andKeepsTheEnds() {
        const Tensor codes = drawn({500, 3, 2, 2}, 1);
        const CodeRange range(codes);
        const Tensor stored = range.stored(codes, CodeFormat::Bits8);
        double worst = 0;
        for (int64_t n = 0; n < 500; ++n)
            for (int64_t i = 0; i < 12; ++i) {
                const float value = codes.sample(n)[size_t(i)], back = stored.sample(n)[size_t(i)];
                const double step = double(range.high(i) - range.low(i)) / 255;
                worst = std::max(worst, std::abs(double(value) - double(back)) / step);
                if (value == range.low(i) || value == range.high(i))
                    QVERIFY(std::abs(back - value) < 1e-6f);
            }
        QVERIFY2(worst <= 0.5 + 1e-4 && worst > 0.49, qPrintable(QString::number(worst)));
        // 256 levels and no more.
        std::set<float> levels;
        for (int64_t n = 0; n < 500; ++n)
            levels.insert(stored.sample(n)[0]);
        QVERIFY(levels.size() <= 256 && levels.size() > 100);
    }

    void stored_f16_isRoundedToElevenBits_f32IsExact_andOddValuesAreSafe() {
        const Tensor codes = drawn({50, 20}, 2);
        const CodeRange range(codes);
        QVERIFY(std::ranges::equal(range.stored(codes, CodeFormat::F32).values(), codes.values()));
        const Tensor half = range.stored(codes, CodeFormat::F16);
        double worst = 0;
        for (size_t i = 0; i < codes.values().size(); ++i)
            if (std::abs(codes.values()[i]) > 1e-3f)
                worst = std::max(worst, std::abs(double(half.values()[i]) / double(codes.values()[i]) - 1));
        QVERIFY2(worst <= std::pow(2, -11) && worst > std::pow(2, -13), qPrintable(QString::number(worst)));

        Tensor odd({2, 3});
        const float values[] = {1e9f, 2.0f, 0.0f, -1e9f, 2.0f, 1.0f};
        std::ranges::copy(values, odd.data());
        const CodeRange wide(odd);
        const Tensor bounded = wide.stored(odd, CodeFormat::F16), bits = wide.stored(odd, CodeFormat::Bits8);
        QCOMPARE(bounded.values()[0], 65504.0f);
        QCOMPARE(bounded.values()[3], -65504.0f);
        QCOMPARE(bits.values()[1], 2.0f); // a dimension that never varies
        QCOMPARE(bits.values()[4], 2.0f);
        QVERIFY_EXCEPTION_THROWN(wide.stored(codes, CodeFormat::Bits8), ContractError);
        QVERIFY_EXCEPTION_THROWN(CodeRange(Tensor(Shape{0, 3})), ContractError);
    }

    // Against all hundred qualities.
    void jpeg_nearest_noOtherQualityIsNearer_data() {
        QTest::addColumn<int>("side");
        QTest::addColumn<int>("channels");
        for (const int side : {16, 28, 64, 65})
            for (const int channels : {1, 3})
                QTest::addRow("%d pixels, %d channels", side, channels) << side << channels;
    }
    void jpeg_nearest_noOtherQualityIsNearer() {
        QFETCH(int, side);
        QFETCH(int, channels);
        const Tensor picture = photograph(side, channels);
        JpegTrials trials(picture.values(), picture.shape());
        for (const JpegCount count : {JpegCount::WholeFile, JpegCount::WithoutTables}) {
            const int64_t smallest = trials.bytes(1, count).value(), largest = trials.bytes(100, count).value();
            QVERIFY(smallest < largest);
            for (int64_t wanted = smallest / 2; wanted < largest * 6 / 5; wanted += 1 + (largest - smallest) / 11) {
                const int chosen = trials.nearest(wanted, count).value();
                const int64_t off = std::abs(trials.bytes(chosen, count).value() - wanted);
                for (int quality = 1; quality <= 100; ++quality)
                    QVERIFY2(std::abs(trials.bytes(quality, count).value() - wanted) >= off,
                             qPrintable(QString("%1 bytes: %2, not %3").arg(wanted).arg(chosen).arg(quality)));
            }
            int64_t least = largest;
            for (int quality = 1; quality <= 100; ++quality)
                least = std::min(least, trials.bytes(quality, count).value());
            QCOMPARE(trials.smallest(count).value(), least);
        }
    }

    // The file is what everybody reads, and its tables are what they are known to be: two of quantisation of 65 and two
    // pairs of Huffman of 29 + 179 bytes, half of that for gray.
    void jpeg_file_isReadByOthers_andItsTablesHaveTheStandardsSize() {
        for (const int64_t channels : {1, 3}) {
            const Tensor picture = photograph(64, channels);
            JpegTrials trials(picture.values(), picture.shape());
            TemporaryFolder folder;
            encodeImage(folder / "a.jpg", picture, {.jpegQuality = 70}).value();
            QCOMPARE(trials.bytes(70, JpegCount::WholeFile).value(),
                     int64_t(std::filesystem::file_size(folder / "a.jpg")));
            const Tensor read = decodeImage(folder / "a.jpg").value().pixels;
            const std::vector<float> decoded = trials.decoded(70).value();
            double worst = 0;
            for (size_t i = 0; i < decoded.size(); ++i)
                worst = std::max(worst, double(std::abs(decoded[i] - read.values()[i])));
            QVERIFY(worst < 1e-6);
            const int64_t tables =
                trials.bytes(70, JpegCount::WholeFile).value() + 1 - trials.bytes(70, JpegCount::WithoutTables).value();
            const int64_t quantisation = 2 + 2 + 65, huffman = (2 + 2 + 29) + (2 + 2 + 179);
            QCOMPARE(tables, (channels == 1 ? 1 : 2) * (quantisation + huffman));
        }
    }

    void table_ofDenseAndSpatialCodes_isWhatItsPartsSay_data() {
        QTest::addColumn<QString>("architecture");
        QTest::addColumn<int>("channels");
        QTest::addRow("dense") << "dense" << 1;
        QTest::addRow("dense, colour") << "dense" << 3;
        QTest::addRow("convolutional, dense code") << "convolutional" << 1;
        QTest::addRow("convolutional, spatial code") << "spatial" << 3;
    }
    void table_ofDenseAndSpatialCodes_isWhatItsPartsSay() {
        QFETCH(QString, architecture);
        QFETCH(int, channels);
        const Shape shape{channels, 16, 12};
        const bool isSpatial = architecture == "spatial", isDense = architecture == "dense";
        test::Settings settings{{"model.code_size", isSpatial ? 2 : 5},
                                {"model.layers", isDense ? Json{20} : Json{4, 6}}};
        if (isSpatial)
            settings.emplace_back("model.code", "spatial");
        const LoadedModel model = smallModel("undercomplete", isDense ? "dense" : "convolutional", settings, shape);
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        ModelRunner runner(*executor, model.model, model.weights);
        const auto data = pictures(shape, 120, 3), training = pictures(shape, 400, 4);
        double last = 0;
        bool isOrdered = true;
        const auto progress = [&](double fraction) {
            isOrdered = isOrdered && fraction >= last;
            last = fraction;
        };
        const Compression table =
            **measureCompression(runner, {.pictures = data, .training = training, .progress = progress});
        QVERIFY(isOrdered && std::abs(last - 1) < 1e-9);
        QCOMPARE(table.samples, 120);
        QCOMPARE(table.inputBytes, shape.elements());
        QCOMPARE(table.codeValues, model.model->codeElements());
        const Tensor samples = all(*data);

        // The model: encode, store, decode.
        const Tensor codes = **encodeAll(runner, data);
        const CodeRange range(**encodeAll(runner, training));
        for (size_t i = 0; i < 3; ++i) {
            const CompressionRow& row = table.rows[i];
            QCOMPARE(row.method, CompressionMethod::Model);
            QCOMPARE(row.format, kCodeFormats[i]);
            QCOMPARE(row.bytes, double(table.codeValues * (i == 0 ? 4 : i == 1 ? 2 : 1)));
            QCOMPARE(row.ratio, double(shape.elements()) / row.bytes);
            const Tensor decoded = runner.decode(range.stored(codes, row.format)).value();
            QVERIFY(std::abs(row.mse / mse(samples, decoded) - 1) < 1e-6);
        }
        QVERIFY(std::abs(table.rows[0].mse / mse(samples, runner.reconstruct(samples).value()) - 1) < 1e-5);
        QVERIFY(table.rows[2].mse != table.rows[0].mse);

        // PCA, fitted to other data, as by hand.
        const Tensor flat = all(*training).reshaped({400, shape.elements()});
        const Pca pca = Pca::fit(flat, table.codeValues);
        const Tensor projected = pca.project(Tensor(samples).reshaped({120, shape.elements()}));
        const CodeRange pcaRange(pca.project(flat));
        for (size_t i = 3; i < 6; ++i) {
            const CompressionRow& row = table.rows[i];
            QCOMPARE(row.method, CompressionMethod::Pca);
            QCOMPARE(row.bytes, table.rows[i - 3].bytes);
            const Tensor decoded = pca.reconstruct(pcaRange.stored(projected, row.format)).reshaped(samples.shape());
            QVERIFY(std::abs(row.mse / mse(samples, decoded) - 1) < 1e-6);
            double psnrs = 0, ssims = 0;
            for (int64_t n = 0; n < 120; ++n) {
                psnrs += psnr(samples.sample(n), decoded.sample(n)) / 120;
                ssims += ssim(samples.sample(n), decoded.sample(n), shape) / 120;
            }
            QVERIFY(std::abs(row.psnr - psnrs) < 1e-6 && std::abs(row.ssim - ssims) < 1e-6);
        }
        QVERIFY(table.rows[3].mse < table.rows[0].mse); // which nobody has trained

        // JPEG cannot be so small with its tables, and says how small it can be.
        const CompressionRow& file = table.rows[6];
        QCOMPARE(file.method, CompressionMethod::JpegFile);
        QCOMPARE(file.outOfReach, 120);
        QVERIFY(file.bytes > table.rows[0].bytes);
        QCOMPARE(labelOf(file, 120), std::string("JPEG file, at its smallest"));
        QCOMPARE(table.rows[7].method, CompressionMethod::JpegWithoutTables);
        double bytes = 0, error = 0;
        for (int64_t n = 0; n < 120; ++n) {
            JpegTrials trials(samples.sample(n), shape);
            const int quality = trials.nearest(int64_t(table.rows[0].bytes), JpegCount::WithoutTables).value();
            bytes += double(trials.bytes(quality, JpegCount::WithoutTables).value()) / 120;
            error += meanSquaredError(samples.sample(n), trials.decoded(quality).value()) / 120;
        }
        QVERIFY(std::abs(table.rows[7].bytes - bytes) < 1e-9);
        QVERIFY(std::abs(table.rows[7].mse / error - 1) < 1e-6);
    }

    void table_withoutTrainingData_orWithTooFew_leavesPcaOut_andSaysWhy() {
        const LoadedModel model = smallModel();
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        ModelRunner runner(*executor, model.model, model.weights);
        const auto data = pictures(model.model->sampleShape, 10, 5);
        for (const auto& training : {std::shared_ptr<const Dataset>(), pictures(model.model->sampleShape, 3, 6)}) {
            const Compression table = **measureCompression(runner, {.pictures = data, .training = training});
            QVERIFY(std::ranges::none_of(
                table.rows, [](const CompressionRow& row) { return row.method == CompressionMethod::Pca; }));
            QVERIFY(table.notes.back().starts_with("PCA is left out"));
            // Of so few pictures every value is an end of its range: without others 8 bits would cost nothing.
            QCOMPARE(table.notes.size(), training ? 1 : 2);
            QVERIFY(training || table.notes.front().starts_with("8-bit"));
            QVERIFY(training == nullptr || table.rows[2].mse != table.rows[0].mse);
        }
    }

    void table_whatCannotBe_isExplained_andStopIsHeard() {
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        const LoadedModel unet =
            smallModel("denoising", "unet", {{"model.layers", {16}}, {"model.blocks", 1}}, {1, 16, 16});
        ModelRunner coderless(*executor, unet.model, unet.weights);
        const auto none = measureCompression(coderless, {.pictures = pictures({1, 16, 16}, 4, 7)});
        QVERIFY(!none && none.error().message().find("has no code") != std::string::npos);

        const LoadedModel model = smallModel();
        ModelRunner runner(*executor, model.model, model.weights);
        const auto other = measureCompression(runner, {.pictures = pictures({1, 7, 7}, 4, 7)});
        QVERIFY(!other && other.error().code() == ErrorCode::InvalidArgument);
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = measureCompression(
            runner, {.pictures = pictures(model.model->sampleShape, 10, 5), .stop = stop.get_token()});
        QVERIFY(stopped && !*stopped);
    }
};

QTEST_APPLESS_MAIN(TestCompression)
#include "tst_compression.moc"
