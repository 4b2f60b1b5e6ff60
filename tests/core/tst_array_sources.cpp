#include <QtTest>

#include "core/formats/Npy.h"
#include "core/formats/Safetensors.h"
#include "tests/core/SourceFixture.h"

// IDX, npy and safetensors as data sources.

using namespace hourglass;
using namespace hourglass::test;

class TestArraySources : public QObject, private SourceFixture {
    Q_OBJECT

private slots:
    void init() { emptyFolder(); }

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

    void safetensors_severalTensors_oneMustBeNamed() {
        QVERIFY(writeSafetensors(m_folder / "t.safetensors", {NamedTensorView::of("a", Tensor(Shape{2, 3})),
                                                              NamedTensorView::of("b", Tensor(Shape{2, 3}))})
                    .ok());
        QVERIFY2(says(open("t.safetensors"), "name one: safetensors:t.safetensors#TENSOR with TENSOR out of a, b"),
                 messageOf(open("t.safetensors")).c_str());
        QVERIFY(open("safetensors:t.safetensors#b").ok());
    }
};

QTEST_APPLESS_MAIN(TestArraySources)
#include "tst_array_sources.moc"
