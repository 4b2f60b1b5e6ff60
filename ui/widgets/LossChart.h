#pragma once

// Training and validation curves of one quantity in one unit: raw values faint under a debiased moving average, true
// logarithmic axis, best epoch marked, values under the cursor, CSV and PNG export. Fluid at any length: points are
// gathered and drawn at most 30 times a second, thinned to the width in pixels.

#include <QTimer>
#include <QWidget>

#include <optional>
#include <span>

#include "core/base/Result.h"
#include "ui/widgets/CurveData.h"

class QBoxLayout;
class QCheckBox;
class QComboBox;
class QLabel;
class QSlider;

namespace hourglass {

class CurveCanvas;

class LossChart : public QWidget {
    Q_OBJECT

public:
    // Title and unit: "Reconstruction", "MSE per pixel".
    LossChart(const QString& title, const QString& unit, QWidget* parent = nullptr);
    ~LossChart() override;

    // x is the step (see CurveData::append for points that go back). Cheap: nothing is drawn before the next frame.
    void append(Curve curve, double x, double y);
    void appendMany(Curve curve, std::span<const QPointF> points);
    void clear();
    int pointCount(Curve curve) const;

    // The best step so far, marked by a dashed line; nothing removes the mark.
    void setBest(std::optional<double> step);
    void setUnit(const QString& unit);
    const QString& unit() const { return m_unit; }
    void setTitle(const QString& title);
    // Where the surroundings say what it is already.
    void setHeadingVisible(bool isVisible);
    // Which curves the quantity has: the legend names those.
    void setCurves(bool hasTraining, bool hasValidation);
    // What the training loss includes beyond the validation one: "reconstruction + 3·KL". Shown in the legend.
    void setTrainingIncludes(const QString& text);
    void setEmptyText(const QString& text);
    // Above 0 the axis can count epochs, and does by default.
    void setStepsPerEpoch(double steps);
    void setSmoothing(double weight); // 0 to 0.999
    double smoothing() const { return m_data.smoothing(); }
    void setLogarithmic(bool isLog);
    bool isLogarithmic() const;

    // Smoothing and horizontal axis as another chart has them, from here on, and no controls of its own for them.
    void follow(const LossChart& leader);

    CurveCanvas* canvas() const { return m_canvas; }

    Result<void> writeCsv(const QString& path) const;
    Result<void> writePng(const QString& path);

signals:
    void picked(double step);            // a person clicked a step, or pressed Enter on it
    void exported(const QString& path);  // the menu wrote a file
    void failed(const QString& message); // the menu could not write one
    void settingsChanged();              // smoothing, axis: worth remembering
    void unitChanged();

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    class Heading;

    void buildControls(QLayout* row);
    void schedule();
    void draw();
    void updateLegend();
    void updateAxis();
    void askForFile(bool isCsv);

    QString m_title;
    QString m_unit;
    QString m_includes;
    bool m_hasTraining = true, m_hasValidation = true, m_isFollowing = false;
    double m_stepsPerEpoch = 0;
    CurveData m_data;
    QTimer m_frame;
    QBoxLayout* m_column;
    QBoxLayout* m_top;
    CurveCanvas* m_canvas;
    Heading* m_heading;
    QLabel* m_legend;
    QLabel* m_sliderCaption;
    QSlider* m_slider;
    QLabel* m_sliderValue;
    QCheckBox* m_log;
    QComboBox* m_axis;
};

} // namespace hourglass
