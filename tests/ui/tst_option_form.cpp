// The form as a person meets it: typing, choosing, filtering, and what it says about impossible values.

#include <QtTest>
#include <QtWidgets>

#include "ui/widgets/OptionForm.h"
#include "ui/widgets/RealEdit.h"

using namespace hourglass;

namespace {

OptionTable commonTable() {
    return {{.key = "model.family",
             .type = OptionType::Choice,
             .defaultValue = "sparse",
             .label = "Family",
             .help = "h",
             .choices = {{"sparse", "Sparse"}, {"denoising", "Denoising"}}},
            {.key = "model.code_size",
             .type = OptionType::Integer,
             .defaultValue = 32,
             .label = "Code size",
             .help = "Numbers per image in the bottleneck.",
             .minimum = 1,
             .maximum = 4096},
            {.key = "model.layers",
             .type = OptionType::IntegerList,
             .defaultValue = {512, 256},
             .label = "Layers",
             .help = "h",
             .minimum = 1,
             .maximum = 65536},
            {.key = "optimizer.learning_rate",
             .type = OptionType::Real,
             .defaultValue = 1e-3,
             .label = "Learning rate",
             .help = "Step length.",
             .minimum = 0,
             .maximum = 10,
             .effect = OptionEffect::Live},
            {.key = "optimizer.beta1",
             .type = OptionType::Real,
             .defaultValue = 0.9,
             .label = "β₁",
             .help = "Momentum.",
             .minimum = 0,
             .maximum = 1,
             .tier = OptionTier::Expert}};
}

OptionTable noiseTable() {
    OptionTable table = commonTable();
    return table.append(
        {{.key = "noise.kind",
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
         {.key = "noise.clip", .type = OptionType::Boolean, .defaultValue = false, .label = "Clip", .help = "h"}});
}

struct Shown {
    OptionForm form;
    QList<std::pair<QString, Json>> edits;

    explicit Shown(const OptionTable& table = noiseTable()) {
        form.setValues(OptionValues(table));
        form.resize(300, 600);
        form.show();
        QObject::connect(&form, &OptionForm::edited, &form, [this](const QString& key, const Json& value) {
            edits.append({key, value});
        });
        (void)QTest::qWaitForWindowExposed(&form);
        form.activateWindow();
        (void)QTest::qWaitForWindowActive(&form);
    }
    template <typename Control = QLineEdit>
    Control* control(const char* name) const {
        for (Control* each : form.findChildren<Control*>())
            if (each->accessibleName() == QString::fromUtf8(name))
                return each;
        return nullptr;
    }
    void type(QWidget* into, const char* text) {
        into->setFocus();
        QTest::keyClick(into, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClicks(into, QString::fromUtf8(text));
    }
};

} // namespace

class TestOptionForm : public QObject {
    Q_OBJECT

private slots:
    void formatReal_manyMagnitudes_shortAndExact_data() {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("text");
        QTest::newRow("zero") << 0.0 << "0";
        QTest::newRow("rate") << 1e-3 << "1e-3";
        QTest::newRow("rate 5") << 5e-4 << "5e-4";
        QTest::newRow("epsilon") << 1e-8 << "1e-8";
        QTest::newRow("plain") << 0.01 << "0.01";
        QTest::newRow("beta") << 0.999 << "0.999";
        QTest::newRow("sigma") << 76.5 << "76.5";
        QTest::newRow("hundreds") << 100.0 << "100";
        QTest::newRow("big") << 2e6 << "2e6";
        QTest::newRow("negative") << -2.5e-5 << "-2.5e-5";
    }
    void formatReal_manyMagnitudes_shortAndExact() {
        QFETCH(double, value);
        QTEST(formatReal(value), "text");
        QCOMPARE(parseReal(formatReal(value)).value(), value);
    }
    void stepReal_crossesMagnitudes() {
        QCOMPARE(stepReal(1e-3, 1), 2e-3);
        QCOMPARE(stepReal(9e-3, 1), 1e-2);
        QCOMPARE(stepReal(1e-3, -1), 9e-4);
        QCOMPARE(stepReal(0.9, 1), 1.0);
    }

    void typing_allowedValue_emitsEdited() {
        Shown shown;
        shown.type(shown.control("Learning rate"), "2e-4");
        QVERIFY(!shown.edits.isEmpty());
        QCOMPARE(shown.edits.last().first, QStringLiteral("optimizer.learning_rate"));
        QCOMPARE(shown.edits.last().second, Json(2e-4));
        QCOMPARE(shown.form.values().real("optimizer.learning_rate"), 2e-4);
    }
    void typing_list_emitsArray() {
        Shown shown;
        shown.type(shown.control("Layers"), "64, 16");
        QCOMPARE(shown.edits.last().second, Json::array({64, 16}));
    }
    void typing_range_emitsPair() {
        Shown shown;
        shown.type(shown.control("σ"), "10");
        QCOMPARE(shown.edits.last().second, Json(10.0));
        shown.type(shown.control("σ, upper end"), "50");
        QCOMPARE(shown.edits.last().second, Json::array({10.0, 50.0}));
    }
    void arrowKeys_stepLeadingDigit() {
        Shown shown;
        QLineEdit* rate = shown.control("Learning rate");
        rate->setFocus();
        QTest::keyClick(rate, Qt::Key_Up);
        QCOMPARE(rate->text(), QStringLiteral("2e-3"));
        QCOMPARE(shown.edits.last().second, Json(2e-3));
    }
    void clicking_checkBoxAndSpace_toggles() {
        Shown shown;
        auto* clip = shown.control<QCheckBox>("Clip");
        QTest::mouseClick(clip, Qt::LeftButton, {}, {8, clip->height() / 2});
        QCOMPARE(shown.edits.last().second, Json(true));
        QTest::keyClick(clip, Qt::Key_Space);
        QCOMPARE(shown.edits.last().second, Json(false));
    }

    void typing_outOfRange_explainsAndKeeps() {
        Shown shown;
        shown.type(shown.control("Learning rate"), "50");
        const QString said = shown.form.issue("optimizer.learning_rate");
        QVERIFY2(said.contains("from 0 to 10"), qPrintable(said));
        QVERIFY2(said.contains("50") && said.contains("kept"), qPrintable(said));
        QCOMPARE(shown.form.values().real("optimizer.learning_rate"), 1e-3); // not the "5" on the way
        shown.type(shown.control("Learning rate"), "1e-3");
        QCOMPARE(shown.form.issue("optimizer.learning_rate"), QString());
    }
    void typing_spinBoxOutOfRange_explains() {
        Shown shown;
        shown.type(shown.control<QSpinBox>("Code size"), "9999");
        QVERIFY(shown.form.issue("model.code_size").contains("from 1 to 4096"));
    }
    void typing_incomplete_saysNothingUntilLeft() {
        Shown shown;
        QLineEdit* rate = shown.control("Learning rate");
        shown.type(rate, "1e-");
        QCOMPARE(shown.form.issue("optimizer.learning_rate"), QString());
        QTest::keyClick(rate, Qt::Key_Tab);
        QVERIFY(shown.form.issue("optimizer.learning_rate").contains("Expected"));
        QCOMPARE(shown.form.values().real("optimizer.learning_rate"), 1e-3); // not the "1" on the way
    }

    void condition_notMet_disablesAndSaysWhy() {
        Shown shown;
        QLineEdit* sigma = shown.control("σ");
        QVERIFY(sigma->isEnabled());
        auto* kind = shown.control<QComboBox>("Kind");
        kind->setFocus();
        QTest::keyClick(kind, Qt::Key_Down);
        QVERIFY(!sigma->isEnabled());
        QVERIFY2(sigma->toolTip().contains("Kind") && sigma->toolTip().contains("Gaussian"),
                 qPrintable(sigma->toolTip()));
    }

    // What an architecture has no use for is greyed and says why, unless it is what has to be put right.
    void unusedOption_isGreyed_saysWhy_andCanBePutRight() {
        OptionTable table = commonTable();
        OptionSpec family = *table.find("model.family");
        family.unusedBecause = "there is but one";
        table.redeclare({family});
        Shown shown(table);
        auto* combo = shown.control<QComboBox>("Family");
        QVERIFY(!combo->isEnabled());
        QVERIFY2(combo->toolTip().contains("Not used: there is but one."), qPrintable(combo->toolTip()));
        shown.form.setIssue("model.family", "must be sparse");
        QVERIFY(combo->isEnabled());
        QCOMPARE(shown.form.issue("model.family"), QStringLiteral("must be sparse"));
        shown.form.clearIssues();
        QVERIFY(!combo->isEnabled());
    }
    void arrowKeys_goByTheStepOfTheOption() {
        Shown shown({{.key = "model.kernel",
                      .type = OptionType::Integer,
                      .defaultValue = 3,
                      .label = "Kernel",
                      .help = "h",
                      .minimum = 3,
                      .maximum = 7,
                      .step = 2}});
        auto* kernel = shown.control<QSpinBox>("Kernel");
        for (const int expected : {5, 7, 7}) {
            QTest::keyClick(kernel, Qt::Key_Up);
            QCOMPARE(kernel->value(), expected);
        }
    }

    void setValues_doesNotEmit() {
        Shown shown;
        OptionValues values(noiseTable());
        QVERIFY(values.set("model.code_size", 7).ok());
        shown.form.setValues(values);
        QVERIFY(shown.edits.isEmpty());
        QCOMPARE(shown.control<QSpinBox>("Code size")->value(), 7);
    }
    void setValues_otherTable_keepsFocusAndCursor() {
        Shown shown;
        QLineEdit* layers = shown.control("Layers");
        shown.type(layers, "64, 3");
        layers->setCursorPosition(2);
        OptionValues values(commonTable());
        QVERIFY(values.set("model.layers", {64, 3}).ok());
        shown.form.setValues(values);
        QCOMPARE(QApplication::focusWidget(), layers);
        QCOMPARE(layers->cursorPosition(), 2);
        QCOMPARE(shown.form.currentKey(), QStringLiteral("model.layers"));
        QVERIFY(!shown.form.visibleKeys().contains("noise.kind"));
    }

    void filter_opensDrawerAndHidesRest() {
        Shown shown;
        QVERIFY(!shown.form.visibleKeys().contains("optimizer.beta1"));
        shown.form.setFilter("momentum");
        QCOMPARE(shown.form.visibleKeys(), QStringList{"optimizer.beta1"});
        shown.form.setFilter({});
        QVERIFY(!shown.form.visibleKeys().contains("optimizer.beta1"));
    }
    void drawer_click_showsExpertOptions() {
        Shown shown;
        auto* drawer = shown.control<QToolButton>("Expert options");
        QTest::mouseClick(drawer, Qt::LeftButton);
        QVERIFY(shown.form.visibleKeys().contains("optimizer.beta1"));
        QTest::keyClick(drawer, Qt::Key_Space);
        QVERIFY(!shown.form.visibleKeys().contains("optimizer.beta1"));
    }
    void issue_fromOutside_shownAndCleared() {
        Shown shown;
        shown.form.setIssue("model.layers", "Too deep for 28×28.");
        QCOMPARE(shown.form.issue("model.layers"), QStringLiteral("Too deep for 28×28."));
        shown.form.clearIssues();
        QCOMPARE(shown.form.issue("model.layers"), QString());
    }
    void tab_walksRowsInOrder() {
        Shown shown;
        shown.form.focusOption("model.code_size");
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        QCOMPARE(shown.form.currentKey(), QStringLiteral("model.layers"));
    }
    void everyControl_hasNameAndToolTip() {
        Shown shown;
        shown.form.setExpertOpen(true);
        for (QWidget* widget : shown.form.findChildren<QWidget*>()) {
            if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus || widget->objectName().startsWith("qt_"))
                continue;
            QVERIFY2(!widget->accessibleName().isEmpty() && !widget->toolTip().isEmpty(),
                     widget->metaObject()->className());
        }
    }
};

QTEST_MAIN(TestOptionForm)
#include "tst_option_form.moc"
