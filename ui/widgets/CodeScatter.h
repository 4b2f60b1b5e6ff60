#pragma once

// Samples as points in the plane, coloured by category or value, as dots or as small pictures. Wheel zooms about the
// cursor, dragging pans, dragging with Shift (or with the lasso tool) chooses what it surrounds; a click makes the
// nearest point the current one. Keys: arrows go to the nearest point in that direction, + − zoom, 0 fits, Shift+arrows
// pan, Ctrl+A chooses what is in view, Esc drops the choice, then the current point.

#include <QImage>
#include <QPolygonF>
#include <QWidget>

#include <functional>
#include <optional>
#include <vector>

#include "ui/widgets/ScatterLegend.h"

namespace hourglass {

class CodeScatter : public QWidget {
    Q_OBJECT

public:
    explicit CodeScatter(QWidget* parent = nullptr);

    // Of sample 0, 1, …; y grows upwards. None is current, chosen or coloured yet.
    void setPoints(std::vector<QPointF> points);
    // The same samples elsewhere: the view goes with them as long as nobody has zoomed.
    void movePoints(std::vector<QPointF> points);
    void clear();
    void setAxisNames(const QString& x, const QString& y); // empty: none
    // One number from 0, or −1, per point; what they are called.
    void setCategories(std::vector<int> categories, const QStringList& names);
    // One number per point, shown as a colour; what it is called.
    void setValues(std::vector<float> values, const QString& name);
    void setPictures(std::function<QImage(int)> picture); // small ones; null: there are none
    void setDescription(std::function<QString(int)> describe);
    void setSprites(bool areShown);
    void setLassoing(bool isOn);
    void setEmptyText(const QString& text);

    int count() const { return static_cast<int>(m_points.size()); }
    int current() const { return m_current; } // −1: none
    void setCurrent(int point);
    const std::vector<int>& chosen() const { return m_chosen; }
    void setChosen(std::vector<int> points);
    void fit();

    QPointF toWidget(QPointF place) const;
    QPointF pointAt(int point) const { return m_points.at(static_cast<size_t>(point)); }
    QColor colourOf(int point) const;
    std::vector<int> visiblePoints() const;
    int pictureCount() const { return m_spriteCount; } // drawn last

    QSize sizeHint() const override { return {480, 420}; }
    QSize minimumSizeHint() const override { return {160, 140}; }

signals:
    void currentChanged(int point);
    void chosenChanged(const std::vector<int>& points);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void arrange();
    void frameAll();
    void restyle();
    void zoomBy(double factor, QPointF about);
    void panBy(QPointF pixels);
    int nearest(QPointF place, double within) const;
    int neighbourTowards(int key) const;
    void closeLasso();

    void renderLayer();
    void renderDots(QPainter& painter);
    void renderSprites(QPainter& painter);
    void renderChoice(QPainter& painter);
    void stampAt(QPainter& painter, int point, const QImage& image);
    void paintMarks(QPainter& painter);
    void paintAxisNames(QPainter& painter);
    void paintCard(QPainter& painter);

    std::vector<QPointF> m_points;
    std::vector<int> m_categories;
    std::vector<float> m_values;
    float m_lowest = 0, m_highest = 1; // of the colours
    ScatterLegend m_legend;
    QString m_xName, m_yName, m_emptyText;
    std::function<QImage(int)> m_picture;
    std::function<QString(int)> m_describe;
    bool m_areSprites = false, m_isLassoing = false, m_isFitted = true;
    QRectF m_plot;      // where the points are: all but the legend
    QPointF m_centre;   // in the middle of the plot
    double m_scale = 1; // pixels per unit
    QImage m_layer;     // all points and the choice as they are now; null: to be drawn anew
    int m_spriteCount = 0;
    int m_current = -1, m_hovered = -1;
    std::vector<int> m_chosen;
    QPolygonF m_lasso; // while it is drawn
    std::optional<QPointF> m_pressed, m_dragged;
};

} // namespace hourglass
