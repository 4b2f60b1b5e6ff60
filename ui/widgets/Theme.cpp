#include "ui/widgets/Theme.h"

#include <QApplication>
#include <QPalette>

#include <algorithm>
#include <cmath>

namespace hourglass::theme {

namespace {

QColor pick(const QPalette& palette, QRgb onLight, QRgb onDark) {
    return QColor::fromRgb(isDark(palette) ? onDark : onLight);
}

double luminance(const QColor& colour) {
    const auto linear = [](float part) {
        return part <= 0.04045f ? part / 12.92 : std::pow((static_cast<double>(part) + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

} // namespace

bool isDark(const QPalette& palette) {
    return palette.color(QPalette::Window).lightnessF() < palette.color(QPalette::WindowText).lightnessF();
}

QColor mix(const QColor& a, const QColor& b, double amount) {
    const auto part = static_cast<float>(amount);
    return QColor::fromRgbF(a.redF() + (b.redF() - a.redF()) * part, a.greenF() + (b.greenF() - a.greenF()) * part,
                            a.blueF() + (b.blueF() - a.blueF()) * part);
}

double contrast(const QColor& a, const QColor& b) {
    const double high = std::max(luminance(a), luminance(b)), low = std::min(luminance(a), luminance(b));
    return (high + 0.05) / (low + 0.05);
}

void ensureReadablePlaceholders() {
    const QPalette now = QApplication::palette();
    const QColor base = now.color(QPalette::Base), placeholder = now.color(QPalette::PlaceholderText);
    // It may be the text's colour, made transparent.
    if (contrast(mix(base, placeholder, static_cast<double>(placeholder.alphaF())), base) >= 3)
        return;
    QPalette mended; // only this role is ours; the rest goes on following the platform
    mended.setColor(QPalette::PlaceholderText, mix(now.color(QPalette::Text), base, 0.45));
    QApplication::setPalette(mended);
}

QColor mutedText(const QPalette& palette) {
    return mix(palette.color(QPalette::WindowText), palette.color(QPalette::Window), 0.36);
}

QColor errorText(const QPalette& palette) {
    return pick(palette, 0xffb3261e, 0xffff8a80);
}

QColor warningText(const QPalette& palette) {
    return pick(palette, 0xff8a5300, 0xffffc46b);
}

QColor canvas(const QPalette& palette) {
    return mix(palette.color(QPalette::Window), palette.color(QPalette::WindowText), isDark(palette) ? 0.05 : 0.09);
}

QColor hairline(const QPalette& palette) {
    return mix(palette.color(QPalette::Window), palette.color(QPalette::WindowText), 0.16);
}

// Blue and orange stay apart for every common colour blindness.
QColor trainCurve(const QPalette& palette) {
    return pick(palette, 0xff1f6fb4, 0xff6cb6ff);
}

QColor validationCurve(const QPalette& palette) {
    return pick(palette, 0xffc75400, 0xffffa657);
}

QColor bestMark(const QPalette& palette) {
    return pick(palette, 0xff1a7f37, 0xff56d364);
}

} // namespace hourglass::theme
