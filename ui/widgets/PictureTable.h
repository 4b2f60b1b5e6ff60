#pragma once

// Many small pictures of one size in rows, each of which can be chosen: by a click, or with the arrows and Enter. As
// many columns as make them largest, or a given number; with labels, rows are as wide as fits and scroll. From twice
// their size on picture pixels are whole device pixels, below that pictures are smoothed.

#include <QAbstractScrollArea>
#include <QImage>

#include <vector>

#include "core/tensor/Tensor.h"

namespace hourglass {

class PictureTable : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit PictureTable(QWidget* parent = nullptr);

    // [N, C, H, W] with C 1 or 3; anything else leaves it empty. What is chosen stays while there is such a place.
    void setPictures(const Tensor& pictures);
    void setColumns(int columns); // 0: as many as make the pictures largest
    // Before each row and above each column; none: a plain grid that fits the page as long as pictures can be made out.
    void setLabels(const QStringList& rows, const QStringList& columns);

    int count() const { return static_cast<int>(m_pictures.size()); }
    int columns() const { return m_arrangement.columns; }
    QImage picture(int index) const;
    int current() const { return m_current; }
    void setCurrent(int index); // scrolls to it
    // Where a picture stands, in coordinates of viewport().
    QRectF pictureRect(int index) const;

    QSize sizeHint() const override { return {480, 360}; }
    QSize minimumSizeHint() const override { return {120, 80}; }

signals:
    void activated(int index);
    void currentChanged(int index);

protected:
    bool viewportEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    struct Arrangement {
        double scale = 0; // widget units per picture pixel; 0: nothing is there
        int columns = 1, rows = 0;
        double left = 0, top = 0, tileWidth = 0, tileHeight = 0;
        double height() const;
    };
    void arrange();
    Arrangement at(double scale, QSize area) const;
    bool fits(const Arrangement& arrangement, QSize area) const;
    int indexAt(QPointF place) const;

    std::vector<QImage> m_pictures;
    QStringList m_rowLabels, m_columnLabels;
    int m_wantedColumns = 0, m_current = 0;
    double m_labelWidth = 0;
    Arrangement m_arrangement;
};

} // namespace hourglass
