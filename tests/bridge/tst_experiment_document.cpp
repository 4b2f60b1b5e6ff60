#include <QtTest>

#include "core/base/AtomicFile.h"
#include "tests/support/TestSupport.h"
#include "ui/bridge/ExperimentDocument.h"

using namespace hourglass;
using namespace hourglass::test;

class TestExperimentDocument : public QObject {
    Q_OBJECT

    static int64_t codeSize(const ExperimentDocument& document) {
        return document.experiment().options().integer("model.code_size");
    }

private slots:
    void edits_areUndoneAndRedone() {
        ExperimentDocument document;
        QVERIFY(!document.canUndo());
        document.set("model.code_size", 16).value();
        document.set("training.epochs", 3).value();
        QCOMPARE(document.undoLabel(), QString("Epochs"));
        document.undo();
        QCOMPARE(document.experiment().options().integer("training.epochs"), 10);
        QCOMPARE(codeSize(document), 16);
        QCOMPARE(document.redoLabel(), QString("Epochs"));
        document.undo();
        QCOMPARE(codeSize(document), 32);
        QVERIFY(!document.canUndo());
        document.redo();
        document.redo();
        QCOMPARE(document.experiment().options().integer("training.epochs"), 3);
        QVERIFY(!document.canRedo());
    }

    // Every keystroke is an edit; undo takes back what was typed, not letters.
    void keystrokes_mergeUntilTheFieldIsLeft() {
        ExperimentDocument document;
        for (int value : {6, 64, 640})
            document.set("model.code_size", value).value();
        document.endEdit();
        document.set("model.code_size", 12).value();
        document.undo();
        QCOMPARE(codeSize(document), 640);
        document.undo();
        QCOMPARE(codeSize(document), 32);
        // After an undo the same option starts a step of its own, and the future is gone.
        document.set("model.code_size", 5).value();
        QVERIFY(!document.canRedo());
        document.undo();
        QCOMPARE(codeSize(document), 32);
    }

    void family_isOneStepWithAllItChanges() {
        ExperimentDocument document;
        document.set("model.family", "denoising").value();
        QVERIFY(document.experiment().options().text("model.family") == "denoising");
        document.undo();
        QVERIFY(document.experiment() == Experiment::create().value());
    }

    // Layers typed for one architecture are there again when it comes back, by choice as by undo.
    void architecture_hasLayersOfItsOwn() {
        ExperimentDocument document;
        const auto layers = [&] { return document.experiment().options().integers("model.layers"); };
        document.set("model.layers", {64}).value();
        document.set("model.architecture", "convolutional").value();
        QCOMPARE(layers(), (std::vector<int64_t>{16, 32}));
        document.endEdit();
        document.set("model.architecture", "dense").value();
        QCOMPARE(layers(), std::vector<int64_t>{64});
        document.undo();
        QCOMPARE(layers(), (std::vector<int64_t>{16, 32}));
        document.undo();
        QCOMPARE(layers(), std::vector<int64_t>{64});
    }

    void impossibleValue_changesNothing() {
        ExperimentDocument document;
        QSignalSpy changed(&document, &ExperimentDocument::changed);
        QVERIFY(!document.set("model.code_size", -1));
        QVERIFY(!document.set("model.code", 1));
        document.set("model.code_size", 32).value(); // as it is
        QCOMPARE(changed.count(), 0);
        QVERIFY(!document.canUndo());
    }

    void modified_followsTheSavedText() {
        const TemporaryFolder folder;
        ExperimentDocument document;
        QVERIFY(!document.isModified());
        document.set("training.epochs", 7).value();
        QVERIFY(document.isModified());
        document.save(folder / "a.hourglass").value();
        QVERIFY(!document.isModified());
        document.set("training.epochs", 8).value();
        QVERIFY(document.isModified());
        document.undo();
        QVERIFY(!document.isModified());
        QVERIFY(Experiment::load(folder / "a.hourglass").value() == document.experiment());
    }

    void save_elsewhere_keepsPathsTrue() {
        const TemporaryFolder folder;
        std::filesystem::create_directories(folder / "data");
        std::filesystem::create_directories(folder / "sub");
        ExperimentDocument document;
        Experiment experiment = Experiment::create().value();
        experiment.set("data.source", "folder:data").value();
        document.reset(experiment, folder.path());
        document.save(folder / "sub/x.hourglass").value();
        QCOMPARE(document.experiment().options().text("data.source"), std::string("folder:../data"));
        QVERIFY(document.baseFolder() == folder / "sub");
        document.undo();
        QCOMPARE(document.experiment().options().text("data.source"), std::string("folder:data"));
        QVERIFY(document.baseFolder() == folder.path());
    }

    void opening_canBeUndone_withTheFile() {
        const TemporaryFolder folder;
        ExperimentDocument document;
        document.save(folder / "a.hourglass").value();
        document.set("training.epochs", 7).value();
        Experiment other = Experiment::create().value();
        other.set("model.code_size", 5).value();
        document.open(other, folder / "b", "Open b", folder / "b/b.hourglass");
        QVERIFY(!document.isModified());
        QVERIFY(document.file() == folder / "b/b.hourglass");
        document.undo();
        QVERIFY(document.isModified());
        QVERIFY(document.file() == folder / "a.hourglass");
        QCOMPARE(document.experiment().options().integer("training.epochs"), 7);
        document.save(folder / "a.hourglass").value();
        document.redo();
        QVERIFY(!document.isModified());
        document.undo();
        QVERIFY(!document.isModified());
    }

    void issues_ofTheData_stayUntilTheyAreTakenAway() {
        ExperimentDocument document;
        document.setDataIssue("no such folder");
        document.set("training.epochs", 7).value();
        QCOMPARE(document.issues().value("data.source"), QString("no such folder"));
        document.setDataIssue({});
        QVERIFY(document.issues().isEmpty());
    }

    void issues_nameTheirOption() {
        ExperimentDocument document;
        document.setSampleShape({1, 28, 28});
        QVERIFY(document.model() != nullptr);
        QVERIFY(document.issues().isEmpty());
        document.set("objective.loss", "bce").value();
        document.set("model.output_activation", "identity").value();
        QVERIFY(document.model() == nullptr);
        QVERIFY(document.issues().contains("objective.loss"));
        document.undo();
        QVERIFY(document.issues().isEmpty());
        document.set("model.layers", {65536, 65536}).value();
        QVERIFY(document.issues().contains("model.layers"));
        document.set("data.validation_fraction", 0.6).value();
        document.set("data.test_fraction", 0.6).value();
        QVERIFY(document.issues().contains("data.validation_fraction"));
    }

    void manySteps_keepTheLatest() {
        ExperimentDocument document;
        for (int i = 1; i <= 700; ++i) {
            document.set("training.epochs", i).value();
            document.endEdit();
        }
        int undone = 0;
        while (document.canUndo()) {
            document.undo();
            ++undone;
        }
        QVERIFY(undone >= 400);
        QCOMPARE(document.experiment().options().integer("training.epochs"), 700 - undone);
    }
};

QTEST_GUILESS_MAIN(TestExperimentDocument)
#include "tst_experiment_document.moc"
