#include "ui/bridge/PoolJob.h"

#include <QtCore/QThread>

namespace hourglass {

QThreadPool& workPool() {
    static QThreadPool pool;
    return pool;
}

QThreadPool& quietPool() {
    static QThreadPool pool;
    pool.setThreadPriority(QThread::IdlePriority); // of threads that are yet to start: all
    return pool;
}

} // namespace hourglass
