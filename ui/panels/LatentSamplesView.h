#pragma once

// Samples of the Latent page as pictures: the neighbours of the current one, the chosen ones, and what each cluster
// looks like. A click on a picture makes its sample the current one.

#include <QWidget>

#include <memory>
#include <vector>

#include "ui/bridge/LatentAnalysis.h"

class QLabel;

namespace hourglass {

class ImageStrip;
class LatentMap;

class LatentSamplesView : public QWidget {
    Q_OBJECT

public:
    static constexpr int64_t kNeighbours = 11, kMostChosen = 48;

    // Both outlive it.
    LatentSamplesView(LatentAnalysis& analysis, LatentMap& map, QWidget* parent = nullptr);

    void codesChanged();
    void currentChanged(int sample);
    void chosenChanged(const std::vector<int>& samples);

private:
    // A title over a strip of pictures.
    struct Part {
        QLabel* title;
        ImageStrip* strip;
        std::vector<int64_t> rows = {};
        QStringList captions = {};
    };
    Part addPart(const QString& name, const QString& empty, class QBoxLayout* column);
    void takeNeighbours(int64_t row, const std::vector<Neighbour>& neighbours);
    void takeSamples(LatentAnalysis::Receiver receiver, const LatentSamples& read);
    void forget(Part& part, const QString& title);
    QString listText(const Part& part) const;

    LatentAnalysis& m_analysis;
    LatentMap& m_map;
    Part m_neighbours, m_chosen;
};

// One row of examples for each cluster, nearest to its middle first.
class LatentClustersView : public QWidget {
    Q_OBJECT

public:
    LatentClustersView(LatentAnalysis& analysis, LatentMap& map, QWidget* parent = nullptr);

    void clustersChanged();

private:
    void takeSamples(const LatentSamples& read);

    LatentAnalysis& m_analysis;
    LatentMap& m_map;
    QLabel* m_note;
    ImageStrip* m_strip;
    std::shared_ptr<const KMeans> m_shown; // whose examples are in the strip
};

} // namespace hourglass
