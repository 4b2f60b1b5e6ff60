#include <QtTest>

#include <fstream>
#include <set>

#include <unistd.h>

#include "core/data/ImageCodec.h"
#include "core/data/OpenDataset.h"
#include "core/data/SourceFiles.h"
#include "core/data/Split.h"
#include "core/formats/Npy.h"
#include "core/formats/Safetensors.h"
#include "tests/core/HostileFiles.h"

// Sources: from what a person names to rows, and what is said when that cannot be.

using namespace hourglass;
using namespace hourglass::test;

namespace {

Tensor flat(int64_t channels, int64_t height, int64_t width, float value) {
    Tensor tensor(Shape{channels, height, width});
    std::fill_n(tensor.data(), tensor.elements(), value);
    return tensor;
}

std::vector<float> rowOf(const Dataset& dataset, int64_t row) {
    std::vector<float> values(static_cast<size_t>(dataset.sampleShape().elements()));
    dataset.read(std::span(&row, 1), values);
    return values;
}

std::string messageOf(const Result<OpenedDataset>& opened) {
    return opened.ok() ? "it opened" : opened.error().message();
}

bool says(const Result<OpenedDataset>& opened, const std::string& what) {
    return !opened.ok() && opened.error().message().find(what) != std::string::npos;
}

} // namespace

class TestDatasets : public QObject {
    Q_OBJECT

    TemporaryFolder m_folder;

    void picture(const std::string& name, const Tensor& pixels) {
        std::filesystem::create_directories((m_folder / name).parent_path());
        if (!encodeImage(m_folder / name, pixels))
            throw std::runtime_error("no picture written");
    }
    Result<OpenedDataset> open(const std::string& source, const DataOptions& options = {}) {
        return openSource(source, options, m_folder.path());
    }

private slots:
    void init() {
        for (const auto& entry : std::filesystem::directory_iterator(m_folder.path()))
            std::filesystem::remove_all(entry.path());
    }

    void options_defaults_openWithoutAnyFile() {
        const OptionValues values{dataOptions()};
        const OpenedDataset opened = openDataset(values, m_folder.path()).value();
        QCOMPARE(opened.dataset->description(), std::string("4,096 images 32×32 gray"));
        OptionValues greedy{dataOptions()};
        greedy.set("data.validation_fraction", 0.6).value();
        greedy.set("data.test_fraction", 0.5).value();
        QVERIFY(says(openDataset(greedy, m_folder.path()), "data.validation_fraction"));
    }

    void fashionMnist_train_labelsAndClasses() {
        const Result<OpenedDataset> opened = open("fashion-mnist:train");
        if (!opened) {
            QVERIFY2(says(opened, "apt install dataset-fashion-mnist"), messageOf(opened).c_str());
            QSKIP("the package dataset-fashion-mnist is not installed");
        }
        const Dataset& dataset = *opened->dataset;
        QCOMPARE(dataset.size(), int64_t{60000});
        QVERIFY(dataset.sampleShape() == (Shape{1, 28, 28}) && dataset.isImage());
        QCOMPARE(dataset.classNames()[static_cast<size_t>(*dataset.label(0))], std::string("Ankle boot"));
        double sum = 0;
        for (int64_t row = 0; row < 6000; ++row)
            for (const float value : rowOf(dataset, row))
                sum += static_cast<double>(value);
        QVERIFY(std::abs(sum / 6000 / 784 - 0.286) < 0.005); // the published mean of the set
        QVERIFY(says(open("fashion-mnist:valid"), "fashion-mnist:train or fashion-mnist:test"));
    }

