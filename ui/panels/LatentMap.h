#pragma once

// The codes as a map: how they are laid out, what colours them, which one is looked at and which are chosen.

#include <QWidget>

#include <array>
#include <memory>
#include <optional>

#include "ui/bridge/LatentAnalysis.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QSpinBox;
class QToolButton;

namespace hourglass {

class CodeScatter;
class Settings;

class LatentMap : public QWidget {
    Q_OBJECT

public:
    enum class Layout { Principal, Values, Neighbours };
    enum class Colour { Class, Cluster, Error };

    // Both outlive it.
    LatentMap(LatentAnalysis& analysis, Settings& settings, QWidget* parent = nullptr);

    // Null: none. Those of the same samples keep what is looked at.
    void setCodes(std::shared_ptr<const LatentCodes> codes);
    const std::shared_ptr<const LatentCodes>& codes() const { return m_codes; }
    CodeScatter* scatter() const { return m_scatter; }
    // Of the pad; principal ones unless values are laid out. Empty without codes.
    const std::optional<LatentAxes>& axes() const { return m_axes; }
    std::array<int, 2> shownAxes() const;                                      // from 0
    bool isByNeighbours() const { return layoutKind() == Layout::Neighbours; } // t-SNE
    // What of a layout or clusters a person should know; empty when nothing.
    QString layoutNote() const;
    const std::shared_ptr<const KMeans>& clusters() const { return m_clusters; }
    // "ankle boot 17 · Ankle boot · error 0.012"
    QString describe(int sample) const;
    QImage thumbnail(int sample) const;

signals:
    void axesChanged();
    void clustersChanged();
    void asked(); // for something else to see than before
    // A layout by neighbours or clusters are on their way; 0: it is not known how far.
    void working(double fraction, const QString& text);
    void workEnded(); // or was stopped

private:
    QLayout* buildLayoutRow();
    QLayout* buildColourRow();
    Layout layoutKind() const;
    Colour colourKind() const;
    bool hasClasses() const;
    Colour wantedColour() const; // by the person, for samples that have it
    void takeAxes();
    // What becomes of the picture: the points of other samples, a new one of the same, or the same, further on.
    enum class Change { Samples, Layout, Codes };
    void layOut(Change change = Change::Layout);
    void place(std::vector<QPointF> points, Change change);
    std::vector<QPointF> pointsAlong(int x, int y) const;
    void colour();
    QString axisName(int axis) const;
    void connectAnalysis();
    void layOutByNeighbours(Change change);
    void showControls();
    void findClusters();
    void letGoOfClusters();
    void tellClusters();
    void endLayout();
    void takeLayout(const std::vector<float>& layout, const LayoutProgress& progress);

    LatentAnalysis& m_analysis;
    Settings& m_settings;
    std::shared_ptr<const LatentCodes> m_codes;
    std::optional<LatentAxes> m_axes;
    CodeScatter* m_scatter;
    QComboBox* m_layout;
    std::array<QSpinBox*, 2> m_shown;
    QDoubleSpinBox* m_perplexity;
    QComboBox* m_colour;
    QSpinBox* m_clusterCount;
    QToolButton* m_sprites;
    QToolButton* m_lasso;
    std::vector<QPointF> m_neighbourPoints; // of the codes; empty until there are some
    double m_usedPerplexity = 0;            // of them, once they are done
    std::shared_ptr<const KMeans> m_clusters;
};

// What a person reads of the label of a sample; empty without one.
QString className(const Dataset& samples, int64_t row);

} // namespace hourglass
