#pragma once

// The network as a row of blocks, as tall as the logarithm of what flows through them: the hourglass. The code stands
// out. Blocks have tooltips and can be clicked, or walked with the arrows and chosen with Enter.

#include <QString>
#include <QWidget>

#include <vector>

namespace hourglass {

struct LayerBlock {
    enum class Kind { Input, Layer, Code, Output };

    QString name;            // "Dense 1"
    QString shape;           // "512"
    QString detail = {};     // tooltip: "401 920 parameters, ReLU"
    double relativeSize = 1; // numbers flowing through, in any unit; above 0
    Kind kind = Kind::Layer;
    bool operator==(const LayerBlock&) const = default;
};

class ArchitectureStrip : public QWidget {
    Q_OBJECT

public:
    explicit ArchitectureStrip(QWidget* parent = nullptr);

    void setBlocks(std::vector<LayerBlock> blocks);
    const std::vector<LayerBlock>& blocks() const { return m_blocks; }
    // "1 074 000 parameters · compression 24.5×"
    void setCaption(const QString& text);
    // Shown instead of the blocks when there are none, e.g. why the layers are impossible.
    void setEmptyText(const QString& text);

    int current() const { return m_current; }
    QRectF blockRect(int index) const;
    // 0.15 to 1: the height of a block, on a logarithmic scale from the smallest to the largest size.
    static std::vector<double> relativeHeights(const std::vector<LayerBlock>& blocks);

    QSize sizeHint() const override { return {420, 130}; }
    QSize minimumSizeHint() const override { return {120, 84}; }

signals:
    void blockActivated(int index);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    int blockAt(QPointF place) const;
    QRectF bandRect() const;
    void paintBlock(QPainter& painter, int index);
    void paintFlow(QPainter& painter, int index);
    double columnWidth() const;
    bool hasLabels() const; // columns wide enough for text; the tooltips have it anyway

    std::vector<LayerBlock> m_blocks;
    std::vector<double> m_heights;
    QString m_caption;
    QString m_emptyText;
    int m_current = -1;
};

} // namespace hourglass
