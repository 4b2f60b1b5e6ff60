#pragma once

// One sample of a scored data set: the original, what the model makes of it, and where it errs, as colours over the
// original with the border of the pixels that err more than the threshold allows. All under one zoom.

#include <QWidget>

#include <memory>

#include "ui/bridge/AnomalyTriage.h"

class QCheckBox;
class QDoubleSpinBox;
class QLabel;
class QSlider;

namespace hourglass {

class HeatmapOverlay;
class ImageView;
class ViewTransform;
class Workbench;

class SampleInspector : public QWidget {
    Q_OBJECT

public:
    explicit SampleInspector(Workbench& workbench, QWidget* parent = nullptr);

    void clear(const QString& why);
    void show(std::shared_ptr<const AnomalyInspection> inspection);
    // Of the threshold: squared error per element.
    void setErrorLevel(double level);
    void setText(const QString& text); // about the sample
    const HeatmapOverlay* heatmap() const { return m_heatmap; }
    int64_t row() const { return m_inspection != nullptr ? m_inspection->row : -1; }

private:
    void applyLevel();
    void showTexts();

    Workbench& m_workbench;
    ViewTransform* m_transform;
    ImageView* m_original;
    ImageView* m_reconstruction;
    HeatmapOverlay* m_heatmap;
    QLabel* m_text;
    QSlider* m_opacity;
    QCheckBox* m_mask;
    QDoubleSpinBox* m_factor;
    QWidget* m_controls;
    std::shared_ptr<const AnomalyInspection> m_inspection;
    QString m_about;
    double m_level = 0;
};

} // namespace hourglass
