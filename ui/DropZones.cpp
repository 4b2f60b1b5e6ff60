#include "ui/DropZones.h"

#include <QCoreApplication>

#include <algorithm>

namespace hourglass {

using Kind = DroppedPath::Kind;

namespace {

struct DropZones {
    Q_DECLARE_TR_FUNCTIONS(DropZones)
};

bool isOnePicture(const std::vector<Kind>& kinds) {
    return kinds.size() == 1 && kinds.front() == Kind::Picture;
}

// A run or a model is for the page in front, where that has a use for it: what is trained or compared meanwhile stays.
DropZone openingZone(const std::vector<Kind>& kinds, const DropPlace& place) {
    const bool isExperiment = std::find(kinds.begin(), kinds.end(), Kind::Experiment) != kinds.end();
    if (!place.modelText.isEmpty() && !isExperiment)
        return {zones::kPageModel, place.modelText, DropZones::tr("The experiment and the model at hand stay")};
    return {zones::kOpen, DropZones::tr("Open"), DropZones::tr("Experiment, run or model")};
}

} // namespace

bool isData(Kind kind) {
    return kind == Kind::Picture || kind == Kind::Folder || kind == Kind::Data;
}

bool isOpened(Kind kind) {
    return kind == Kind::Run || kind == Kind::Experiment || kind == Kind::Model;
}

std::vector<Kind> kindsOf(const std::vector<DroppedPath>& items) {
    std::vector<Kind> kinds;
    for (const DroppedPath& item : items)
        kinds.push_back(item.kind);
    return kinds;
}

std::vector<DropZone> zonesFor(const std::vector<Kind>& kinds, bool isBarePicture, const DropPlace& place) {
    const auto any = [&](auto claim) { return std::any_of(kinds.begin(), kinds.end(), claim); };
    const DropZone denoise{zones::kDenoise, DropZones::tr("Denoise"),
                           DropZones::tr("Remove the noise of this picture")};
    if (place.denoises && (isBarePicture || isOnePicture(kinds)))
        return {denoise};
    std::vector<DropZone> zones;
    if (any(isData) && !place.dataText.isEmpty())
        zones.push_back({zones::kPageData, place.dataText, DropZones::tr("The experiment's data stay")});
    if (any(isData))
        zones.push_back({zones::kData, DropZones::tr("Use as data set"), DropZones::tr("Learn from it")});
    if (any([](Kind kind) { return kind == Kind::Picture; }) || isBarePicture) {
        zones.push_back(
            {zones::kCompare, DropZones::tr("Compare"), DropZones::tr("See what the model makes of this picture")});
        zones.push_back(denoise);
    }
    if (any(isOpened))
        zones.push_back(openingZone(kinds, place));
    if (zones.empty())
        zones.push_back(
            {zones::kOpen, DropZones::tr("Nothing here can be opened"), DropZones::tr("Drop it to see why")});
    return zones;
}

QString zoneFor(const std::vector<Kind>& kinds, const DropPlace& place) {
    if (std::any_of(kinds.begin(), kinds.end(), isOpened))
        return openingZone(kinds, place).id;
    const QString data = place.dataText.isEmpty() ? zones::kData : zones::kPageData;
    return !isOnePicture(kinds)        ? data
           : place.denoises            ? zones::kDenoise
           : !place.dataText.isEmpty() ? data
           : place.compares            ? zones::kCompare
                                       : data;
}

} // namespace hourglass
