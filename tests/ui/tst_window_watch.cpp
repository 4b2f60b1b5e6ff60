// Watching a run in the window: what is offered of each family, the bars of a code, and the coach, as a person meets
// them.

#include "tests/ui/WindowDriver.h"

#include "ui/widgets/BarChart.h"
#include "ui/widgets/CurveCanvas.h"
#include "ui/widgets/LossChart.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

using Settings = std::vector<std::pair<std::string, Json>>;

const Settings kCollapsing = {{"model.family", "variational"},
                              {"model.code_size", 6},
                              {"objective.beta", 200},
                              {"optimizer.learning_rate", 0.01},
                              {"training.epochs", 8}};

void run(WindowDriver& driver) {
    driver.key(Qt::Key_F5);
    QTRY_VERIFY_WITH_TIMEOUT(!isIdle(driver), kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(driver), kPatience);
}

QStringList offered(WindowDriver& driver) {
    QStringList titles;
    const auto* list = driver.find<QComboBox>("Watch");
    for (int i = 0; i < list->count(); ++i)
        titles << list->itemText(i);
    return titles;
}

// With the keys, as in any list: its first letters, or the arrows.
void choose(WindowDriver& driver, const QString& title) {
    auto* list = driver.find<QComboBox>("Watch");
    list->setFocus();
    const int wanted = list->findText(title);
    QVERIFY2(wanted >= 0, qPrintable(title + " is not among " + offered(driver).join(", ")));
    while (list->currentIndex() != wanted)
        driver.key(list->currentIndex() < wanted ? Qt::Key_Down : Qt::Key_Up);
}

QString words(WindowDriver& driver) {
    return driver.find<QLabel>("What is watched")->text().replace(QChar(QChar::Nbsp), ' ');
}

// The page has room for two charts side by side.
void widen(WindowDriver& driver) {
    driver.window().resize(1500, 800);
    QTRY_VERIFY_WITH_TIMEOUT(driver.window().width() == 1500, kPatience);
}

} // namespace

class TestWindowWatch : public QObject {
    Q_OBJECT

private slots:
    void variationalRun_showsItsTermsAndItsDimensions() {
        WindowDriver driver;
        useSmall(driver, kCollapsing);
        QVERIFY(offered(driver).contains("KL by dimension")); // before anything has run
        choose(driver, "KL by dimension");
        QVERIFY(driver.find<BarChart>("KL by dimension")->bars().values.empty());
        run(driver);
        auto* bars = driver.find<BarChart>("KL by dimension");
        QCOMPARE(bars->bars().values.size(), size_t{6});
        const auto collapsed = std::ranges::count(bars->bars().marked, true);
        QVERIFY(collapsed > 3);
        QCOMPARE(words(driver), QString("nats · %1 of 6 collapsed · epoch 8").arg(collapsed));
        QVERIFY(driver.find<QLabel>("What is watched")->toolTip().contains("0.01 nats"));
        QVERIFY(bars->accessibleDescription().contains("of 6 collapsed"));
        // The value under the mouse.
        QTest::mouseMove(driver.window().windowHandle(),
                         bars->mapTo(&driver.window(), bars->barRect(2).center().toPoint()));
        QTRY_COMPARE_WITH_TIMEOUT(bars->current(), 2, kPatience);
        choose(driver, "KL term");
        QCOMPARE(words(driver), QString("β × nats per sample"));
        auto* term = driver.find<LossChart>("KL term");
        QCOMPARE(term->pointCount(Curve::Validation), 8);
        QVERIFY(term->pointCount(Curve::Training) >= 8);
        choose(driver, "Active units");
        QCOMPARE(driver.find<LossChart>("Active units")->pointCount(Curve::Training), 0);
        QCOMPARE(driver.find<LossChart>("Active units")->pointCount(Curve::Validation), 8);
        choose(driver, "Activation histogram");
        QVERIFY(driver.find<BarChart>("Activation histogram")->bars().edges.size() > 2);
        // The loss is all terms together, the main chart the reconstruction alone.
        choose(driver, "Loss");
        QVERIFY(words(driver).contains("Reconstruction + KL term"));
    }

