#include <QtTest>

#include <set>
#include <unistd.h>

#include "core/data/SourceFiles.h"
#include "core/formats/Npy.h"
#include "core/formats/Safetensors.h"
#include "tests/core/SourceFixture.h"

// Sources: from what a person names to rows, and what is said when that cannot be.

using namespace hourglass;
using namespace hourglass::test;

class TestDatasets : public QObject, private SourceFixture {
    Q_OBJECT

private slots:
    void init() { emptyFolder(); }

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

    void classes_chosen_keepTheirRowsAsTheyWere() {
        DataOptions options;
        const std::shared_ptr<const Dataset> whole = open("builtin:shapes").value().dataset;
        const std::string first = whole->classNames()[0], third = whole->classNames()[2];
        options.classes = " 2, " + QString::fromStdString(first).toUpper().toStdString();
        const std::shared_ptr<const Dataset> some = open("builtin:shapes", options).value().dataset;
        int64_t row = 0;
        for (int64_t of = 0; of < whole->size(); ++of)
            if (const int label = *whole->label(of); label == 0 || label == 2) {
                QCOMPARE(some->id(row), whole->id(of));
                QCOMPARE(*some->label(row), label);
                QCOMPARE(some->name(row), whole->name(of));
                if (row < 50)
                    QCOMPARE(rowOf(*some, row), rowOf(*whole, of));
                ++row;
            }
        QCOMPARE(some->size(), row);
        options.limit = 10; // of those classes
        const std::shared_ptr<const Dataset> few = open("builtin:shapes", options).value().dataset;
        QCOMPARE(few->size(), int64_t{10});
        QCOMPARE(few->id(9), some->id(9 * some->size() / 10));
        options.classes = "dodo";
        QVERIFY(says(open("builtin:shapes", options), "there is no class 'dodo'; there are " + first));
        options.classes = "4"; // one too many
        QVERIFY(says(open("builtin:shapes", options), "there is no class '4'"));
        QVERIFY(writeNpy(m_folder / "p.npy", Tensor(Shape{3, 8})).ok());
        QVERIFY(says(open("p.npy", options), "have no classes"));
    }

    // Nothing is cut where a picture is the one patch that it has: rows keep their names and identities.
    void patches_ofPicturesOfTheirSize_areThePictures() {
        picture("d/a.png", flat(1, 64, 64, 0.2f));
        picture("d/b.png", flat(1, 64, 64, 0.4f));
        QVERIFY(writeNpy(m_folder / "p.npy", Tensor(Shape{3, 64, 64})).ok());
        DataOptions options;
        options.fit = FitChoice::Patches;
        for (const char* source : {"d", "p.npy"}) {
            const OpenedDataset whole = open(source).value(), patches = open(source, options).value();
            QCOMPARE(patches.dataset->size(), whole.dataset->size());
            QCOMPARE(patches.dataset->id(1), whole.dataset->id(1));
            QCOMPARE(patches.dataset->name(1), whole.dataset->name(1));
        }
    }

    // A long thin picture is cut before it is enlarged; one that would still be too large is named.
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
