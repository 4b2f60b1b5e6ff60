#pragma once

// Which part of an image is looked at, and how large: shared by linked views, and the mapping it gives in one of them.

#include <QObject>
#include <QPointF>
#include <QRectF>

namespace hourglass {

// The mapping between one view and its image. All of it is arithmetic on values, so it can be tested alone.
// Zoom counts device pixels per image pixel: at 1 an image pixel is exactly a device pixel, whatever the screen.
struct ViewMapping {
    QRectF viewport;  // where the image may be drawn, in widget coordinates
    QSizeF image;     // in image pixels
    double ratio = 1; // device pixels per widget coordinate
    double zoom = 1;
    QPointF centre; // image pixel at the middle of the viewport

    QPointF toWidget(QPointF imagePoint) const;
    QPointF toImage(QPointF widgetPoint) const;
    // The whole image in widget coordinates; its corner lies on a device pixel from 100 % on, so that pixels are
    // square.
    QRectF imageRect() const;
    // What of the image is visible, in image pixels.
    QRectF visibleImage() const;

    // The zoom that shows everything; a whole number from 300 % on, so that all pixels are equally large.
    static double fitZoom(QSizeF viewport, QSizeF image, double ratio);
};

class ViewTransform : public QObject {
    Q_OBJECT

public:
    static constexpr double kSmallest = 1.0 / 64, kLargest = 64;

    explicit ViewTransform(QObject* parent = nullptr) : QObject(parent) {}

    bool isFit() const { return m_isFit; }
    double zoom() const { return m_zoom; }
    // As a fraction of the image's width and height, so that views of differently sized images stay together.
    QPointF centre() const { return m_centre; }

    ViewMapping mapping(QRectF viewport, QSizeF image, double ratio) const;

    void fit();
    // Both keep the image point under `widgetPoint` where it is.
    void zoomTo(double zoom, const ViewMapping& from, QPointF widgetPoint);
    void zoomBy(double factor, const ViewMapping& from, QPointF widgetPoint);
    // Moves the image by a distance in widget coordinates.
    void pan(QPointF distance, const ViewMapping& from);

signals:
    void changed();

private:
    void set(double zoom, QPointF centre);

    bool m_isFit = true;
    double m_zoom = 1;
    QPointF m_centre{0.5, 0.5};
};

} // namespace hourglass
