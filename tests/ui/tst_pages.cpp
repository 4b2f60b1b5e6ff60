// What holds on every page, of all that can be seen there: Alt with a letter means one thing, and Tab goes from one to
// the next as they are read.

#include "tests/ui/WindowDriver.h"

#include "ui/panels/WorkBar.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

// A window with a small variational model at hand, so that all pages have something to show.
struct Desk {
    WindowDriver driver;
    QTabWidget* pages = driver.window().findChild<QTabWidget*>();

    Desk() {
        useSmall(driver, {{"model.family", "variational"}, {"training.epochs", 1}});
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(driver) && driver.bench().controller().hasModel(), kPatience);
    }
    // In front, with what Ctrl+Return makes.
    QWidget* show(const QString& name) {
        for (int i = 0; i < pages->count(); ++i)
            if (pages->tabText(i) == name)
                driver.key(Qt::Key_1 + i, Qt::AltModifier);
        QWidget* page = pages->currentWidget();
        driver.key(Qt::Key_Return, Qt::ControlModifier);
        if (const auto* work = page->findChild<WorkBar*>())
            (void)QTest::qWaitFor([&] { return !work->isActive() && !driver.bench().reconstruction().isBusy(); },
                                  kPatience);
        return page;
    }
    // Does something with each face of the page: its tabs, or what takes the place of something else.
    void withEachFace(QWidget* page, const std::function<void(const QString& name)>& act) {
        if (auto* tabs = page->findChild<QTabWidget*>())
            for (int i = 0; i < tabs->count(); ++i) {
                tabs->setCurrentIndex(i);
                act(tabs->tabText(i));
            }
        else if (driver.has<QToolButton>("Traversal"))
            for (const char* name : {"Samples", "Traversal"}) {
                driver.click(driver.find<QToolButton>(name));
                act(name);
            }
        else
            act({});
    }
};

// What Alt with a letter goes to, in all of the window that can be seen.
QMap<QString, QStringList> mnemonics(const QWidget& window) {
    QMap<QString, QStringList> found;
    const auto add = [&](const QString& text) {
        if (const QKeySequence key = QKeySequence::mnemonic(text); !key.isEmpty())
            found[key.toString()] << text;
    };
    for (const QWidget* widget : window.findChildren<QWidget*>()) {
        if (!widget->isVisible())
            continue;
        if (const auto* label = qobject_cast<const QLabel*>(widget); label != nullptr && label->buddy() != nullptr)
            add(label->text());
        else if (const auto* button = qobject_cast<const QAbstractButton*>(widget))
            add(button->text());
        else if (const auto* box = qobject_cast<const QGroupBox*>(widget))
            add(box->title());
        else if (const auto* menus = qobject_cast<const QMenuBar*>(widget))
            for (const QAction* menu : menus->actions())
                add(menu->text());
        else if (const auto* tabs = qobject_cast<const QTabBar*>(widget))
            for (int i = 0; i < tabs->count(); ++i)
                add(tabs->tabText(i));
    }
    return found;
}

// Whether one is read before the other: of the two parts of the window that they are in and that lie side by side, rows
// from above, and in a row from the left.
bool isReadBefore(const QWidget* one, const QWidget* other) {
    const QWidget* whole = one->parentWidget();
    while (!whole->isAncestorOf(other))
        whole = whole->parentWidget();
    const auto partOf = [whole](const QWidget* widget) {
        while (widget->parentWidget() != whole)
            widget = widget->parentWidget();
        return widget->geometry();
    };
    const QRect a = partOf(one), b = partOf(other);
    const int common = std::min(a.bottom(), b.bottom()) - std::max(a.top(), b.top());
    return 2 * common > std::min(a.height(), b.height()) ? a.left() < b.left() : a.top() < b.top();
}

QString nameOf(const QWidget* widget) {
    return widget->accessibleName().isEmpty() ? QString::fromLatin1(widget->metaObject()->className())
                                              : widget->accessibleName();
}

} // namespace

class TestPages : public QObject {
    Q_OBJECT

private slots:
    void mnemonics_areOfOneControlEach() {
        Desk desk;
        QStringList twice;
        int controls = 0;
        for (int i = 0; i < desk.pages->count(); ++i) {
            const QString name = desk.pages->tabText(i);
            desk.withEachFace(desk.show(name), [&](const QString& face) {
                const QMap<QString, QStringList> found = mnemonics(desk.driver.window());
                controls += static_cast<int>(found.size());
                for (auto each = found.begin(); each != found.end(); ++each)
                    if (each->size() > 1)
                        twice << QStringList{name, face, each.key(), each->join(" / ")}.join(QStringLiteral(" "));
            });
        }
        QVERIFY2(twice.isEmpty(), qPrintable(twice.join('\n')));
        QVERIFY2(controls > 100, qPrintable(QString::number(controls))); // there was something to compare
    }

    // The bar of work takes the place of what the page says, and moves nothing.
    void barOfWork_movesNothing_data() {
        QTest::addColumn<QString>("page");
        QTest::addColumn<QString>("save");
        QTest::newRow("Generate") << "Generate"
                                  << "Save samples as";
        QTest::newRow("Compression") << "Compression"
                                     << "Save measurement as";
        QTest::newRow("Anomalies") << "Anomalies"
                                   << "Save scores";
    }
    void barOfWork_movesNothing() {
        QFETCH(QString, page);
        QFETCH(QString, save);
        Desk desk;
        desk.show(page);
        auto* button = desk.driver.find<QToolButton>(save);
        const QPoint place = button->mapTo(&desk.driver.window(), QPoint());
        QSemaphore mayGoOn;
        const auto goOn = qScopeGuard([&] { mayGoOn.release(); });
        desk.driver.bench().controller().postJob([&](Executor&) { mayGoOn.acquire(); });
        desk.driver.key(page == "Generate" ? Qt::Key_R : Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.has<QToolButton>("Cancel"), kPatience);
        QTest::qWait(50); // laid out
        QCOMPARE(button->mapTo(&desk.driver.window(), QPoint()), place);
    }

    // From where Tab comes into the page to where it leaves.
    void tab_goesThroughEachPageAsItIsRead() {
        Desk desk;
        QStringList wrong;
        int steps = 0;
        for (int i = 0; i < desk.pages->count(); ++i) {
            const QString name = desk.pages->tabText(i);
            QWidget* page = desk.show(name);
            desk.withEachFace(page, [&](const QString& face) {
                desk.pages->findChild<QTabBar*>()->setFocus();
                QList<QWidget*> way;
                for (desk.driver.key(Qt::Key_Tab);
                     page->isAncestorOf(QApplication::focusWidget()) && !way.contains(QApplication::focusWidget());
                     desk.driver.key(Qt::Key_Tab)) {
                    for (const QWidget* before : way)
                        if (!isReadBefore(before, QApplication::focusWidget()))
                            wrong << QStringList{name, face, nameOf(before), QStringLiteral("before"),
                                                 nameOf(QApplication::focusWidget())}
                                         .join(QLatin1Char(' '));
                    way << QApplication::focusWidget();
                }
                steps += static_cast<int>(way.size());
                for (QWidget* each : page->findChildren<QWidget*>())
                    if (each->isVisible() && each->isEnabled() && (each->focusPolicy() & Qt::TabFocus) != 0 &&
                        each->focusProxy() == nullptr && !way.contains(each))
                        wrong << QStringList{name, face, QStringLiteral("never"), nameOf(each)}.join(QLatin1Char(' '));
            });
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
        QVERIFY2(steps > 60, qPrintable(QString::number(steps)));
    }
};

QTEST_MAIN(TestPages)
#include "tst_pages.moc"
