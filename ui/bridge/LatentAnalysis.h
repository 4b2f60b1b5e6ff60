#pragma once

// What is found out about codes that are there already: a t-SNE layout that shows itself while it forms, k-means
// clusters, nearest neighbours, and the pictures of samples. All on threads of the pools, one thread for each, while
// the compute thread is free to train and to decode; those that take long give way to everything else. GUI thread,
// QtCore only.

#include <QtCore/QObject>
#include <QtCore/QTimer>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/analysis/KMeans.h"
#include "core/analysis/NearestNeighbours.h"
#include "core/analysis/TSne.h"
#include "ui/bridge/LatentCodes.h"
#include "ui/bridge/ReplyChannel.h"

namespace hourglass {

// Pictures of some samples, in the order they were asked for.
struct LatentSamples {
    std::vector<int64_t> rows;
    Tensor samples; // [rows, sample…]
};

// How far a layout is. The rate is 0 until it is known.
struct LayoutProgress {
    int64_t iteration = 0, total = 0;
    double klDivergence = 0;
    double iterationsPerSecond = 0, secondsLeft = 0;
};

class LatentAnalysis : public QObject {
    Q_OBJECT

public:
    explicit LatentAnalysis(QObject* parent = nullptr);
    // Stops what runs, without waiting for it.
    ~LatentAnalysis() override;

    // The latest request of each kind wins; `failed` answers what cannot be.
    void layOut(std::shared_ptr<const LatentCodes> codes, double perplexity);
    void cancelLayout(); // what has formed so far stays with whoever has it
    // Nothing that has been asked for is answered any more: other codes are looked at.
    void cancelAll();
    bool isLayingOut() const { return m_isLayingOut; }
    void cluster(std::shared_ptr<const LatentCodes> codes, int64_t clusters);
    void cancelClusters();
    bool isClustering() const { return m_isClustering; }
    void findNeighbours(std::shared_ptr<const LatentCodes> codes, int64_t row, int64_t count);
    // `then` gets them, unless the same `receiver` has asked for others since.
    enum class Receiver { Neighbours, Chosen, Clusters };
    void read(std::shared_ptr<const LatentCodes> codes, std::vector<int64_t> rows, Receiver receiver);

signals:
    void layoutMoved(std::shared_ptr<const std::vector<float>> layout,
                     const hourglass::LayoutProgress& progress); // [N, 2]
    void layoutDone(std::shared_ptr<const hourglass::TSneLayout> layout);
    void layoutStopped(); // cancelled or failed
    void clustered(std::shared_ptr<const hourglass::KMeans> clusters);
    void clustersStopped(); // cancelled or failed
    void neighboursFound(qlonglong row, const std::vector<hourglass::Neighbour>& neighbours);
    void samplesRead(hourglass::LatentAnalysis::Receiver receiver,
                     std::shared_ptr<const hourglass::LatentSamples> samples);
    void failed(const QString& message);

private:
    // Where a layout stands. It is fetched from here and not posted: a thread that gives way to all others could be
    // made to wait while it holds the window's queue.
    struct Standing {
        std::mutex mutex;
        std::vector<float> layout;
        LayoutProgress progress;
        std::chrono::steady_clock::time_point start; // of the iterations
        bool isNew = false;
    };
    void lookAtLayout();

    std::shared_ptr<Standing> m_standing;
    QTimer m_looks;
    std::stop_source m_layoutStop, m_clusterStop;
    int m_layout = 0, m_clusters = 0, m_neighbours = 0;
    int m_reads[3] = {};
    bool m_isLayingOut = false, m_isClustering = false;
    ReplyChannel m_replies{this};
};

} // namespace hourglass