    void shapes_factors_explainThePictures() {
        const OpenedDataset opened = open("builtin:shapes").value();
        const Dataset& dataset = *opened.dataset;
        QCOMPARE(dataset.factorNames().size(), size_t{6});
        std::set<int> kinds;
        for (int64_t row = 0; row < 300; ++row) {
            const std::span<const float> factors = dataset.factors(row);
            const std::vector<float> values = rowOf(dataset, row);
            kinds.insert(*dataset.label(row));
            QCOMPARE(static_cast<int>(factors[0]), *dataset.label(row));
            // The brightest value is the brightness, and the centre of mass lies at x, y.
            QVERIFY(std::abs(*std::max_element(values.begin(), values.end()) - factors[5]) < 0.003f);
            double mass = 0, x = 0, y = 0;
            for (int i = 0; i < 1024; ++i) {
                const auto value = static_cast<double>(values[static_cast<size_t>(i)]);
                mass += value;
                x += value * (i % 32 + 0.5);
                y += value * (i / 32 + 0.5);
            }
            QVERIFY(std::abs(x / mass / 32 - static_cast<double>(factors[1])) < 0.012);
            QVERIFY(std::abs(y / mass / 32 - static_cast<double>(factors[2])) < 0.012);
        }
        QCOMPARE(kinds, (std::set<int>{0, 1, 2, 3}));
        QCOMPARE(rowOf(*open("builtin:shapes").value().dataset, 99), rowOf(dataset, 99));
    }

    void photos_defaultPatches_splitByPhotograph() {
        const OpenedDataset opened = open("builtin:photos").value();
        const Dataset& dataset = *opened.dataset;
        QCOMPARE(dataset.description(), std::string("1,280 patches 64×64 RGB from 10 images"));
        const Split split = splitByStableId(dataset, 0.2, 0, 0);
        QCOMPARE(split.validation.size(), size_t{256});
        std::set<uint64_t> training;
        for (const int64_t row : split.train)
            training.insert(dataset.group(row));
        for (const int64_t row : split.validation)
            QVERIFY(!training.contains(dataset.group(row)));
        const OpenedDataset again = open("builtin:photos").value();
        QCOMPARE(rowOf(*again.dataset, 700), rowOf(dataset, 700));
        QCOMPARE(again.dataset->id(700), dataset.id(700));
    }

    void folder_sameSizes_asTheyAre_classesFromSubfolders() {
        picture("d/cat/2.png", flat(1, 6, 8, 0.2f));
        picture("d/cat/10.png", flat(1, 6, 8, 0.4f));
        picture("d/dog/deep/1.png", flat(3, 6, 8, 0.6f));
        picture("d/.hidden/1.png", flat(3, 6, 9, 0.6f));
        writeText(m_folder / "d/notes.txt", "not a picture");
        const OpenedDataset opened = open("folder:d").value();
        const Dataset& dataset = *opened.dataset;
        QCOMPARE(dataset.description(), std::string("3 images 8×6 RGB"));
        QVERIFY(opened.report.skipped.empty());
        QCOMPARE(dataset.name(0), std::string("cat/2.png"));
        QCOMPARE(dataset.name(1), std::string("cat/10.png"));
        QCOMPARE(dataset.name(2), std::string("dog/deep/1.png"));
        QCOMPARE(std::vector<std::string>(dataset.classNames().begin(), dataset.classNames().end()),
                 (std::vector<std::string>{"cat", "dog"}));
        QCOMPARE(dataset.label(2), std::optional(1));
        QCOMPARE(rowOf(dataset, 1)[100], 102.0f / 255.0f); // gray became three equal channels

        // Another picture moves rows but not identities.
        const uint64_t id = dataset.id(1);
        picture("d/cat/1.png", flat(1, 6, 8, 0.8f));
        const OpenedDataset more = open("d").value();
        QCOMPARE(more.dataset->size(), int64_t{4});
        QCOMPARE(more.dataset->id(2), id);
    }

    void folder_mixedSizes_fixedPatches() {
        picture("d/a.png", flat(1, 100, 80, 0.2f));
        picture("d/b.png", flat(1, 64, 200, 0.4f));
        picture("d/tiny.png", flat(1, 10, 300, 0.6f));
        const OpenedDataset opened = open("d").value();
        QCOMPARE(opened.dataset->description(), std::string("384 patches 64×64 gray from 3 images"));
        QVERIFY(opened.report.notes.size() == 2 &&
                opened.report.notes[1].find("1 image was smaller") != std::string::npos);
        std::set<uint64_t> ids;
        for (int64_t row = 0; row < opened.dataset->size(); ++row)
            ids.insert(opened.dataset->id(row));
        QCOMPARE(ids.size(), size_t{384});
        // What one picture gives does not depend on the others.
        std::filesystem::remove(m_folder / "d/a.png");
        DataOptions options;
        options.fit = FitChoice::Patches;
        options.patchesPerImage = 128;
        const OpenedDataset fewer = open("d", options).value();
        QCOMPARE(fewer.dataset->id(0), opened.dataset->id(128));
        QCOMPARE(fewer.dataset->name(0), opened.dataset->name(128));
    }

