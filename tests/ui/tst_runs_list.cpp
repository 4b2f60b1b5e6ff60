// The Runs table when what it is told comes in another order than it was asked.

#include <fstream>

#include "tests/ui/WindowDriver.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

QStringList names(WindowDriver& driver) {
    QStringList all;
    if (!driver.has<QTableView>("Runs"))
        return all;
    const QAbstractItemModel* model = driver.find<QTableView>("Runs")->model();
    for (int row = 0; row < model->rowCount(); ++row)
        all << model->index(row, 0).data().toString();
    all.sort();
    return all;
}

// A run whose history takes a while to be read.
void lengthen(const std::filesystem::path& run) {
    std::ifstream in(run / "history.csv");
    std::string header, row;
    std::getline(in, header);
    std::getline(in, row);
    std::ofstream out(run / "history.csv");
    out << header << '\n';
    for (int i = 0; i < 1'000'000; ++i)
        out << row << '\n';
}

} // namespace

class TestRunsList : public QObject {
    Q_OBJECT

private slots:
    // Many runs are still being read when somebody begins another: it is in the table at once, and stays.
    void runBegunWhileTheListIsRead_isNotLost() {
        WindowDriver driver;
        useSmall(driver, {{"training.epochs", 1}});
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(driver.bench().run() && driver.bench().run()->isFinished && isIdle(driver), kPatience);
        lengthen(driver.bench().run()->folder);
        driver.bench().reset();
        driver.bench().document().set("training.epochs", 100000).value();
        driver.close();

        driver.open();
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(names(driver).contains("shapes-0002"), kPatience);
        qInfo("the list %s", names(driver).contains("shapes-0001") ? "came first" : "is yet to come");
        QTRY_VERIFY_WITH_TIMEOUT(names(driver).contains("shapes-0001"), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(names(driver), (QStringList{"shapes-0001", "shapes-0002"}), kPatience);
        driver.key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(driver), kPatience);
    }
};

QTEST_MAIN(TestRunsList)
#include "tst_runs_list.moc"
