// What holds on every page, of all that can be seen there: Alt with a letter means one thing.

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
            (void)QTest::qWaitFor([&] { return !work->isActive(); }, kPatience);
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
};

QTEST_MAIN(TestPages)
#include "tst_pages.moc"