    void folder_smallPictures_everyPatchOnce() {
        picture("d/exact.png", flat(1, 64, 64, 0.2f));
        picture("d/little.png", flat(1, 65, 66, 0.4f));
        picture("d/large.png", flat(1, 100, 100, 0.4f));
        const OpenedDataset opened = open("d").value();
        std::set<std::string> names;
        for (int64_t row = 0; row < opened.dataset->size(); ++row)
            names.insert(opened.dataset->name(row));
        QVERIFY(names.contains("exact.png at 0,0") && names.contains("little.png at 2,1"));
        QCOMPARE(opened.dataset->size(), int64_t{1 + 6 + 128});
        QVERIFY(opened.report.notes.back().find("2 images have room for fewer") != std::string::npos);
    }

    // A long thin picture is cut before it is enlarged; one that would still be too large is named.
    void folder_thinPictures_costNoGigabytes() {
        picture("d/thin.png", flat(1, 1, 1000000, 0.5f));
        picture("d/square.png", flat(1, 600, 600, 0.25f));
        DataOptions options;
        options.fit = FitChoice::Patches;
        options.patchesPerImage = 4;
        const OpenedDataset opened = open("d", options).value();
        QCOMPARE(opened.dataset->size(), int64_t{8});
        QVERIFY(opened.report.skipped.empty());
        QCOMPARE(rowOf(*opened.dataset, 4)[77], 128.0f / 255.0f); // 0.5 of the thin one, in 8 bits
        options.patchSize = 512;
        const OpenedDataset larger = open("d", options).value();
        QCOMPARE(larger.dataset->size(), int64_t{4});
        QCOMPARE(larger.report.skipped.size(), size_t{1});
        QCOMPARE(larger.report.skipped[0].path, std::string("thin.png"));
    }

    void folder_linksToOtherPlaces_areNamed_notFollowed() {
        picture("d/a.png", flat(1, 6, 8, 0.2f));
        picture("d/sub/b.png", flat(1, 6, 8, 0.2f));
        picture("d/.store/c.png", flat(1, 6, 8, 0.2f));
        picture("elsewhere/far.png", flat(1, 6, 8, 0.2f));
        std::filesystem::create_directory_symlink(m_folder / "elsewhere", m_folder / "d/out");
        std::filesystem::create_directory_symlink("sub", m_folder / "d/again");
        std::filesystem::create_directory_symlink(".store", m_folder / "d/kept");
        const OpenedDataset opened = open("d").value();
        QCOMPARE(opened.dataset->size(), int64_t{3});
        QCOMPARE(opened.dataset->name(1), std::string("kept/c.png"));
        QCOMPARE(opened.dataset->name(2), std::string("sub/b.png"));
        QCOMPARE(opened.report.skipped.size(), size_t{1});
        QCOMPARE(opened.report.skipped[0].path, std::string("out"));
        QVERIFY(opened.report.skipped[0].reason.find("another place") != std::string::npos);
    }

    void folder_fitOptions_bringToSize_data() {
        QTest::addColumn<int>("fit");
        QTest::addColumn<QList<float>>("middleRow"); // of the 8 × 8 result
        QTest::newRow("stretch") << int(FitChoice::Stretch) << QList<float>{0, 0, 0, 0, 1, 1, 1, 1};
        QTest::newRow("crop") << int(FitChoice::Crop) << QList<float>{0, 0, 0, 0, 1, 1, 1, 1};
        QTest::newRow("pad") << int(FitChoice::Pad) << QList<float>{0, 0, 0, 0, 1, 1, 1, 1};
    }
    void folder_fitOptions_bringToSize() {
        QFETCH(int, fit);
        QFETCH(QList<float>, middleRow);
        Tensor halves = flat(1, 16, 32, 0); // left black, right white
        for (int i = 0; i < 16 * 32; ++i)
            halves.data()[i] = i % 32 >= 16 ? 1.0f : 0.0f;
        picture("d/a.png", halves);
        DataOptions options;
        options.fit = static_cast<FitChoice>(fit);
        options.width = 8;
        const OpenedDataset opened = open("d", options).value();
        QVERIFY(opened.dataset->sampleShape() == (Shape{1, 8, 8}));
        const std::vector<float> values = rowOf(*opened.dataset, 0);
        QCOMPARE(QList<float>(values.begin() + 32, values.begin() + 40), middleRow);
        QCOMPARE(values[7], options.fit == FitChoice::Pad ? 0.0f : 1.0f); // the top right corner
    }

