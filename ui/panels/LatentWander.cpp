#include "ui/panels/LatentWander.h"

#include <QLabel>
#include <QSlider>
#include <QStackedWidget>
#include <QToolButton>

#include "ui/models/PlainTip.h"
#include "ui/panels/LatentMap.h"
#include "ui/widgets/CodeBars.h"
#include "ui/widgets/CodeScatter.h"
#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/ImageView.h"
#include "ui/widgets/LatentPad.h"

namespace hourglass {

void LatentWander::axesChanged() {
    const auto codes = m_map.codes();
    setEnabled(codes != nullptr);
    if (codes == nullptr) {
        m_codes = nullptr;
        return;
    }
    const bool isSame =
        m_codes != nullptr && m_codes->areOfTheSameSamples(*codes) && m_codes->codes.shape() == codes->codes.shape();
    const bool areOthers = m_codes != codes;
    if (!isSame) {
        m_a.reset();
        m_b.reset();
    }
    // Where one was, in σ: a model that goes on learning does not take a person back to the middle.
    std::vector<double> sigmas;
    if (isSame && areOthers && m_coordinates.size() == static_cast<size_t>(m_map.axes()->count()))
        for (size_t i = 0; i < m_coordinates.size(); ++i)
            sigmas.push_back(m_deviations[i] > 0 ? (m_coordinates[i] - m_means[i]) / m_deviations[i] : 0);
    m_means = m_map.axes()->mean;
    m_deviations = m_map.axes()->deviations;
    m_codes = codes;
    buildSliders();
    if (areOthers || m_base.elements() == 0)
        m_base = codes->mean;
    const auto [x, y] = m_map.shownAxes();
    const LatentAxes& axes = *m_map.axes();
    std::vector<QPointF> points;
    for (int64_t row = 0; row < codes->size(); ++row) {
        const std::span<const float> at = axes.coordinates.sample(row);
        const int second = axes.count() > 1 ? y : x;
        points.push_back(
            {inSigma(x, static_cast<double>(at[static_cast<size_t>(x)])),
             axes.count() > 1 ? inSigma(second, static_cast<double>(at[static_cast<size_t>(second)])) : 0});
    }
    m_pad->setPoints(std::move(points));
    const auto name = [&](int axis) {
        return axes.kind == LatentAxes::Kind::Values ? tr("value %1").arg(axis + 1) : tr("axis %1").arg(axis + 1);
    };
    m_pad->setAxisNames(name(x) + QStringLiteral(" →"), axes.count() > 1 ? QStringLiteral("↑ ") + name(y) : QString());
    currentChanged();
    goTo(areOthers || m_code.elements() == 0 ? m_base : m_code);
    if (sigmas.empty())
        return;
    for (size_t axis = 0; axis < sigmas.size(); ++axis)
        moveAxis(static_cast<int>(axis), sigmas[axis]);
    m_code = codeAt(*m_codes, axes, m_base, m_coordinates);
    showPlace();
    decode();
}

double LatentWander::inSigma(int axis, double coordinate) const {
    const auto at = static_cast<size_t>(axis);
    const LatentAxes& axes = *m_map.axes();
    return axes.deviations[at] > 0 ? (coordinate - axes.mean[at]) / axes.deviations[at] : 0;
}

Tensor LatentWander::codeOf(int sample) const {
    return Tensor(m_codes->codes.shape().sample(), m_codes->codes.sample(sample));
}

QPointF LatentWander::padPlace(const Tensor& code) const {
    const std::vector<double> at = coordinatesOf(*m_codes, *m_map.axes(), code);
    const auto [x, y] = m_map.shownAxes();
    return {inSigma(x, at[static_cast<size_t>(x)]), at.size() > 1 ? inSigma(y, at[static_cast<size_t>(y)]) : 0};
}

void LatentWander::currentChanged() {
    const bool hasCurrent = m_codes != nullptr && m_map.scatter()->current() >= 0;
    for (QToolButton* button : {m_start, m_setA, m_setB})
        button->setEnabled(hasCurrent);
    m_start->setToolTip(hasCurrent ? tr("Go to the code of the sample that is marked on the map")
                                   : tr("Go to the code of a sample: click one on the map first"));
}

void LatentWander::reset() {
    if (m_codes != nullptr)
        goTo(m_codes->mean);
}

void LatentWander::startAtSample() {
    if (m_codes != nullptr && m_map.scatter()->current() >= 0)
        goTo(codeOf(m_map.scatter()->current()));
}

void LatentWander::goTo(const Tensor& code) {
    m_base = code;
    m_coordinates = coordinatesOf(*m_codes, *m_map.axes(), code);
    m_code = code;
    showPlace();
    decode();
}

void LatentWander::moveAxis(int axis, double sigma) {
    const auto at = static_cast<size_t>(axis);
    const LatentAxes& axes = *m_map.axes();
    m_coordinates[at] = axes.mean[at] + sigma * axes.deviations[at];
}

void LatentWander::setEnd(std::optional<int>& end) {
    end = m_map.scatter()->current();
    showEnds();
    if (m_a && m_b)
        interpolate();
}

void LatentWander::interpolate() {
    if (!m_a || !m_b)
        return;
    const float part = static_cast<float>(m_between->value()) / static_cast<float>(m_between->maximum());
    Tensor code = codeOf(*m_a);
    const Tensor other = codeOf(*m_b);
    for (int64_t i = 0; i < code.elements(); ++i)
        code.data()[i] += part * (other.data()[i] - code.data()[i]);
    goTo(code);
}

void LatentWander::showEnds() {
    const auto placeOf = [this](const std::optional<int>& end) {
        return end ? std::optional(padPlace(codeOf(*end))) : std::nullopt;
    };
    m_pad->setEnds(placeOf(m_a), placeOf(m_b));
    const bool hasBoth = m_a && m_b;
    m_between->setEnabled(hasBoth);
    m_between->setToolTip(hasBoth ? plainTip(tr("From A, %1, to B, %2").arg(m_map.describe(*m_a), m_map.describe(*m_b)))
                                  : tr("Mark a sample on the map and press A, another and press B: then this goes from "
                                       "one to the other"));
}

void LatentWander::showPlace() {
    const auto [x, y] = m_map.shownAxes();
    m_pad->setPlace({inSigma(x, m_coordinates[static_cast<size_t>(x)]),
                     m_coordinates.size() > 1 ? inSigma(y, m_coordinates[static_cast<size_t>(y)]) : 0});
    for (const Axis& axis : m_axes) {
        const double sigma = inSigma(axis.axis, m_coordinates[static_cast<size_t>(axis.axis)]);
        const QSignalBlocker quiet(axis.slider);
        axis.slider->setValue(static_cast<int>(std::lround(sigma * 100)));
        const double shown = std::round(sigma * 10) / 10;
        axis.value->setText(tr("%1 σ").arg(QLocale().toString(shown == 0 ? 0.0 : shown, 'f', 1))); // not "-0.0"
        axis.slider->setAccessibleDescription(axis.value->text());
    }
    showEnds();
}

// Only what is looked at is decoded.
void LatentWander::decode() {
    m_isStale = !isVisible();
    if (!m_isStale && m_codes != nullptr)
        m_service.decode(m_codes, m_code);
}

void LatentWander::show(const LatentAnswer& answer) {
    if (const QImage image = toImage(answer.picture); !image.isNull()) {
        m_picture->setImage(image);
        m_output->setCurrentWidget(m_picture);
    } else {
        m_row->setValues(answer.picture.values());
        m_output->setCurrentWidget(m_row);
    }
}

void LatentWander::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_isStale)
        decode();
}

} // namespace hourglass
