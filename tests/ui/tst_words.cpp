// One wording for all pages: layers, counts, durations, how a model went over a picture.

#include <QtTest>

#include <set>

#include "tests/support/SmallModels.h"
#include "ui/bridge/ReplyChannel.h"
#include "ui/panels/Words.h"

using namespace hourglass;
using namespace hourglass::test;

class TestWords : public QObject {
    Q_OBJECT

private slots:
    void layerName_isForPeople_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("said");
        const auto row = [](LayerInfo::Kind kind, const char* name, const char* said) {
            QTest::newRow(name) << static_cast<int>(kind) << QString(name) << QString(said);
        };
        row(LayerInfo::Kind::Input, "input", "Input");
        row(LayerInfo::Kind::Code, "code", "Code");
        row(LayerInfo::Kind::Output, "output", "Output");
        row(LayerInfo::Kind::Layer, "encoder.0", "Encoder 1");
        row(LayerInfo::Kind::Layer, "decoder.11", "Decoder 12");
        row(LayerInfo::Kind::Layer, "down.0", "Down 1");
        row(LayerInfo::Kind::Layer, "body", "Middle");
        row(LayerInfo::Kind::Layer, "up.2", "Up 3");
    }
    void layerName_isForPeople() {
        QFETCH(int, kind);
        QFETCH(QString, name);
        const LayerInfo layer{
            .kind = static_cast<LayerInfo::Kind>(kind), .name = name.toStdString(), .detail = {}, .shape = {}};
        QTEST(layerName(layer), "said");
    }

    // The names that architectures give their layers are among those above.
    void layerName_tellsTheLayersOfANetworkApart() {
        for (const auto& [family, architecture, shape] : {std::tuple("undercomplete", "dense", Shape{1, 6, 5}),
                                                          {"undercomplete", "convolutional", Shape{1, 16, 16}},
                                                          {"denoising", "unet", Shape{1, 16, 16}}}) {
            std::set<QString> names;
            const LoadedModel loaded = smallModel(family, architecture, {{"model.layers", {16, 16}}}, shape);
            for (const LayerInfo& layer : loaded.model->layers)
                QVERIFY2(names.insert(layerName(layer)).second, layer.name.c_str());
        }
    }

    void countText_oneOrSeveral() {
        const QString one = QStringLiteral("1 epoch"), several = QStringLiteral("%1 epochs");
        QCOMPARE(countText(1, one, several), one);
        QCOMPARE(countText(0, one, several), QStringLiteral("0 epochs"));
        QCOMPARE(countText(20, one, several), QStringLiteral("20 epochs"));
    }

    void passTexts_sayWholeOrPatches_andChannels() {
        QCOMPARE(passTexts({3, 16, 16}, true, {3, 90, 80}).size(), 1);
        QVERIFY(passTexts({1, 16, 16}, true, {3, 90, 80}).last().contains("red, green and blue"));
        QVERIFY(passTexts({3, 16, 24}, false, {1, 90, 80}).first().contains("24×16"));
        QVERIFY(passTexts({3, 16, 24}, false, {1, 90, 80}).last().contains("three equal channels"));
    }

    void latestReply_overtakenOnes_areOutOfDate() {
        LatestReply replies;
        QVERIFY(replies.takes(1) && replies.takes(3));
        QVERIFY(!replies.takes(2));
        QVERIFY(replies.takes(3)); // more of the same
    }
};

QTEST_MAIN(TestWords)
#include "tst_words.moc"
