#include "ui/widgets/RealEdit.h"

#include <QKeyEvent>
#include <QLocale>
#include <QRegularExpression>

#include <cmath>
#include <limits>

namespace hourglass {

QString formatReal(double value) {
    const double size = std::abs(value);
    if (value == 0 || (size >= 0.01 && size < 1e6))
        return QLocale::c().toString(value, 'g', QLocale::FloatingPointShortest).remove(QLatin1Char(','));
    // "1e-03" → "1e-3"
    QString text = QString::number(value, 'e', QLocale::FloatingPointShortest);
    static const QRegularExpression padding(QStringLiteral("e([+-])0*(\\d)"));
    text.replace(padding, QStringLiteral("e\\1\\2"));
    return text.remove(QLatin1Char('+'));
}

std::optional<double> parseReal(const QString& text) {
    bool ok = false;
    double value = text.trimmed().toDouble(&ok);
    if (!ok)
        value = QLocale().toDouble(text.trimmed(), &ok);
    return ok && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

bool isIncompleteReal(const QString& text) {
    static const QRegularExpression prefix(QStringLiteral("^\\s*[+-]?(\\d*[.,]?\\d*([eE][+-]?)?)?\\s*$"));
    return !parseReal(text) && prefix.match(text).hasMatch();
}

double stepReal(double value, int direction) {
    if (value == 0)
        return direction * 0.01;
    const double size = std::abs(value);
    double unit = std::pow(10.0, std::floor(std::log10(size) + 1e-9));
    const bool shrinks = (value > 0) == (direction < 0);
    if (shrinks && std::abs(size - unit) < 1e-9 * unit)
        unit /= 10;
    const double stepped = value + direction * unit;
    // Ten significant digits hide the noise of adding decimals in binary.
    return QString::number(stepped, 'g', 10).toDouble();
}

RealEdit::RealEdit(QWidget* parent)
    : QLineEdit(parent), m_minimum(-std::numeric_limits<double>::infinity()),
      m_maximum(std::numeric_limits<double>::infinity()) {
    setInputMethodHints(Qt::ImhFormattedNumbersOnly);
}

void RealEdit::setRange(double minimum, double maximum) {
    m_minimum = minimum;
    m_maximum = maximum;
}

void RealEdit::setValue(double newValue) {
    if (value() != newValue)
        setText(formatReal(newValue));
}

void RealEdit::keyPressEvent(QKeyEvent* event) {
    const std::optional<double> now = value();
    switch (now ? event->key() : 0) {
    case Qt::Key_Up:
        return apply(stepReal(*now, 1));
    case Qt::Key_Down:
        return apply(stepReal(*now, -1));
    case Qt::Key_PageUp:
        return apply(QString::number(*now * 10, 'g', 12).toDouble());
    case Qt::Key_PageDown:
        return apply(QString::number(*now / 10, 'g', 12).toDouble());
    default:
        QLineEdit::keyPressEvent(event);
    }
}

void RealEdit::apply(double newValue) {
    const double inRange = std::clamp(newValue, m_minimum, m_maximum);
    if (value() == inRange)
        return;
    setText(formatReal(inRange));
    emit textEdited(text());
    emit editingFinished();
}

} // namespace hourglass
