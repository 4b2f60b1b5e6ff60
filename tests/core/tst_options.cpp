#include <QtTest>

#include "core/options/OptionTable.h"

using namespace hourglass;

namespace {

OptionTable table() {
    return {{.key = "model.code_size",
             .type = OptionType::Integer,
             .defaultValue = 32,
             .label = "Code size",
             .help = "h",
             .minimum = 1,
             .maximum = 4096},
            {.key = "noise.kind",
             .type = OptionType::Choice,
             .defaultValue = "gaussian",
             .label = "Kind",
             .help = "h",
             .choices = {{"gaussian", "Gaussian"}, {"none", "None"}}},
            {.key = "noise.sigma",
             .type = OptionType::RealOrRange,
             .defaultValue = 25.0,
             .label = "σ",
             .help = "h",
             .minimum = 0,
             .maximum = 255,
             .appliesWhen = {{"noise.kind", {"gaussian"}}}},
            {.key = "model.layers",
             .type = OptionType::IntegerList,
             .defaultValue = {512, 256},
             .label = "Layers",
             .help = "h",
             .minimum = 1,
             .maximum = 65536}};
}

} // namespace

class TestOptions : public QObject {
    Q_OBJECT

private slots:
    void check_valueOfEachType_normalised() {
        QCOMPARE(table().check("model.code_size", 16.0).value(), Json(16));
        QCOMPARE(table().check("noise.sigma", Json::array({0, 50})).value(), Json::array({0.0, 50.0}));
        QCOMPARE(table().check("model.layers", Json::array({8.0})).value(), Json::array({8}));
    }

    void check_badValue_refused_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("says");
        QTest::newRow("fraction") << "model.code_size"
                                  << "1.5"
                                  << "a whole number from 1 to 4096, found 1.5";
        QTest::newRow("below") << "model.code_size"
                               << "0"
                               << "from 1 to 4096";
        QTest::newRow("type") << "model.code_size"
                              << "\"x\""
                              << "found \"x\"";
        QTest::newRow("choice") << "noise.kind"
                                << "\"gausian\""
                                << "one of gaussian, none";
        QTest::newRow("range order") << "noise.sigma"
                                     << "[50, 10]"
                                     << "a pair [low, high]";
        QTest::newRow("list element") << "model.layers"
                                      << "[8, 0]"
                                      << "list of at most 64 whole numbers";
        QTest::newRow("unknown") << "model.code_sise"
                                 << "1"
                                 << "Did you mean model.code_size";
        QTest::newRow("wrong group") << "noise.code_size"
                                     << "1"
                                     << "model.code_size";
    }
    void check_badValue_refused() {
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(QString, says);
        const auto result = table().check(key.toStdString(), Json::parse(value.toStdString()));
        QVERIFY(!result);
        const QString message = QString::fromStdString(result.error().message());
        QVERIFY2(message.contains(says), qPrintable(message));
    }

    void applies_followsCondition() {
        OptionValues values{table()};
        const OptionSpec& sigma = *values.table().find("noise.sigma");
        QVERIFY(values.applies(sigma));
        QVERIFY(values.set("noise.kind", "none").ok());
        QVERIFY(!values.applies(sigma));
    }

    // Another table says an option again in its place: the same thing with other limits, or something else.
    void redeclared_standsInItsPlace_andMayMeanSomethingElse() {
        OptionSpec layers = *table().find("model.layers");
        layers.maximum = 64;
        QVERIFY(meansTheSame(layers, *table().find("model.layers")));
        layers.unit = "channels";
        layers.unusedBecause = "there are none";
        QVERIFY(!meansTheSame(layers, *table().find("model.layers")));
        OptionTable all = table();
        all.redeclare(
            {layers,
             {.key = "model.blocks", .type = OptionType::Integer, .defaultValue = 2, .label = "Blocks", .help = "h"}});
        QCOMPARE(all.specs().size(), table().specs().size() + 1);
        QCOMPARE(all.specs()[3].unit, std::string("channels"));
        QCOMPARE(all.specs()[4].key, std::string("model.blocks"));
        QVERIFY(!all.check("model.layers", {65}));
        QVERIFY(!OptionValues(all).applies(all.specs()[3]));
    }

    void parseOptionText_jsonElseString() {
        QCOMPARE(parseOptionText("[1,2]"), Json::array({1, 2}));
        QCOMPARE(parseOptionText("folder:a b"), Json("folder:a b"));
    }
};

QTEST_APPLESS_MAIN(TestOptions)
#include "tst_options.moc"
