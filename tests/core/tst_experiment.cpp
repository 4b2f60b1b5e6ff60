#include <QtTest>

#include "core/models/Model.h"
#include "core/training/Experiment.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;

class TestExperiment : public QObject {
    Q_OBJECT

private slots:
    void presets_roundTrip() {
        for (const Preset& preset : presets()) {
            const Experiment experiment = makePreset(preset.id).value();
            const Experiment again = Experiment::fromText(experiment.toText()).value();
            QVERIFY2(again == experiment, preset.id.data());
            QCOMPARE(again.toText(), experiment.toText());
        }
        QVERIFY(makePreset("nothing").error().message().find("sample") != std::string::npos);
    }

    // A file of each schema version, as it was written then, must load for ever.
    void goldenFiles_load() {
        const Experiment v1 = Experiment::load(HOURGLASS_GOLDEN "/experiment-v1.hourglass").value();
        QCOMPARE(v1.options().text("model.family"), std::string("denoising"));
        QCOMPARE(v1.options().integers("model.layers"), (std::vector<int64_t>{300, 100}));
        QCOMPARE(v1.options().real("noise.sigma"), 76.5);
        QCOMPARE(v1.record.at("onednn"), std::string("2.6.3"));
    }

    void badDocument_isRefusedWithAReason_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        const auto with = [](const char* part) { return QString(R"({"hourglass_experiment": 1, %1})").arg(part); };
        QTest::newRow("no json") << "hello"
                                 << "";
        QTest::newRow("empty") << ""
                               << "";
        QTest::newRow("array") << "[]"
                               << "expected a JSON object";
        QTest::newRow("no schema") << "{}"
                                   << "no 'hourglass_experiment'";
        QTest::newRow("future") << R"({"hourglass_experiment": 99})"
                                << "schema version 99";
        QTest::newRow("unknown key") << with(R"("model": {"code_sise": 3})") << "Did you mean model.code_size";
        QTest::newRow("unknown group") << with(R"("modle": {"code_size": 3})") << "no option 'modle'";
        QTest::newRow("not a group") << with(R"("model": 3)") << "model: expected an object";
        QTest::newRow("a list for a group") << with(R"("data": [1])") << "data: expected an object";
        QTest::newRow("wrong type") << with(R"("model": {"code_size": "big"})") << R"(found "big")";
        QTest::newRow("out of range") << with(R"("training": {"epochs": 0})") << "a whole number from 1";
        QTest::newRow("impossible layers") << with(R"("model": {"layers": [0]})") << "model.layers: expected a list";
        QTest::newRow("unknown family") << with(R"("model": {"family": "magic"})")
                                        << "there are undercomplete, denoising";
        QTest::newRow("duplicate") << with(R"("model": {"code_size": 3, "code_size": 4})") << "code_size";
        QTest::newRow("duplicate group") << with(R"("model": {}, "model": {})") << "model";
        QTest::newRow("empty unknown group") << with(R"("bogus": {})") << "no option 'bogus'";
        QTest::newRow("key at the top") << with(R"("training.epochs": 77)") << "training.epochs";
        QTest::newRow("deep") << with(qPrintable("\"model\": " + QString(10000, '[') + QString(10000, ']'))) << "";
        QTest::newRow("infinite") << with(R"("optimizer": {"learning_rate": 1e999})") << "";
    }
    void badDocument_isRefusedWithAReason() {
        QFETCH(QString, text);
        QFETCH(QString, says);
        const Result<Experiment> result = Experiment::fromText(text.toStdString());
        QVERIFY(!result);
        const QString message = QString::fromStdString(result.error().message());
        QVERIFY2(message.contains(says) && !message.isEmpty(), qPrintable(message));
    }

    void load_namesTheFile() {
        const test::TemporaryFolder folder;
        test::writeText(folder / "x.hourglass", "{}");
        QVERIFY(Experiment::load(folder / "x.hourglass").error().message().find("x.hourglass") != std::string::npos);
        QVERIFY(Experiment::load(folder / "none").error().message().find("none") != std::string::npos);
        QVERIFY(!Experiment::load(folder.path()));
    }

    void changingTheFamily_keepsWhatWasSet_andTakesNewDefaults() {
        Experiment experiment = Experiment::create().value();
        experiment.set("training.epochs", 7).value();
        experiment.set("model.layers", {64}).value();
        QCOMPARE(experiment.options().text("objective.reduction"), std::string("element_sum"));
        experiment.set("model.family", "denoising").value();
        QCOMPARE(experiment.options().integer("training.epochs"), 7);
        QCOMPARE(experiment.options().integers("model.layers"), std::vector<int64_t>{64});
        QCOMPARE(experiment.options().text("objective.reduction"), std::string("element_mean"));
        QVERIFY(!experiment.set("model.family", "magic"));
        QCOMPARE(experiment.options().text("model.family"), std::string("denoising"));
    }

    // Nodes are no channels: each architecture has its own, and what was set for it is there when it comes back.
    void changingTheArchitecture_setsLayersAside_andBringsThemBack() {
        Experiment experiment = Experiment::create().value();
        const auto layers = [&] { return experiment.options().integers("model.layers"); };
        experiment.set("model.layers", {64, 48}).value();
        experiment.set("model.decoder_layers", {50}).value();
        experiment.set("model.output_activation", "identity").value();
        experiment.set("model.code_size", 7).value();
        experiment.set("model.architecture", "convolutional").value();
        QCOMPARE(layers(), (std::vector<int64_t>{16, 32}));
        QVERIFY(experiment.options().integers("model.decoder_layers").empty());
        QCOMPARE(experiment.options().text("model.output_activation"), std::string("identity")); // means the same
        experiment.set("model.kernel", 5).value();
        experiment.set("model.architecture", "unet").value();
        QCOMPARE(layers(), (std::vector<int64_t>{32, 64, 128}));
        QCOMPARE(experiment.options().integer("model.kernel"), 5);
        QVERIFY(buildModel(experiment.options(), Shape{1, 16, 16}).ok());
        experiment.set("model.layers", {16}).value();
        experiment.set("model.family", "denoising").value();
        experiment.set("model.architecture", "dense").value();
        QCOMPARE(layers(), (std::vector<int64_t>{64, 48}));
        QCOMPARE(experiment.options().integers("model.decoder_layers"), std::vector<int64_t>{50});
        QCOMPARE(experiment.options().text("model.output_activation"), std::string("identity"));
        QCOMPARE(experiment.options().integer("model.code_size"), 7);
        experiment.set("model.layers", {9}).value();
        experiment.set("model.architecture", "unet").value();
        QCOMPARE(layers(), std::vector<int64_t>{16});
        experiment.set("model.architecture", "dense").value();
        QCOMPARE(layers(), std::vector<int64_t>{9});
        QVERIFY(Experiment::fromText(experiment.toText()).value() == experiment);
    }

    void impossibleModel_explainsItself() {
        Experiment experiment = Experiment::create().value();
        experiment.set("objective.loss", "bce").value();
        experiment.set("model.output_activation", "identity").value();
        const auto bce = buildModel(experiment.options(), Shape{1, 8, 8});
        QVERIFY(!bce);
        QVERIFY(bce.error().message().find("Set it to 'sigmoid'") != std::string::npos);
        experiment.set("objective.loss", "mse").value();
        experiment.set("model.layers", {65536, 65536}).value();
        const auto huge = buildModel(experiment.options(), Shape{3, 1024, 1024});
        QVERIFY(!huge);
        QVERIFY(huge.error().message().find("million parameters") != std::string::npos);
        experiment.set("model.layers", {8}).value();
        experiment.set("model.code_size", 100).value();
        const auto wide = buildModel(experiment.options(), Shape{1, 8, 8}).value();
        QCOMPARE(wide->warnings.size(), size_t{1});
    }
};

QTEST_APPLESS_MAIN(TestExperiment)
#include "tst_experiment.moc"
