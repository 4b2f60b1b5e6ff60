#pragma once

// A row of numbers as bars about zero, such as a code; with a whisker of ± σ where each has one. The scale grows with
// what is shown and does not shrink until setRange(), so that bars can be compared while they move.

#include <QWidget>

#include <optional>
#include <span>
#include <vector>

namespace hourglass {

class CodeBars : public QWidget {
    Q_OBJECT

public:
    explicit CodeBars(QWidget* parent = nullptr);

    void setRange(float low, float high);
    void setValues(std::span<const float> values, std::span<const float> deviations = {});
    const std::vector<float>& values() const { return m_values; }
    void setEmptyText(const QString& text);

    QSize sizeHint() const override { return {220, 90}; }
    QSize minimumSizeHint() const override { return {80, 48}; }

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    double toY(double value) const;
    void widen(float value);

    std::vector<float> m_values, m_deviations;
    float m_low = 0, m_high = 1;
    QString m_emptyText;
};

} // namespace hourglass