    void folder_brokenPictures_skippedCountedNamed() {
        picture("d/good.png", flat(3, 5, 5, 0.5f));
        picture("d/cut.png", flat(3, 5, 5, 0.5f));
        std::filesystem::resize_file(m_folder / "d/cut.png", 60);
        writeText(m_folder / "d/garbage.jpg", "this is no picture");
        writeText(m_folder / "d/empty.webp", "");
        std::filesystem::create_symlink("nowhere.png", m_folder / "d/dangling.png");
        std::filesystem::create_directory_symlink(".", m_folder / "d/loop");
        const OpenedDataset opened = open("d").value();
        QCOMPARE(opened.dataset->size(), int64_t{1});
        std::set<std::string> names;
        for (const SkippedFile& file : opened.report.skipped) {
            names.insert(file.path);
            QVERIFY(!file.reason.empty());
        }
        QCOMPARE(names, (std::set<std::string>{"cut.png", "garbage.jpg", "empty.webp", "dangling.png"}));
    }

    void folder_unusable_saysWhy() {
        std::filesystem::create_directory(m_folder / "empty");
        QVERIFY2(says(open("folder:empty"), "holds no picture"), messageOf(open("folder:empty")).c_str());
        std::filesystem::create_directory(m_folder / "bad");
        writeText(m_folder / "bad/a.png", "garbage");
        QVERIFY2(says(open("bad"), "a.png: it is not a PNG"), messageOf(open("bad")).c_str());
        QVERIFY(says(open("folder:nowhere"), "There is no folder"));
        QVERIFY(says(open("nowhere"), "there is no file or folder"));
        writeText(m_folder / "text.txt", "hello, world, this is text");
        QVERIFY2(says(open("text.txt"), "of no kind"), messageOf(open("text.txt")).c_str());
        QVERIFY(says(open("folder:text.txt"), "There is no folder"));
        QVERIFY2(says(open("foo:bar"), "idx:IMAGES[,LABELS]"), messageOf(open("foo:bar")).c_str());
        QVERIFY(says(open(""), "expected one of"));
        QVERIFY(says(open("builtin:cats"), "builtin:shapes or builtin:photos"));
        if (geteuid() != 0) { // root may read everything
            std::filesystem::permissions(m_folder / "empty", std::filesystem::perms::none);
            QVERIFY(says(open("empty"), "cannot be read"));
            std::filesystem::permissions(m_folder / "empty", std::filesystem::perms::owner_all);
        }
    }

    void folder_tooLargeForMemory_saysWhatToDo() {
        picture("d/a.png", flat(1, 4, 4, 0.5f));
        DataOptions options;
        options.fit = FitChoice::Patches;
        options.patchSize = 2048;
        options.patchesPerImage = 100000;
        const Result<OpenedDataset> opened = open("d", options);
        QVERIFY2(says(opened, "Set data.fit") && opened.error().code() == ErrorCode::OutOfMemory,
                 messageOf(opened).c_str());
    }

    void folder_cancelled_nullDatasetAtOnce() {
        for (int i = 0; i < 20; ++i)
            picture(fmt::format("d/{}.png", i), flat(1, 8, 8, 0.5f));
        std::stop_source source;
        int64_t last = -1;
        const ProgressFunction stopAtFive = [&](int64_t done, int64_t total) {
            QVERIFY(done >= last && (total == 0 || done <= total));
            last = done;
            if (done == 5)
                source.request_stop();
        };
        const OpenedDataset opened = openSource("d", {}, m_folder.path(), source.get_token(), stopAtFive).value();
        QVERIFY(opened.dataset == nullptr);
        QCOMPARE(last, int64_t{5});
    }

