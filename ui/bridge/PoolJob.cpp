#include "ui/bridge/PoolJob.h"

namespace hourglass {

QThreadPool& workPool() {
    static QThreadPool pool;
    return pool;
}

} // namespace hourglass
