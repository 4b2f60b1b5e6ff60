#pragma once

// The little box that says what is under the mouse of a chart.

class QPainter;
class QRectF;
class QString;
class QWidget;

namespace hourglass {

// Lines of text beside the place x of a plot, on whichever side has room, below its first line; in the colours of the
// widget's tooltips.
void paintCallout(QPainter& painter, const QWidget& widget, const QRectF& plot, double x, const QString& text);

} // namespace hourglass