    void image_oneFile_isASource() {
        picture("one.png", flat(3, 5, 7, 0.2f));
        const OpenedDataset opened = open("one.png").value();
        QCOMPARE(opened.dataset->description(), std::string("1 image 7×5 RGB"));
        QCOMPARE(opened.dataset->name(0), std::string("one.png"));
        DataOptions gray;
        gray.channels = ChannelChoice::Gray;
        QVERIFY(open("image:one.png", gray)->dataset->sampleShape() == (Shape{1, 5, 7}));
    }

    void image_sixteenBits_keptExactly() {
        Tensor pixels(Shape{1, 1, 2});
        pixels.data()[0] = 12345.0f / 65535.0f;
        QVERIFY(encodeImage(m_folder / "deep.png", pixels, {.bitDepth = 16}).ok());
        QCOMPARE(rowOf(*open("deep.png").value().dataset, 0)[0], 12345.0f / 65535.0f);
    }

    void idx_withLabels_andSiblingFound() {
        writeText(m_folder / "t-images-idx3-ubyte", idxFile(8, {2, 1, 2}, std::string("\x00\xFF\x80\x01", 4)));
        writeText(m_folder / "t-labels-idx1-ubyte", idxFile(8, {2}, "\x03\x01"));
        for (const char* source : {"idx:t-images-idx3-ubyte,t-labels-idx1-ubyte", "t-images-idx3-ubyte"}) {
            const OpenedDataset opened = open(source).value();
            QVERIFY(opened.dataset->sampleShape() == (Shape{1, 1, 2}) && opened.dataset->isImage());
            QCOMPARE(rowOf(*opened.dataset, 0)[1], 1.0f);
            QCOMPARE(opened.dataset->label(0), std::optional(3));
            QCOMPARE(opened.dataset->classNames().size(), size_t{4});
        }
        writeText(m_folder / "short", idxFile(8, {1}, "\x03"));
        QVERIFY2(says(open("idx:t-images-idx3-ubyte,short"), "2 samples but 1 labels"), "");
        writeText(m_folder / "wide", idxFile(8, {1, 2}, "\x03\x04"));
        QVERIFY(says(open("idx:t-images-idx3-ubyte,wide"), "labels are a list"));
    }

    void npy_shapes_becomeSamples_data() {
        QTest::addColumn<QList<int>>("sizes");
        QTest::addColumn<QString>("sample");
        QTest::addColumn<bool>("image");
        QTest::newRow("[N]") << QList<int>{4} << "[1]" << false;
        QTest::newRow("[N,D]") << QList<int>{4, 6} << "[6]" << false;
        QTest::newRow("[N,H,W]") << QList<int>{4, 6, 5} << "[1, 6, 5]" << true;
        QTest::newRow("[N,C,H,W]") << QList<int>{4, 3, 6, 5} << "[3, 6, 5]" << true;
        QTest::newRow("[N,H,W,C]") << QList<int>{4, 6, 5, 3} << "[3, 6, 5]" << true;
        QTest::newRow("ambiguous is NCHW") << QList<int>{4, 3, 5, 3} << "[3, 5, 3]" << true;
        QTest::newRow("feature maps") << QList<int>{4, 8, 2, 2} << "[8, 2, 2]" << false;
    }
    void npy_shapes_becomeSamples() {
        QFETCH(QList<int>, sizes);
        QFETCH(QString, sample);
        QFETCH(bool, image);
        Tensor tensor{Shape(std::vector<int64_t>(sizes.begin(), sizes.end()))};
        for (int64_t i = 0; i < tensor.elements(); ++i)
            tensor.data()[i] = static_cast<float>(i) / 1000.0f;
        QVERIFY(writeNpy(m_folder / "a.npy", tensor).ok());
        const OpenedDataset opened = open("npy:a.npy").value();
        QCOMPARE(opened.dataset->size(), int64_t{4});
        QCOMPARE(opened.dataset->sampleShape().toString(), sample.toStdString());
        QCOMPARE(opened.dataset->isImage(), image);
        const bool channelsLast = sizes == QList<int>{4, 6, 5, 3};
        QCOMPARE(rowOf(*opened.dataset, 0).back(),
                 tensor.data()[opened.dataset->sampleShape().elements() - 1]); // same last value in both orders
        if (channelsLast)
            QCOMPARE(rowOf(*opened.dataset, 0)[1], tensor.data()[3]);
    }

