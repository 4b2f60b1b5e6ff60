#include "ui/widgets/CodeBars.h"

#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>

#include <cmath>

#include "ui/widgets/Theme.h"

namespace hourglass {

CodeBars::CodeBars(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Code"));
}

void CodeBars::setRange(float low, float high) {
    m_low = std::min(0.0f, low);
    m_high = std::max(0.0f, high);
    if (!(m_high > m_low))
        m_high = m_low + 1;
    update();
}

void CodeBars::widen(float value) {
    if (!std::isfinite(value))
        return;
    m_low = std::min(m_low, value);
    m_high = std::max(m_high, value);
}

void CodeBars::setValues(std::span<const float> values, std::span<const float> deviations) {
    m_values.assign(values.begin(), values.end());
    m_deviations.assign(deviations.begin(), deviations.end());
    for (size_t i = 0; i < m_values.size(); ++i) {
        const float deviation = i < m_deviations.size() ? m_deviations[i] : 0;
        widen(m_values[i] - deviation);
        widen(m_values[i] + deviation);
    }
    update();
}

void CodeBars::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

double CodeBars::toY(double value) const {
    const double inside = height() - 8;
    const double part = (static_cast<double>(m_high) - value) / static_cast<double>(m_high - m_low);
    return 4 + std::clamp(part, 0.0, 1.0) * inside;
}

void CodeBars::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    painter.setPen(theme::mutedText(palette()));
    if (m_values.empty()) {
        painter.drawText(rect().adjusted(8, 4, -8, -4), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    const double each = (width() - 8.0) / static_cast<double>(m_values.size());
    const double bar = each > 4 ? each - std::min(3.0, each / 4) : std::max(each, 0.5);
    const double zero = toY(0);
    painter.setRenderHint(QPainter::Antialiasing, each < 4);
    painter.setPen(QPen(theme::hairline(palette()), 1));
    painter.drawLine(QPointF(2, zero), QPointF(width() - 2, zero));
    for (size_t i = 0; i < m_values.size(); ++i) {
        const auto value = static_cast<double>(m_values[i]);
        const double x = 4 + each * static_cast<double>(i) + (each - bar) / 2, y = toY(value);
        painter.fillRect(QRectF(x, std::min(y, zero), bar, std::max(1.0, std::abs(y - zero))),
                         value < 0 ? theme::validationCurve(palette()) : theme::trainCurve(palette()));
        if (i >= m_deviations.size() || each < 4)
            continue;
        const auto deviation = static_cast<double>(m_deviations[i]);
        painter.setPen(QPen(palette().color(QPalette::Text), 1.2));
        painter.drawLine(QPointF(x + bar / 2, toY(value - deviation)), QPointF(x + bar / 2, toY(value + deviation)));
        for (const double end : {value - deviation, value + deviation})
            painter.drawLine(QPointF(x + bar / 4, toY(end)), QPointF(x + 3 * bar / 4, toY(end)));
    }
}

bool CodeBars::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || m_values.empty())
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const double part = (help->pos().x() - 4) / (width() - 8.0);
    const auto at = static_cast<size_t>(
        std::clamp(part * static_cast<double>(m_values.size()), 0.0, static_cast<double>(m_values.size() - 1)));
    const QLocale locale;
    QString text = tr("value %1: %2").arg(at + 1).arg(locale.toString(m_values[at], 'g', 3));
    if (at < m_deviations.size())
        text += tr(" ± %1").arg(locale.toString(m_deviations[at], 'g', 2));
    QToolTip::showText(help->globalPos(), text, this);
    return true;
}

} // namespace hourglass
