#include <QtTest>

#include <set>
#include <unistd.h>

#include "core/data/Split.h"
#include "tests/core/SourceFixture.h"

// Folders of pictures, and single ones: what becomes of sizes, patches, classes, links and broken files.

using namespace hourglass;
using namespace hourglass::test;

class TestImageFolders : public QObject, private SourceFixture {
    Q_OBJECT

private slots:
    void init() { emptyFolder(); }

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
};

QTEST_APPLESS_MAIN(TestImageFolders)
#include "tst_image_folders.moc"
