#pragma once

// How points of a scatter are told apart: by colours that stay apart for every common colour blindness, then by shape;
// and how a value is shown as a colour, from one that recedes to one that stands out.

#include <QColor>
#include <QImage>

#include <vector>

class QPalette;

namespace hourglass::scatter {

// Of category 0, 1, …: colours repeat with another shape. −1: none.
QColor categoryColour(const QPalette& palette, int category);
// `part` from 0 to 1.
QColor valueColour(const QPalette& palette, double part);

enum class Marker { Circle, Square, Triangle, Diamond };
Marker markerOf(int category);
// A marker ready to be drawn at its middle, of a radius in device pixels.
QImage stamp(Marker marker, const QColor& fill, const QColor& rim, double radius);
// A circle to go around one.
QImage ring(const QColor& colour, double radius, double width);

} // namespace hourglass::scatter
