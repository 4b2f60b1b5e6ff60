#pragma once

#include <QWidget>

namespace hourglass {

// The Tab key goes through what is in `whole` as it is read, in rows from above and each from the left, whatever was
// made first: by the order in which layouts, splitters, stacks and tabs hold things. Called when all is in its place,
// and again of a part that has got other controls.
void tabInReadingOrder(QWidget* whole);

} // namespace hourglass