    void whatIsWatched_followsTheRun_andIsRemembered() {
        WindowDriver driver;
        useSmall(driver, {{"model.family", "sparse"}, {"model.code_size", 12}, {"training.epochs", 100000}});
        choose(driver, "Mean by unit");
        driver.key(Qt::Key_F5);
        auto* bars = driver.find<BarChart>("Mean by unit");
        QTRY_COMPARE_WITH_TIMEOUT(bars->bars().values.size(), size_t{12}, kPatience);
        QCOMPARE(*bars->bars().level, 0.05);
        const QString first = words(driver);
        QTRY_VERIFY_WITH_TIMEOUT(words(driver) != first, kPatience); // another epoch
        choose(driver, "Sparsity");
        auto* term = driver.find<LossChart>("Sparsity");
        const int before = term->pointCount(Curve::Training);
        QVERIFY(before > 0); // what was measured before it was chosen
        QTRY_VERIFY_WITH_TIMEOUT(term->pointCount(Curve::Training) > before + 3, kPatience);
        driver.key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(driver), kPatience);
        const int points = term->pointCount(Curve::Training);
        driver.close();
        driver.open();
        widen(driver);
        QCOMPARE(driver.find<QComboBox>("Watch")->currentText(), QString("Sparsity"));
        QCOMPARE(driver.find<LossChart>("Sparsity")->pointCount(Curve::Training), points);
        choose(driver, "Mean by unit");
        QCOMPARE(driver.find<BarChart>("Mean by unit")->bars().values.size(), size_t{12});
    }

    void offered_isWhatAppliesToTheFamily() {
        WindowDriver driver;
        widen(driver);
        useSmall(driver, {{"model.family", "contractive"}});
        QCOMPARE(offered(driver).mid(0, 2), (QStringList{"Contraction", "Loss"}));
        QVERIFY(offered(driver).contains("Jacobian norm of the code"));
        driver.bench().document().set("model.family", "denoising").value();
        QCOMPARE(offered(driver),
                 (QStringList{"PSNR", "Active units", "Mean by unit", "Spread by unit", "Activation histogram"}));
        driver.bench().document().set("model.architecture", "unet").value();
        QTRY_COMPARE_WITH_TIMEOUT(offered(driver), QStringList{"PSNR"}, kPatience);
        driver.bench().document().set("data.validation_fraction", 0).value();
        QTRY_VERIFY_WITH_TIMEOUT(!driver.has<QComboBox>("Watch"), kPatience); // nothing at all
        QVERIFY(driver.find<LossChart>("Reconstruction")->isVisible());
    }

    void narrowWindow_showsOneChart_wideTwo() {
        WindowDriver driver;
        useSmall(driver, {{"model.family", "variational"}, {"training.epochs", 2}});
        driver.window().resize(900, 600);
        QTRY_VERIFY_WITH_TIMEOUT(driver.window().width() == 900, kPatience);
        QVERIFY(driver.has<LossChart>("Reconstruction"));
        QCOMPARE(driver.find<QComboBox>("Watch")->currentText(), QString("Reconstruction"));
        QCOMPARE(words(driver), QString("BCE per sample"));
        choose(driver, "KL divergence");
        QVERIFY(!driver.has<LossChart>("Reconstruction") && driver.has<LossChart>("KL divergence"));
        run(driver);
        widen(driver);
        QVERIFY(driver.has<LossChart>("Reconstruction") && driver.has<LossChart>("KL divergence"));
        QVERIFY(!offered(driver).contains("Reconstruction"));
        for (const char* name : {"Reconstruction", "KL divergence"}) {
            const auto* chart = driver.find<LossChart>(QString::fromUtf8(name));
            QCOMPARE(chart->pointCount(Curve::Validation), 2);
            QTRY_VERIFY_WITH_TIMEOUT(chart->width() >= chart->minimumSizeHint().width(), kPatience);
        }
        driver.window().resize(900, 600);
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<LossChart>("Reconstruction") && !driver.has<LossChart>("KL divergence"),
                                 kPatience);
    }

    void learningRate_isOfferedByTheViewMenu() {
        WindowDriver driver;
        widen(driver);
        useSmall(driver, {{"training.epochs", 3}, {"optimizer.schedule", "cosine"}});
        QVERIFY(!offered(driver).contains("Learning rate"));
        QAction* toggle = nullptr;
        for (QAction* action : driver.window().findChildren<QAction*>())
            if (action->text().remove('&') == "Learning-rate chart")
                toggle = action;
        toggle->trigger();
        QCOMPARE(driver.find<QComboBox>("Watch")->currentText(), QString("Learning rate"));
        run(driver);
        auto* rate = driver.find<LossChart>("Learning rate");
        QVERIFY(rate->pointCount(Curve::Training) > 3);
        toggle->trigger();
        QVERIFY(!driver.has<LossChart>("Learning rate"));
        toggle->trigger();
        driver.close();
        driver.open();
        widen(driver);
        QVERIFY(driver.has<LossChart>("Learning rate"));
    }

    void coach_isTaken_andSaysWhatItDid() {
        WindowDriver driver;
        useSmall(driver, kCollapsing);
        QVERIFY(!driver.has<QLabel>("Advice"));
        run(driver);
        QVERIFY2(driver.find<QLabel>("Advice")->text().endsWith(" of 6 latents have collapsed: lower β?"),
                 qPrintable(driver.find<QLabel>("Advice")->text()));
        auto* button = driver.find<QPushButton>("Lower β");
        QVERIFY2(button->toolTip().contains("β: 200 → 50"), qPrintable(button->toolTip()));
        button->setFocus(); // with the keys
        driver.key(Qt::Key_Space);
        QCOMPARE(driver.bench().document().experiment().options().real("objective.beta"), 50.0);
        QVERIFY(!driver.has<QPushButton>("Lower β"));
        QVERIFY2(driver.find<QLabel>("Advice")->text().contains("β: 200 → 50. Run (F5) makes a new run"),
                 qPrintable(driver.find<QLabel>("Advice")->text()));
        QVERIFY(driver.find<QToolButton>("Dismiss the advice")->hasFocus());
        driver.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(driver.bench().document().experiment().options().real("objective.beta"), 200.0);
        QVERIFY(!driver.has<QLabel>("Advice")); // it holds no more
        driver.key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        driver.key(Qt::Key_F5);
        QTRY_COMPARE_WITH_TIMEOUT(driver.bench().runName(), QString("shapes-0002"), kPatience);
        QCOMPARE(driver.bench().run()->experiment.options().real("objective.beta"), 50.0);
    }

    void coach_isSentAway_byEscOrByTheCross() {
        WindowDriver driver;
        useSmall(driver, kCollapsing);
        run(driver);
        driver.find<LossChart>("Reconstruction")->canvas()->setFocus(); // where a person may be at the time
        driver.key(Qt::Key_Escape);
        QVERIFY(!driver.has<QLabel>("Advice"));
        driver.bench().openRun(driver.bench().run()->folder); // the same: it was heard
        QVERIFY(!driver.has<QLabel>("Advice"));
        driver.bench().document().set("model.code_size", 5).value();
        run(driver); // another
        QVERIFY(driver.has<QLabel>("Advice"));
        driver.click(driver.find<QToolButton>("Dismiss the advice"));
        QVERIFY(!driver.has<QLabel>("Advice"));
    }

    void coach_ofADivergedRun() {
        WindowDriver driver;
        useSmall(driver, {{"optimizer.kind", "sgd"},
                          {"optimizer.learning_rate", 10},
                          {"objective.reduction", "element_sum"},
                          {"model.output_activation", "identity"}});
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QPushButton>("Halve the learning rate"), kPatience);
        driver.click(driver.find<QPushButton>("Halve the learning rate"));
        QCOMPARE(driver.find<QLineEdit>("Learning rate")->text(), QString("5"));
    }
};

QTEST_MAIN(TestWindowWatch)
#include "tst_window_watch.moc"
