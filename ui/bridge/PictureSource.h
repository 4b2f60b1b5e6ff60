#pragma once

// A picture that is yet to be read: a file, or what was dropped or pasted. Reading takes longer than a frame, so it is
// left to whoever has a thread for it.

#include <QtCore/QString>

#include <filesystem>
#include <functional>

#include "core/data/ImageCodec.h"
#include "ui/bridge/Settings.h"

namespace hourglass {

struct PictureSource {
    QString name;
    std::filesystem::path path = {};                 // empty where there is no file
    std::function<Result<DecodedImage>()> read = {}; // from any thread
};

inline PictureSource pictureFile(const std::filesystem::path& path) {
    return {toText(path.filename()), path, [path] { return decodeImage(path); }};
}

} // namespace hourglass
