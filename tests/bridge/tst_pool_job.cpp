// Work on the pool: its answer, what becomes of exceptions, and nobody left to hear of it.

#include <QtTest>

#include <stdexcept>

#include "tests/bridge/Desk.h"
#include "ui/bridge/PoolJob.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

struct Listener : QObject {
    ReplyChannel replies{this};
};

} // namespace

class TestPoolJob : public QObject {
    Q_OBJECT

private slots:
    void work_runsElsewhere_andAnswersHere() {
        Listener listener;
        QThread* worker = nullptr;
        std::optional<Result<int>> answer;
        runInPool(
            listener.replies, "counting", [] { return std::pair(QThread::currentThread(), 7); },
            [&](const Result<std::pair<QThread*, int>>& counted) {
                worker = counted->first;
                answer = counted->second;
                QCOMPARE(QThread::currentThread(), QCoreApplication::instance()->thread());
            });
        QTRY_VERIFY_WITH_TIMEOUT(answer.has_value(), kPatience);
        QCOMPARE(answer->value(), 7);
        QVERIFY(worker != QThread::currentThread());
    }

    // An error of the work itself comes as it is; whatever is thrown becomes one that says what was being done.
    void exceptions_becomeErrors() {
        Listener listener;
        std::vector<Error> errors;
        const auto run = [&](auto work) {
            const size_t before = errors.size();
            runInPool(listener.replies, "opening 'x.png'", work, [&](const Result<int>& answer) {
                QVERIFY(!answer);
                errors.push_back(answer.error());
            });
            QTRY_COMPARE_WITH_TIMEOUT(errors.size(), before + 1, kPatience);
        };
        run([]() -> Result<int> { return makeError(ErrorCode::NotFound, "There is no {}.", "x.png"); });
        run([]() -> Result<int> { throw std::bad_alloc(); });
        run([]() -> int { throw std::runtime_error("the codec gave up"); });
        run([]() -> int { throw 3; });
        QCOMPARE(errors[0].message(), std::string("There is no x.png."));
        QVERIFY(errors[1].code() == ErrorCode::OutOfMemory);
        for (size_t i = 1; i < errors.size(); ++i)
            QVERIFY(errors[i].message().find("opening 'x.png'") != std::string::npos);
        QVERIFY(errors[2].message().find("the codec gave up") != std::string::npos);
    }

    void listenerGone_nothingIsHeard() {
        auto listener = std::make_unique<Listener>();
        std::atomic<bool> isGone = false;
        std::atomic<bool> isDone = false;
        bool isHeard = false;
        runInPool(
            listener->replies, "waiting",
            [&] {
                while (!isGone)
                    QThread::yieldCurrentThread();
                isDone = true;
                return 1;
            },
            [&](const Result<int>&) { isHeard = true; });
        listener.reset();
        isGone = true;
        QTRY_VERIFY_WITH_TIMEOUT(isDone, kPatience);
        workPool().waitForDone();
        QCoreApplication::sendPostedEvents();
        QVERIFY(!isHeard);
    }
};

QTEST_GUILESS_MAIN(TestPoolJob)
#include "tst_pool_job.moc"
