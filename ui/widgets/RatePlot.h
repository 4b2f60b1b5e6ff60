#pragma once

// Quality against size: points in a plane of bytes per picture, on a logarithmic axis, and PSNR in dB. Each series has
// a colour and a shape of its own; its points are joined. Up and to the left is better. Hovering says the numbers.

#include <QWidget>

#include <vector>

namespace hourglass {

struct RatePoint {
    double bytes = 0, psnr = 0;
    QString text; // of the tooltip
    int row = 0;  // what it is called by
};

struct RateSeries {
    QString name;
    std::vector<RatePoint> points;
};

class RatePlot : public QWidget {
    Q_OBJECT

public:
    static constexpr int kMostSeries = 4;

    explicit RatePlot(QWidget* parent = nullptr);

    // At most kMostSeries (ContractError otherwise). `inputBytes`: of a picture as it is, marked with a tenth of it.
    void setSeries(std::vector<RateSeries> series, double inputBytes);
    void clear() { setSeries({}, 0); }
    // Rings the point of that row; -1: none.
    void setCurrent(int row);
    QPointF placeOf(int row) const; // in widget coordinates; null when there is none

    QSize sizeHint() const override { return {480, 260}; }
    QSize minimumSizeHint() const override { return {200, 140}; }

signals:
    void chosen(int row); // by a click

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    QRectF plotArea() const;
    QPointF toWidget(double bytes, double psnr) const;
    const RatePoint* pointAt(QPointF place) const;
    void setRanges();
    void paintAxes(QPainter& painter) const;
    QRectF labelPlace(double x, const QString& label) const;
    void paintLegend(QPainter& painter) const;

    std::vector<RateSeries> m_series;
    double m_inputBytes = 0;
    double m_lowBytes = 1, m_highBytes = 10, m_lowPsnr = 0, m_highPsnr = 1;
    int m_current = -1;
};

} // namespace hourglass
