#pragma once

// The signs of the transport, drawn in the palette's text colour: the platform's own are black on any ground.

#include <QIcon>

class QPalette;

namespace hourglass {

enum class TransportSign { Run, Pause, Step, Stop, Reset };

QIcon transportIcon(TransportSign sign, const QPalette& palette);

} // namespace hourglass
