#pragma once

// What dropped files and folders are, judged by content where it is cheap: so that the window knows where each goes,
// and can say why one goes nowhere.

#include <QtCore/QString>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/Result.h"

namespace hourglass {

struct DroppedPath {
    enum class Kind {
        Run,        // a run folder
        Experiment, // .hourglass
        Model,      // a checkpoint or exported model
        Picture,
        Folder, // with pictures in it or below
        Data,   // an array file
        Unusable,
    };
    std::filesystem::path path;
    Kind kind = Kind::Unusable;
    QString reason; // why it is unusable
};

// What a name alone says, without a look at the disk; nothing for folders and what may be several things.
std::optional<DroppedPath::Kind> kindByName(const std::filesystem::path& path);

// Looks at each: not for the GUI thread, disks may be slow and folders deep.
std::vector<DroppedPath> sortDropped(const std::vector<std::filesystem::path>& paths);

struct PictureSet {
    std::string source;
    std::filesystem::path made = {}; // the folder of links that it names, where one had to be made
};

// The source that names these pictures: the picture itself, their folder when it holds nothing else, else a folder of
// links to them, made in `collections` (which grows by one). WriteFailed when that cannot be made.
Result<PictureSet> pictureSource(const std::vector<std::filesystem::path>& pictures,
                                 const std::filesystem::path& collections);

} // namespace hourglass
