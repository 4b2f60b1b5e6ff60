#include "ui/bridge/LatentAnalysis.h"

#include <chrono>
#include <utility>

#include "core/base/Parallel.h"
#include "ui/bridge/CoreText.h"
#include "ui/bridge/PoolJob.h"

namespace hourglass {

namespace {

constexpr std::chrono::milliseconds kBetweenLayouts{40}; // more than that nobody sees

} // namespace

LatentAnalysis::LatentAnalysis(QObject* parent) : QObject(parent) {
    m_looks.setInterval(kBetweenLayouts);
    connect(&m_looks, &QTimer::timeout, this, &LatentAnalysis::lookAtLayout);
}

// Without waiting for it.
void LatentAnalysis::lookAtLayout() {
    const std::unique_lock lock(m_standing->mutex, std::try_to_lock);
    if (!lock || !std::exchange(m_standing->isNew, false))
        return;
    emit layoutMoved(std::make_shared<const std::vector<float>>(m_standing->layout), m_standing->progress);
}

LatentAnalysis::~LatentAnalysis() {
    m_layoutStop.request_stop();
    m_clusterStop.request_stop();
}

void LatentAnalysis::layOut(std::shared_ptr<const LatentCodes> codes, double perplexity) {
    m_layoutStop.request_stop();
    m_layoutStop = {};
    m_isLayingOut = true;
    const int request = ++m_layout;
    m_standing = std::make_shared<Standing>();
    m_looks.start();
    const auto progress = [standing = m_standing](int64_t iteration, int64_t total, std::span<const float> layout,
                                                  double divergence) {
        const std::lock_guard lock(standing->mutex);
        if (iteration == 0)
            standing->start = std::chrono::steady_clock::now();
        const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - standing->start).count();
        standing->layout.assign(layout.begin(), layout.end());
        standing->progress = {.iteration = iteration, .total = total, .klDivergence = divergence};
        if (iteration > 0 && passed > 0) {
            const double rate = static_cast<double>(iteration) / passed;
            standing->progress.iterationsPerSecond = rate;
            standing->progress.secondsLeft = static_cast<double>(total - iteration) / rate;
        }
        standing->isNew = true;
    };
    runInPool(
        m_replies, "laying out codes",
        [codes = std::move(codes), perplexity, progress, stop = m_layoutStop.get_token()] {
            const ComputeThreadsScope alone(1); // the compute threads are another thread's
            return tSne(codes->points, {.perplexity = perplexity}, progress, stop);
        },
        [this, request](Result<std::optional<TSneLayout>> layout) {
            if (request != m_layout)
                return;
            lookAtLayout();
            m_looks.stop();
            m_isLayingOut = false;
            if (layout && *layout)
                emit layoutDone(std::make_shared<const TSneLayout>(std::move(**layout)));
            else
                emit layoutStopped();
            if (!layout)
                emit failed(coreText(layout.error()));
        },
        quietPool());
}

void LatentAnalysis::cancelLayout() {
    if (!m_isLayingOut)
        return;
    ++m_layout;
    m_layoutStop.request_stop();
    m_looks.stop();
    m_isLayingOut = false;
    emit layoutStopped();
}

void LatentAnalysis::cancelAll() {
    cancelLayout();
    m_clusterStop.request_stop();
    m_isClustering = false;
    ++m_clusters;
    ++m_neighbours;
    for (int& read : m_reads)
        ++read;
}

void LatentAnalysis::cluster(std::shared_ptr<const LatentCodes> codes, int64_t clusters) {
    m_clusterStop.request_stop();
    m_clusterStop = {};
    m_isClustering = true;
    runInPool(
        m_replies, "finding clusters",
        [codes = std::move(codes), clusters, stop = m_clusterStop.get_token()] {
            const ComputeThreadsScope alone(1);
            return kMeans(codes->points, {.clusters = clusters}, stop);
        },
        [this, request = ++m_clusters](Result<std::optional<KMeans>> found) {
            if (request != m_clusters)
                return;
            m_isClustering = false;
            if (found && *found)
                emit clustered(std::make_shared<const KMeans>(std::move(**found)));
            else
                emit clustersStopped();
            if (!found)
                emit failed(coreText(found.error()));
        },
        quietPool());
}

void LatentAnalysis::cancelClusters() {
    if (!m_isClustering)
        return;
    ++m_clusters;
    m_clusterStop.request_stop();
    m_isClustering = false;
    emit clustersStopped();
}

void LatentAnalysis::findNeighbours(std::shared_ptr<const LatentCodes> codes, int64_t row, int64_t count) {
    runInPool(
        m_replies, "looking for neighbours",
        [codes = std::move(codes), row, count] {
            const ComputeThreadsScope alone(1);
            return nearestToRow(codes->points, row, count);
        },
        [this, row, request = ++m_neighbours](const Result<std::vector<Neighbour>>& found) {
            if (request != m_neighbours)
                return;
            if (found)
                emit neighboursFound(row, *found);
            else
                emit failed(coreText(found.error()));
        });
}

void LatentAnalysis::read(std::shared_ptr<const LatentCodes> codes, std::vector<int64_t> rows, Receiver receiver) {
    int& latest = m_reads[static_cast<size_t>(receiver)];
    runInPool(
        m_replies, "reading samples",
        [codes = std::move(codes), rows = std::move(rows)] {
            auto read = std::make_shared<LatentSamples>();
            read->rows = rows;
            read->samples = Tensor(codes->samples->sampleShape().batch(static_cast<int64_t>(rows.size())));
            codes->samples->read(rows, read->samples.values());
            return read;
        },
        [this, receiver, request = ++latest](const Result<std::shared_ptr<LatentSamples>>& read) {
            if (request != m_reads[static_cast<size_t>(receiver)])
                return;
            if (read)
                emit samplesRead(receiver, *read);
            else
                emit failed(coreText(read.error()));
        });
}

} // namespace hourglass
