#pragma once

// The pad tool of the Latent page: a place in code space, moved by the pad in a plane, by sliders along all other axes,
// or between two samples, and what the decoder makes of it.

#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

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
class LatentPad;

class LatentWander : public QWidget {
    Q_OBJECT

public:
    // Both outlive it.
    LatentWander(LatentService& service, const LatentMap& map, QWidget* parent = nullptr);

    void axesChanged(); // or other codes
    void currentChanged();

    LatentPad* pad() const { return m_pad; }
    // [code…], as asked for last.
    const Tensor& code() const { return m_code; }

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Axis {
        int axis; // of the codes' axes
        QSlider* slider;
        QLabel* value;
    };
    QLayout* buildButtons();
    QLayout* buildInterpolation();
    void buildSliders();

    void reset();
    void startAtSample();
    void goTo(const Tensor& code);
    void moveAxis(int axis, double sigma);
    void interpolate();
    void setEnd(std::optional<int>& end);
    void show(const LatentAnswer& answer);
    void decode();
    void showPlace();
    void showEnds();
    Tensor codeOf(int sample) const;
    double inSigma(int axis, double coordinate) const;
    QPointF padPlace(const Tensor& code) const;

    LatentService& m_service;
    const LatentMap& m_map;
    QBoxLayout* m_pair; // pad and picture: side by side where there is room
    LatentPad* m_pad;
    QStackedWidget* m_output;
    ImageView* m_picture;
    CodeBars* m_row; // of samples that are no pictures
    QWidget* m_sliders;
    std::vector<Axis> m_axes;
    QToolButton* m_start;
    QToolButton* m_setA;
    QToolButton* m_setB;
    QSlider* m_between;
    std::optional<int> m_a, m_b; // samples
    std::shared_ptr<const LatentCodes> m_codes;
    Tensor m_base;                             // what no axis says
    std::vector<double> m_coordinates;         // along each axis
    std::vector<double> m_means, m_deviations; // of the axes that they are along
    Tensor m_code;
    bool m_isStale = false;
};

} // namespace hourglass
