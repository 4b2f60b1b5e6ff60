#pragma once

// A line edit for real numbers that spans many orders of magnitude: 1e-3 reads as "1e-3", 25 as "25".
// Up and Down step the leading digit (1e-3 → 2e-3 … 9e-3 → 0.01), Page Up and Page Down change by ten.
// It never rejects a keystroke; what the text is worth is asked with parse().

#include <QLineEdit>

#include <optional>

namespace hourglass {

// Shortest text that reads back as the same number; scientific below 0.01 and from 1e6 on.
QString formatReal(double value);
// A number as a person types it, with '.' or the locale's decimal sign; nothing when it is not one.
std::optional<double> parseReal(const QString& text);
// Whether more typing could make it a number: "", "-", "1e", "1e-".
bool isIncompleteReal(const QString& text);
// The neighbour of `value` one leading digit up (direction 1) or down (-1).
double stepReal(double value, int direction);

class RealEdit : public QLineEdit {
    Q_OBJECT

public:
    explicit RealEdit(QWidget* parent = nullptr);

    void setRange(double minimum, double maximum);
    // Replaces the text unless it already reads as that number.
    void setValue(double value);
    std::optional<double> value() const { return parseReal(text()); }

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void apply(double value);

    double m_minimum;
    double m_maximum;
};

} // namespace hourglass
