#pragma once

// Small images of several samples in labelled rows (original, noisy, reconstruction), one column per sample, wrapping
// into bands when the widget is narrow. Every image pixel is a whole number of device pixels as long as they fit. Where
// room is scarce, captions go first, then samples: an image is not made smaller than can be seen.
// A click, or arrows and Enter, choose a sample, or one image of it where these are of their own; not where the focus
// policy is NoFocus.

#include <QImage>
#include <QWidget>

#include <vector>

#include "core/tensor/Tensor.h"

namespace hourglass {

class ImageStrip : public QWidget {
    Q_OBJECT

public:
    explicit ImageStrip(QWidget* parent = nullptr);

    // Row names from top to bottom; forgets the images.
    void setRows(const QStringList& labels);
    // The images of one row, [N, C, H, W] with C 1 or 3. With the size it had before this only rewrites pixels.
    // Anything else (another rank, another C) empties the row.
    void setRow(int row, const Tensor& images);
    void clear();
    // A small line under each sample's column, such as "31.2 dB"; empty for none.
    void setCaptions(const QStringList& captions);
    void setEmptyText(const QString& text);
    // Rows are no views of the same samples: each image is chosen by itself.
    void setChoosesImages(bool isOn);
    // What a click does, for the tooltip; by default it is compared in full.
    void setHint(const QString& hint);

    int sampleCount() const;
    int current() const { return m_current; }
    int currentRow() const { return m_currentRow; } // 0 but where images are chosen
    void setCurrent(int sample) { setCurrentImage(m_currentRow, sample); }
    void setCurrentImage(int row, int sample);
    // Where an image stands, in widget coordinates; empty when there is none.
    QRectF imageRect(int row, int sample) const;

    // Room for every image at 200 % in one band.
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void activated(int sample);
    void imageActivated(int row, int sample); // instead, where images are chosen
    void currentChanged(int sample);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Arrangement {
        double scale = 0;             // widget units per image pixel; 0 when there is nothing
        int columns = 1, samples = 0; // shown
        bool hasCaptions = false;
        double imageWidth = 0, tileWidth = 0, tileHeight = 0, bandHeight = 0, left = 0, top = 0;
    };
    Arrangement arrange() const;
    bool fits(double scale, Arrangement& into) const;
    bool fitsWholePixels(Arrangement& into) const;
    int sampleAt(QPointF place) const;
    int rowAt(QPointF place, int sample) const; // with an image of it there; 0 where samples are chosen
    void activate();
    void walk(int rows, int samples);
    int countIn(int row) const { return static_cast<int>(m_rows[static_cast<size_t>(row)].size()); }
    QSize imageSize() const;

    QStringList m_labels;
    QStringList m_captions;
    QString m_emptyText, m_hint;
    std::vector<std::vector<QImage>> m_rows;
    int m_current = 0, m_currentRow = 0;
    bool m_choosesImages = false;
    Arrangement m_arrangement;
};

} // namespace hourglass
