#include "ui/widgets/Theme.h"

#include <QPalette>

namespace hourglass::theme {

namespace {

QColor pick(const QPalette& palette, QRgb onLight, QRgb onDark) {
    return QColor::fromRgb(isDark(palette) ? onDark : onLight);
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
