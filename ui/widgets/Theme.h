#pragma once

// Colours that the palette has no role for, derived from it so that they read on light and on dark alike.
// (Qt before 6.5 does not say which of the two the platform uses: the lightness of the window colour does.)

#include <QColor>

class QPalette;

namespace hourglass::theme {

bool isDark(const QPalette& palette);

// `amount` of `b` in `a`, 0 to 1.
QColor mix(const QColor& a, const QColor& b, double amount);

// Contrast of two colours as WCAG defines it, 1 to 21.
double contrast(const QColor& a, const QColor& b);
// Some platform themes (KDE's with Qt 6.4) give placeholders a colour that cannot be seen on dark: mends the
// application's palette when that is so.
void ensureReadablePlaceholders();

QColor mutedText(const QPalette& palette);   // captions, units, legends
QColor errorText(const QPalette& palette);   // a value that cannot be
QColor warningText(const QPalette& palette); // something to look at
QColor canvas(const QPalette& palette);      // behind an image
QColor hairline(const QPalette& palette);    // grids and separators
QColor trainCurve(const QPalette& palette);
QColor validationCurve(const QPalette& palette);
QColor bestMark(const QPalette& palette);

} // namespace hourglass::theme