    void npy_unusable_saysWhy() {
        Tensor tensor(Shape{3, 2});
        tensor.data()[3] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(writeNpy(m_folder / "nan.npy", tensor).ok());
        QVERIFY2(says(open("nan.npy"), "first in row 1"), messageOf(open("nan.npy")).c_str());
        QVERIFY(writeNpy(m_folder / "empty.npy", Tensor(Shape{0, 5})).ok());
        QVERIFY(says(open("empty.npy"), "holds no values"));
        QVERIFY(writeNpy(m_folder / "deep.npy", Tensor(Shape{1, 1, 1, 1, 1})).ok());
        QVERIFY(says(open("deep.npy"), "a list of samples is [N,D]"));
        QVERIFY(writeNpy(m_folder / "scalar.npy", Tensor(Shape{})).ok());
        QVERIFY(says(open("scalar.npy"), "a list of samples is [N,D]"));
        writeText(m_folder / "big.npy", npyFile("<f8", false, "(1,)", bytesOf(1e300)));
        QVERIFY(says(open("big.npy"), "infinite"));
    }

    void safetensors_tensor_named() {
        const Tensor rows(Shape{2, 3}), other(Shape{4, 5});
        QVERIFY(writeSafetensors(m_folder / "two.safetensors",
                                 {NamedTensorView::of("acts", rows), NamedTensorView::of("b", other)})
                    .ok());
        QCOMPARE(open("safetensors:two.safetensors#b")->dataset->description(), std::string("4 rows of 5 values"));
        QCOMPARE(open("two.safetensors#acts")->dataset->description(), std::string("2 rows of 3 values"));
        QVERIFY2(says(open("two.safetensors"), "acts, b"), messageOf(open("two.safetensors")).c_str());
    }

    void limit_evenlySpread_idsStay() {
        Tensor tensor(Shape{10, 1});
        for (int i = 0; i < 10; ++i)
            tensor.data()[i] = static_cast<float>(i);
        QVERIFY(writeNpy(m_folder / "a.npy", tensor).ok());
        DataOptions options;
        options.limit = 4;
        const OpenedDataset opened = open("a.npy", options).value();
        QCOMPARE(opened.dataset->size(), int64_t{4});
        for (int64_t row = 0; row < 4; ++row)
            QCOMPARE(static_cast<uint64_t>(rowOf(*opened.dataset, row)[0]), opened.dataset->id(row));
        QCOMPARE(opened.dataset->id(3), uint64_t{7});
        QCOMPARE(open("builtin:shapes", options)->dataset->size(), int64_t{4});
    }

    void arrays_pictureOptions_apply() {
        DataOptions options;
        options.width = 16;
        options.channels = ChannelChoice::Rgb;
        options.limit = 100;
        const OpenedDataset opened = open("builtin:shapes", options).value();
        QVERIFY(opened.dataset->sampleShape() == (Shape{3, 16, 16}));
        QCOMPARE(opened.dataset->size(), int64_t{100});
        QVERIFY(opened.dataset->label(0).has_value());
        options.fit = FitChoice::Patches;
        options.patchSize = 8;
        options.patchesPerImage = 2;
        QCOMPARE(open("builtin:shapes", options)->dataset->description(),
                 std::string("200 patches 8×8 RGB from 100 images"));
    }

