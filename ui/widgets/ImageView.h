#pragma once

// Shows an image under a caption, pixel-exact, with zoom and pan that linked views share through one ViewTransform.
// Wheel zooms about the cursor, dragging pans. Keys: + and − zoom, 0 fits, 1 is 100 %, arrows pan (Shift: further).

#include <QWidget>

#include <optional>

#include "ui/widgets/ImageLayer.h"
#include "ui/widgets/ViewTransform.h"

namespace hourglass {

class ImageView : public QWidget {
    Q_OBJECT

public:
    // Without a transform the view has one of its own. A shared one must outlive the view.
    explicit ImageView(QWidget* parent = nullptr, ViewTransform* transform = nullptr);

    void setImage(const ImageLayer& layer);
    void setImage(const QImage& image) { setImage(ImageLayer(image)); }
    QImage image() const { return m_layer.image(); }
    // "Noisy", and "14.15 dB · SSIM 0.31": shown as "Noisy · 14.15 dB · SSIM 0.31".
    void setTitle(const QString& title);
    void setMetric(const QString& metric);
    // A short mark before the title, such as the key that shows this pane.
    void setMark(const QString& mark);
    QString title() const { return m_title; }
    QString caption() const;
    int captionWidth() const; // that it needs
    // How to use it, for the tooltip under the caption (which may be too long for the view).
    void setHelp(const QString& help);
    // What an empty view says: what is missing and how to get it.
    void setEmptyText(const QString& text);

    ViewTransform* transform() const { return m_transform; }
    ViewMapping mapping() const;
    QPointF toImage(QPointF widgetPoint) const { return mapping().toImage(widgetPoint); }
    QPointF toWidget(QPointF imagePoint) const { return mapping().toWidget(imagePoint); }
    QRectF visibleImageRect() const { return mapping().visibleImage(); }

    QSize sizeHint() const override { return {260, 260}; }
    QSize minimumSizeHint() const override { return {80, 80}; }

signals:
    // The image pixel under the cursor and its colour; (−1, −1) when there is none.
    void pixelHovered(QPoint pixel, QColor colour);
    void viewRectChanged(const QRectF& imageRect);

protected:
    // The area under the caption, in which the image is drawn.
    QRectF viewport() const;
    // Draws the image; subclasses add to it. The painter is clipped to viewport().
    virtual void paintImage(QPainter& painter, const ViewMapping& mapping);
    std::optional<QPointF> cursor() const { return m_cursor; }

    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void viewChanged();
    void captionChanged();
    void paintCaption(QPainter& painter);

    ViewTransform* m_transform;
    ImageLayer m_layer;
    QString m_mark;
    QString m_title;
    QString m_metric;
    QString m_help;
    QString m_emptyText;
    std::optional<QPointF> m_cursor;
    std::optional<QPointF> m_dragged;
    QRectF m_lastRect;
};

} // namespace hourglass
