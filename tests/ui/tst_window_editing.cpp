// Editing in the window: what reaches a running run, what undo takes back, and what a message offers.

#include "tests/ui/WindowDriver.h"

#include "ui/models/RunsModel.h"
#include "ui/widgets/LossChart.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

double rateOf(WindowDriver& driver) {
    return driver.bench().document().experiment().options().real("optimizer.learning_rate");
}

// The learning rates that the running run was told, as its history notes them.
QStringList ratesTold(WindowDriver& driver) {
    QStringList told;
    for (const HistoryRow& row : driver.bench().controller().rows())
        for (const QString& note : QString::fromStdString(row.note).split("; "))
            if (note.startsWith("optimizer.learning_rate="))
                told << note.section(QLatin1Char('='), 1).section(QLatin1Char(' '), 0, 0); // "0.1 after step 7"
    return told;
}

// The field may have to be scrolled to.
void select(WindowDriver& driver, QWidget* field) {
    field->setFocus();
    driver.key(Qt::Key_A, Qt::ControlModifier);
}

void train(WindowDriver& driver) {
    driver.key(Qt::Key_F5);
    QTRY_VERIFY_WITH_TIMEOUT(driver.find<LossChart>("Reconstruction")->pointCount(Curve::Training) > 3, kPatience);
}

void stop(WindowDriver& driver) {
    driver.key(Qt::Key_F5, Qt::ShiftModifier);
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(driver), kPatience);
}

void finishARun(WindowDriver& driver) {
    driver.key(Qt::Key_F5);
    QTRY_VERIFY_WITH_TIMEOUT(driver.bench().run() && driver.bench().run()->isFinished, kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(driver.find<QTableView>("Runs")->model()->rowCount() > 0, kPatience);
}

void chooseInRuns(WindowDriver& driver, const QString& text) {
    auto* table = driver.find<QTableView>("Runs");
    driver.click(table->viewport(), {20, 8});
    for (QAction* action : table->actions()) // of the context menu, which blocks while it is open
        if (action->text().remove('&').remove(QStringLiteral("…")) == text && action->isEnabled())
            return action->trigger();
    QFAIL(qPrintable(text + " is not to be had"));
}

} // namespace

