#pragma once

// A picture to paint on with the mouse: the left button paints with the brush's value, the right one with its opposite.
// With keys: arrows move the brush (Shift: further), Space paints there. Undo and redo by stroke (Ctrl+Z, Ctrl+Shift+Z
// while the focus is here).

#include <QWidget>

#include <optional>
#include <vector>

#include "core/tensor/Tensor.h"

namespace hourglass {

class PaintView : public QWidget {
    Q_OBJECT

public:
    explicit PaintView(QWidget* parent = nullptr);

    // [C, H, W] with C 1 or 3; anything else, none. Forgets the strokes.
    void setPicture(const Tensor& picture);
    const Tensor& picture() const { return m_picture; } // with the strokes
    bool isEmpty() const { return m_picture.elements() == 0; }
    void setBrush(double diameter, float value); // pixels of the picture; 0 black to 1 white
    void setEmptyText(const QString& text);

    bool canUndo() const { return !m_undo.empty(); }
    bool canRedo() const { return !m_redo.empty(); }
    void undo();
    void redo();
    void reset(); // to the picture that was set, which can be undone
    QPointF toWidget(QPointF pixel) const;

    QSize sizeHint() const override { return {200, 200}; }
    QSize minimumSizeHint() const override { return {80, 80}; }

signals:
    void painted();        // the picture is another one
    void strokesChanged(); // canUndo(), canRedo()

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRectF area() const;
    QPointF toPixel(QPointF place) const;
    void beginStroke(float value);
    void strokeTo(QPointF pixel);
    void dab(QPointF pixel);
    void swap(std::vector<Tensor>& from, std::vector<Tensor>& to);

    Tensor m_original, m_picture;
    std::vector<Tensor> m_undo, m_redo; // pictures before and after
    double m_diameter = 3;
    float m_value = 1, m_strokeValue = 1;
    std::optional<QPointF> m_stroke; // where it has come to
    std::optional<QPointF> m_brush;  // pixel under the brush
    QString m_emptyText;
};

} // namespace hourglass
