#pragma once

// The paint tool of the Latent page: the marked sample as a canvas; every stroke is encoded at once, the bars show the
// code and the picture beside what the decoder makes of it.

#include <QWidget>

#include <memory>

#include "ui/bridge/LatentService.h"

class QBoxLayout;
class QLabel;
class QSlider;
class QStackedWidget;
class QToolButton;

namespace hourglass {

class CodeBars;
class ImageView;
class LatentMap;
class PaintView;

class LatentPaint : public QWidget {
    Q_OBJECT

public:
    // Both outlive it.
    LatentPaint(LatentService& service, const LatentMap& map, QWidget* parent = nullptr);

    void codesChanged();
    void currentChanged();
    PaintView* canvas() const { return m_canvas; }

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QLayout* buildBrush();
    QLayout* buildButtons();
    void takeSample();
    void encode();
    void show(const LatentAnswer& answer);
    void showBrush();

    LatentService& m_service;
    const LatentMap& m_map;
    QBoxLayout* m_pair;
    PaintView* m_canvas;
    ImageView* m_output;
    CodeBars* m_bars;
    QLabel* m_note;
    QSlider* m_size;
    QSlider* m_value;
    QToolButton* m_undo;
    QToolButton* m_redo;
    QToolButton* m_reset;
    std::shared_ptr<const LatentCodes> m_codes;
    std::shared_ptr<const Dataset> m_samples; // and the one of them that is on the canvas
    int m_sample = -1;
    bool m_isStale = false;
};

} // namespace hourglass