class TestWindowEditing : public QObject {
    Q_OBJECT

private slots:
    // "2e-4" begins with a 2, with which nothing is left to be learned.
    void learningRate_typedWhileRunning_isNotLearnedWithDigitByDigit() {
        WindowDriver driver;
        useSmall(driver, {{"training.epochs", 100000}});
        train(driver);
        auto* rate = driver.find<QLineEdit>("Learning rate");
        select(driver, rate);
        driver.type("2");
        driver.type("e");
        QTest::qWait(900); // thinking, over what is no number yet
        driver.type("-4");
        driver.key(Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(!ratesTold(driver).isEmpty(), kPatience);
        QCOMPARE(ratesTold(driver), QStringList{"0.0002"});
        // Left without Enter it is told a moment later, and so is what undo brings back.
        driver.key(Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(ratesTold(driver).size(), 2, kPatience);
        stop(driver);
    }

    void learningRate_steppedByArrow_reachesTheRunAtOnce_andUndoTakesItBack() {
        WindowDriver driver;
        useSmall(driver, {{"training.epochs", 100000}});
        const double before = rateOf(driver);
        train(driver);
        auto* rate = driver.find<QLineEdit>("Learning rate");
        rate->setFocus();
        driver.key(Qt::Key_Up);
        QVERIFY(rateOf(driver) > before);
        QTRY_COMPARE_WITH_TIMEOUT(ratesTold(driver).size(), 1, kPatience);
        driver.key(Qt::Key_Z, Qt::ControlModifier); // the field has the focus still
        QCOMPARE(rateOf(driver), before);
        QTRY_COMPARE_WITH_TIMEOUT(ratesTold(driver).size(), 2, kPatience);
        driver.key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(rateOf(driver) > before);
        stop(driver);
    }

    void undo_ofWhatIsNoValue_bringsTheFieldBack() {
        WindowDriver driver;
        const double before = rateOf(driver);
        auto* rate = driver.find<QLineEdit>("Learning rate");
        const QString text = rate->text();
        select(driver, rate);
        driver.type("2x");
        QCOMPARE(rateOf(driver), before);
        driver.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(rate->text(), text);
        QCOMPARE(rateOf(driver), before);
    }

    void undo_afterSpinning_takesTheStepBack() {
        WindowDriver driver;
        auto* code = driver.find<QSpinBox>("Code size");
        driver.click(code, {10, code->height() / 2});
        driver.key(Qt::Key_Up);
        QCOMPARE(code->value(), 33);
        driver.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(code->value(), 32);
    }

    void openingARun_keepsWhatWasEdited_behindUndo() {
        WindowDriver driver;
        useSmall(driver, {{"training.epochs", 2}, {"model.code_size", 7}});
        finishARun(driver);
        const Experiment edited = [&] {
            driver.bench().document().set("model.code_size", 21).value();
            return driver.bench().document().experiment();
        }();
        chooseInRuns(driver, "Open");
        QCOMPARE(driver.find<QSpinBox>("Code size")->value(), 7);
        driver.key(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(driver.bench().document().experiment() == edited);
        QVERIFY(driver.window().isWindowModified());
        // Exporting a run leaves the experiment alone.
        chooseInRuns(driver, "Export");
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QLineEdit>("File"), kPatience);
        QVERIFY(driver.find<QLineEdit>("File")->text().contains("shapes-0001"));
        driver.key(Qt::Key_Escape);
        QVERIFY(driver.bench().document().experiment() == edited);
    }

    void openingAnExperiment_isUndone_withItsFile() {
        WindowDriver driver;
        Experiment other = Experiment::create().value();
        other.set("model.code_size", 11).value();
        other.save(driver.folder() / "other.hourglass").value();
        driver.bench().document().set("model.code_size", 21).value();
        driver.openPaths({driver.folder() / "other.hourglass"});
        QCOMPARE(driver.find<QSpinBox>("Code size")->value(), 11);
        QVERIFY(!driver.window().isWindowModified());
        driver.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(driver.find<QSpinBox>("Code size")->value(), 21);
        QVERIFY(driver.window().isWindowModified());
        QVERIFY(driver.bench().document().file().empty()); // Save must not write into the other one's file
    }

    void continueInTheList_goesOnWithThatRun_whateverTheFormSays() {
        WindowDriver driver;
        useSmall(driver, {{"training.epochs", 100000}});
        train(driver);
        stop(driver);
        driver.bench().document().set("model.code_size", 9).value();
        chooseInRuns(driver, "Continue");
        QCOMPARE(driver.bench().runName(), QString("shapes-0001"));
        QVERIFY(driver.bench().controller().isActive());
        stop(driver);
        driver.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(driver.find<QSpinBox>("Code size")->value(), 9);
    }

    void dataThatCannotBeOpened_areNotClaimed_andStayAnIssue() {
        WindowDriver driver;
        writeText(driver.folder() / "garbage.png", "no picture");
        driver.drop({QUrl::fromLocalFile(toText(driver.folder() / "garbage.png"))}, {200, 400}); // the left zone
        QTRY_VERIFY2_WITH_TIMEOUT(driver.message().contains("garbage.png"), qPrintable(driver.message()), kPatience);
        QVERIFY2(!driver.message().contains("learns from it"), qPrintable(driver.message()));
        QVERIFY(!driver.find<QToolButton>("Run")->isEnabled());
        QVERIFY(driver.find<QLabel>("Data set")->text().contains("Data below"));
        QVERIFY(driver.find<QLabel>("Training status")->text().contains("garbage.png"));
        // Another edit changes nothing about that; the file, once it is there, does.
        driver.bench().document().set("training.epochs", 3).value();
        QTest::qWait(600);
        QVERIFY(!driver.find<QToolButton>("Run")->isEnabled());
        QVERIFY(driver.find<QToolButton>("Run")->toolTip().contains("garbage.png"));
        writePhotographs(driver.folder() / "good", 1);
        std::filesystem::rename(driver.folder() / "good/photograph 00.png", driver.folder() / "garbage.png");
        driver.bench().document().set("training.epochs", 4).value();
        QTRY_VERIFY_WITH_TIMEOUT(driver.find<QToolButton>("Run")->isEnabled(), kPatience);
        QVERIFY(driver.bench().document().issues().isEmpty());
    }

    void halfTheRate_isOfferedForDivergenceOnly_andNotForLong() {
        WindowDriver driver;
        const auto isOffered = [&driver] {
            return driver.has<QPushButton>("Start again at half the learning rate") ||
                   driver.has<QPushButton>("Resume at half the learning rate");
        };
        useSmall(driver, {{"training.epochs", 2}});
        finishARun(driver);
        for (const auto& [key, value] :
             std::vector<std::pair<std::string, Json>>{{"optimizer.kind", "sgd"},
                                                       {"optimizer.learning_rate", 10},
                                                       {"objective.reduction", "element_sum"},
                                                       {"model.output_activation", "identity"}})
            driver.bench().document().set(key, value).value();
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(isOffered(), kPatience);
        driver.bench().openRun(driver.bench().store().root() / "shapes-0001");
        QVERIFY(driver.message().isEmpty());
        driver.bench().newExperiment("sample");
        driver.bench().document().set("data.source", "folder:/nowhere").value();
        driver.key(Qt::Key_F5); // before pre-flight has seen it
        QTRY_VERIFY2_WITH_TIMEOUT(driver.message().contains("/nowhere"), qPrintable(driver.message()), kPatience);
        QVERIFY(!isOffered());
    }

    void curves_haveTheUnitOfTheirRun() {
        WindowDriver driver;
        useSmall(driver, {{"training.epochs", 2}});
        finishARun(driver);
        const auto isShown = [&driver](const QString& unit) {
            const auto labels = driver.find<LossChart>("Reconstruction")->findChildren<QLabel*>();
            return std::any_of(labels.begin(), labels.end(),
                               [&](QLabel* label) { return label->text().contains(unit); });
        };
        QVERIFY(isShown("per value"));
        driver.bench().document().set("objective.reduction", "element_sum").value();
        QVERIFY(isShown("per value"));
        driver.bench().reset();
        QVERIFY(isShown("per sample"));
    }

    void runsList_saysWhatIsKnown_andOffersWhatCanBe() {
        WindowDriver driver;
        useSmall(driver, {{"training.epochs", 100000}});
        train(driver);
        auto* table = driver.find<QTableView>("Runs");
        const auto text = [table](int column) { return table->model()->index(0, column).data().toString(); };
        const auto isEnabled = [table](const QString& name) {
            for (QAction* action : table->actions())
                if (action->text().remove('&').startsWith(name))
                    return action->isEnabled();
            return false;
        };
        QTRY_VERIFY_WITH_TIMEOUT(!text(RunsModel::Loss).isEmpty() && !text(RunsModel::Psnr).isEmpty(), kPatience);
        QCOMPARE(text(RunsModel::State), QString("training"));
        driver.click(table->viewport(), {20, 8});
        QVERIFY(isEnabled("Open") && isEnabled("Export") && !isEnabled("Continue") && !isEnabled("Delete"));
        stop(driver);
        QTRY_COMPARE_WITH_TIMEOUT(text(RunsModel::State), QString("stopped"), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(isEnabled("Continue") && isEnabled("Delete"), kPatience);
        for (const int column : {RunsModel::Name, RunsModel::Loss})
            QCOMPARE(table->model()->headerData(column, Qt::Horizontal, Qt::TextAlignmentRole),
                     table->model()->index(0, column).data(Qt::TextAlignmentRole));
    }

    void failedRun_isCalledSo() {
        WindowDriver driver;
        useSmall(driver, {{"optimizer.kind", "sgd"},
                          {"optimizer.learning_rate", 10},
                          {"objective.reduction", "element_sum"},
                          {"model.output_activation", "identity"}});
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(driver.bench().controller().state() == TrainingController::State::Failed, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QTableView>("Runs"), kPatience);
        QCOMPARE(driver.find<QTableView>("Runs")->model()->index(0, RunsModel::State).data().toString(),
                 QString("failed"));
    }

    void export_afterAFailure_isNotRed() {
        WindowDriver driver;
        useSmall(driver, {{"training.epochs", 2}});
        finishARun(driver);
        driver.key(Qt::Key_E, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QLineEdit>("File"), kPatience);
        const auto exportTo = [&driver](const std::filesystem::path& path) {
            select(driver, driver.find<QLineEdit>("File"));
            driver.type(toText(path));
            driver.click(driver.find<QPushButton>("Export"));
        };
        const auto colour = [&driver] {
            return driver.find<QLabel>("Receipt")->palette().color(QPalette::Active, QPalette::WindowText);
        };
        const QColor plain = colour();
        exportTo(driver.folder() / "no/such/folder/a.onnx");
        QTRY_VERIFY_WITH_TIMEOUT(colour() != plain, kPatience);
        QCOMPARE(QApplication::focusWidget(), driver.find<QPushButton>("Export"));
        exportTo(driver.folder() / "a.onnx");
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QPushButton>("Copy the receipt"), kPatience);
        QCOMPARE(colour(), plain);
    }

    void informationGoes_withTheUndoOfWhatItSaid() {
        WindowDriver driver;
        writePhotographs(driver.folder() / "photographs", 2);
        driver.drop({QUrl::fromLocalFile(toText(driver.folder() / "photographs"))}, {600, 400});
        QTRY_VERIFY_WITH_TIMEOUT(driver.message().contains("learns from it"), kPatience);
        driver.key(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(driver.message().isEmpty());
    }

    void escape_closesTheMessage_whereverTheFocusIs() {
        WindowDriver driver;
        driver.drop({QUrl("https://example.org/a.png")}, {600, 400});
        QVERIFY(!driver.message().isEmpty());
        driver.find<QLineEdit>("Find an option")->setFocus();
        driver.key(Qt::Key_Escape);
        QVERIFY(driver.message().isEmpty());
    }
};

QTEST_MAIN(TestWindowEditing)
#include "tst_window_editing.moc"
