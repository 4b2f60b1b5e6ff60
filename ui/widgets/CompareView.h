#pragma once

// Original, noisy, reconstruction and difference of one image under one zoom and pan.
// Three ways to look: side by side; before and after with a divider; one at a time, where the keys 1–4 flip the image
// in place and Esc returns. A lens (hold L, or the button) shows the reconstruction, over the reconstruction the
// original. The owner computes the metrics and sets them per pane, for the whole image and for what viewRectChanged
// reports.

#include <QWidget>

#include <array>
#include <memory>

#include "core/base/Result.h"
#include "ui/bridge/ReplyChannel.h"
#include "ui/widgets/CompareLayers.h"

class QButtonGroup;
class QDoubleSpinBox;
class QGridLayout;
class QLabel;
class QToolButton;

namespace hourglass {

class CompareImageView;
class ViewTransform;

class CompareView : public QWidget {
    Q_OBJECT

public:
    enum class Mode { SideBySide, Divider, Single };

    explicit CompareView(QWidget* parent = nullptr);

    // Small images are shown at once; large ones are prepared on another thread, while the previous ones stay.
    void setImages(CompareImages images);
    void clear();
    // "31.2 dB · SSIM 0.94"; the second for the visible part, left out while everything is visible.
    void setMetrics(ComparePane pane, const QString& wholeImage, const QString& view = {});
    void setEmptyText(const QString& text);
    // What the panes are called here, by ComparePane; an empty title takes a pane away, and the keys count the others.
    void setTitles(const std::array<QString, 4>& titles);

    void setMode(Mode mode);
    Mode mode() const { return m_mode; }
    // From the divider or a single image to all side by side, as Esc does; false when they are, or there are none.
    bool leaveSinglePicture();
    // The image that Single shows, and that the divider shows on the left.
    void setCurrent(ComparePane pane);
    ComparePane current() const { return m_current; }
    void setPaneShown(ComparePane pane, bool isShown);
    bool isPaneShown(ComparePane pane) const;
    void setLens(bool isOn);
    void setGain(double gain); // of the difference, 1 to 50

    bool hasImages() const;
    QRectF viewRect() const;     // in image pixels
    QWidget* firstShown() const; // what keys for zoom and pan should go to
    ViewTransform* transform() const { return m_transform; }
    CompareImageView* pane(ComparePane pane) const { return m_panes[static_cast<size_t>(pane)]; }

signals:
    void viewRectChanged(const QRectF& imageRect);
    void pixelHovered(QPoint pixel, const QString& values); // "(12, 7)  original 0.231  reconstruction 0.240"
    void modeChanged(hourglass::CompareView::Mode mode);
    void imagesShown(); // what setImages or setGain asked for is on screen

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void buildBar(QLayout* bar);
    QToolButton* addToggle(QLayout* bar, const QString& text, const QString& tip);
    void buildPanes();
    void prepare(std::shared_ptr<const CompareImages> images);
    void present(std::shared_ptr<const CompareImages> images, const Result<CompareLayers>& layers);
    void showEmptyText(const QString& text);
    void refreshOverlays();
    void arrange();

    const QString& title(ComparePane pane) const { return m_titles[static_cast<size_t>(pane)]; }
    const ImageLayer& layer(ComparePane pane) const { return m_layers[static_cast<size_t>(pane)]; }
    bool hasLayer(ComparePane pane) const { return !layer(pane).isNull(); }

    std::shared_ptr<const CompareImages> m_images = std::make_shared<CompareImages>(); // asked for last
    std::shared_ptr<const CompareImages> m_shownImages = m_images;
    CompareLayers m_layers; // of m_shownImages
    int m_preparation = 0;  // the last one
    std::array<bool, 4> m_isShown{true, true, true, true};
    std::array<QString, 4> m_titles;
    QString m_emptyText;
    std::vector<ComparePane> m_byKey; // those with a title
    Mode m_mode = Mode::SideBySide;
    ComparePane m_current = ComparePane::Noisy;
    bool m_isLensHeld = false;
    double m_divider = 0.5;
    ViewTransform* m_transform;
    std::array<CompareImageView*, 4> m_panes{};
    std::array<QToolButton*, 4> m_paneButtons{};
    QButtonGroup* m_modeButtons;
    QToolButton* m_lens;
    QDoubleSpinBox* m_gain;
    QGridLayout* m_grid;
    ReplyChannel m_replies{this};
};

} // namespace hourglass