    void relocate_paths_followTheExperiment() {
        picture("pictures/a.png", flat(1, 4, 4, 0.5f));
        QVERIFY(writeNpy(m_folder / "x.npy", Tensor(Shape{1, 1})).ok());
        QVERIFY(writeSafetensors(m_folder / "t.safetensors", {NamedTensorView::of("w", Tensor(Shape{1, 1}))}).ok());
        const std::filesystem::path to = m_folder / "runs/1";
        const auto moved = [&](const std::string& source) {
            return relocateSource(source, m_folder.path(), to).value();
        };
        QCOMPARE(moved("pictures"), std::string("folder:../../pictures"));
        QCOMPARE(moved("npy:x.npy"), std::string("npy:../../x.npy"));
        QCOMPARE(moved("idx:a,b"), std::string("idx:../../a,../../b"));
        QCOMPARE(moved("t.safetensors#w"), std::string("safetensors:../../t.safetensors#w"));
        QCOMPARE(moved("builtin:shapes"), std::string("builtin:shapes"));
        const std::string absolute = (m_folder / "x.npy").string();
        QCOMPARE(moved(absolute), "npy:" + absolute);
        QVERIFY(openSource(moved("pictures"), {}, to).ok());
        QVERIFY(!relocateSource("nowhere", m_folder.path(), to).ok());
    }

    // ".." leads out of the target of a link, for the system; the text alone says otherwise.
    void paths_belowLinks_leadWhereTheSystemSays() {
        std::filesystem::create_directories(m_folder / "disk/deep/work");
        std::filesystem::create_directory_symlink("disk/deep/work", m_folder / "work");
        picture("disk/deep/pictures/a.png", flat(1, 4, 4, 0.5f));
        QVERIFY(openSource("../pictures", {}, m_folder / "work").ok());
        QVERIFY(openSource("folder:../pictures", {}, m_folder / "work").ok());
        QCOMPARE(sourceFileHashes("folder:../pictures", m_folder / "work").value().size(), size_t{1});
        for (const char* to : {"work/runs/1", "disk/deep/work/runs/1", "elsewhere"}) {
            const std::string source = relocateSource("folder:../pictures", m_folder / "work", m_folder / to).value();
            std::filesystem::create_directories(m_folder / to);
            QVERIFY2(openSource(source, {}, m_folder / to).ok(), source.c_str());
        }
        // A link to the data keeps its name.
        std::filesystem::create_directory_symlink("disk/deep/pictures", m_folder / "pics");
        QCOMPARE(relocateSource("pics", m_folder.path(), m_folder / "runs").value(), std::string("folder:../pics"));
    }

    void safetensors_severalTensors_oneMustBeNamed() {
        QVERIFY(writeSafetensors(m_folder / "t.safetensors", {NamedTensorView::of("a", Tensor(Shape{2, 3})),
                                                              NamedTensorView::of("b", Tensor(Shape{2, 3}))})
                    .ok());
        QVERIFY2(says(open("t.safetensors"), "name one: safetensors:t.safetensors#TENSOR with TENSOR out of a, b"),
                 messageOf(open("t.safetensors")).c_str());
        QVERIFY(open("safetensors:t.safetensors#b").ok());
    }

    void hashes_changeWithContent() {
        picture("d/a.png", flat(1, 4, 4, 0.5f));
        picture("d/b.png", flat(1, 4, 4, 0.6f));
        const auto hash = [&] { return sourceFileHashes("folder:d", m_folder.path()).value().at("d"); };
        const std::string before = hash();
        QCOMPARE(before.size(), size_t{16});
        QCOMPARE(hash(), before);
        std::filesystem::rename(m_folder / "d/b.png", m_folder / "d/c.png");
        QVERIFY(hash() != before);
        std::filesystem::rename(m_folder / "d/c.png", m_folder / "d/b.png");
        QCOMPARE(hash(), before);
        picture("d/b.png", flat(1, 4, 4, 0.7f));
        QVERIFY(hash() != before);
        QVERIFY(sourceFileHashes("builtin:shapes", m_folder.path())->empty());
        QVERIFY(!sourceFileHashes("npy:nothing.npy", m_folder.path()).ok());
    }

    void sourceKinds_listed_withHelp() {
        QCOMPARE(sourceKinds().size(), size_t{8});
        for (const SourceKind& kind : sourceKinds())
            QVERIFY(!kind.help.empty() && kind.form.starts_with(kind.id));
    }
};

QTEST_APPLESS_MAIN(TestDatasets)
#include "tst_datasets.moc"
