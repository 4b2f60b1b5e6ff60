#pragma once

// Where what is dropped may fall, by what it is and by what the window is about at the moment.

#include <vector>

#include "ui/bridge/DroppedPaths.h"
#include "ui/widgets/DropOverlay.h"

namespace hourglass {

namespace zones {
inline const QString kData = QStringLiteral("data");
inline const QString kCompare = QStringLiteral("compare");
inline const QString kDenoise = QStringLiteral("denoise");
inline const QString kPageModel = QStringLiteral("model");    // for the page in front, while the one at hand stays
inline const QString kPageData = QStringLiteral("page data"); // for it, while those of the experiment stay
inline const QString kOpen = QStringLiteral("open");
inline const QString kWhereItBelongs = QStringLiteral("any"); // as zoneFor() says, once it is known what it is
} // namespace zones

// What the window is about: whether there is something to compare a picture with, whether pictures are denoised, which
// page is in front (its object name), and what it makes of a model or of data ("Denoise with this model"); empty:
// nothing.
struct DropPlace {
    bool compares = false, denoises = false;
    QString page = {}, modelText = {}, dataText = {};
};

bool isData(DroppedPath::Kind kind);
bool isOpened(DroppedPath::Kind kind);
std::vector<DroppedPath::Kind> kindsOf(const std::vector<DroppedPath>& items);

// The zones to choose from; a bare picture has no file.
std::vector<DropZone> zonesFor(const std::vector<DroppedPath::Kind>& kinds, bool isBarePicture, const DropPlace& place);
// The zone of what comes without a place: named on the command line, or pasted.
QString zoneFor(const std::vector<DroppedPath::Kind>& kinds, const DropPlace& place);

} // namespace hourglass
