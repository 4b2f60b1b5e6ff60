#include "ui/bridge/DroppedPaths.h"

#include <algorithm>
#include <set>

#include <QtCore/QCoreApplication>

#include "core/data/ImageCodec.h"
#include "core/formats/Safetensors.h"
#include "core/training/ModelMetadata.h"
#include "core/training/RunFolder.h"
#include "ui/bridge/CoreText.h"
#include "ui/bridge/RunStore.h"

namespace hourglass {

namespace fs = std::filesystem;
using Kind = DroppedPath::Kind;

namespace {

constexpr int kMostLookedAt = 20'000; // entries of a folder, before it is taken on trust

struct DroppedPaths {
    Q_DECLARE_TR_FUNCTIONS(DroppedPaths)
};

DroppedPath unusable(const fs::path& path, const QString& reason) {
    return {path, Kind::Unusable, reason};
}

bool hasExtension(const fs::path& path, std::initializer_list<const char*> extensions) {
    std::string own = path.extension().string();
    std::transform(own.begin(), own.end(), own.begin(), [](unsigned char c) { return std::tolower(c); });
    return std::find(extensions.begin(), extensions.end(), own) != extensions.end();
}

DroppedPath sortFolder(const fs::path& path) {
    if (RunFolder::isRun(path))
        return {path, Kind::Run, {}};
    std::error_code code;
    const auto unreadable = [&] {
        return unusable(path,
                        DroppedPaths::tr("the folder cannot be read: %1").arg(QString::fromStdString(code.message())));
    };
    if (fs::directory_iterator(path, code); code) // what is below may be skipped, the folder itself may not
        return unreadable();
    int seen = 0;
    fs::recursive_directory_iterator entry(path, fs::directory_options::skip_permission_denied, code);
    for (; !code && entry != fs::recursive_directory_iterator(); entry.increment(code))
        if (++seen > kMostLookedAt || hasImageExtension(entry->path()))
            return {path, Kind::Folder, {}};
    if (code)
        return unreadable();
    return unusable(path, DroppedPaths::tr("there are no pictures in this folder or below it"));
}

DroppedPath sortFile(const fs::path& path) {
    if (const std::optional<Kind> kind = kindByName(path))
        return {path, *kind, {}};
    if (hasExtension(path, {".safetensors"})) {
        const Result<SafetensorsFile> file = openSafetensors(path);
        if (!file)
            return unusable(path, coreText(file.error()));
        return {path, file->metadata.contains(kModelMetadataKey) ? Kind::Model : Kind::Data, {}};
    }
    return unusable(
        path, DroppedPaths::tr("it is of no kind that Hourglass reads: pictures, folders of pictures, .npy, .npz, IDX, "
                               ".safetensors, .onnx and .hourglass are"));
}

} // namespace

std::optional<Kind> kindByName(const fs::path& path) {
    if (hasExtension(path, {".hourglass"}))
        return Kind::Experiment;
    if (hasImageExtension(path))
        return Kind::Picture;
    if (hasExtension(path, {".onnx"}))
        return Kind::Model;
    if (hasExtension(path, {".npy", ".npz", ".idx", ".gz"}) ||
        path.filename().string().find("-ubyte") != std::string::npos)
        return Kind::Data;
    return {};
}

std::vector<DroppedPath> sortDropped(const std::vector<fs::path>& paths) {
    std::vector<DroppedPath> sorted;
    for (const fs::path& path : paths) {
        std::error_code code;
        const fs::file_status status = fs::status(path, code);
        if (!fs::exists(status))
            sorted.push_back(unusable(path, DroppedPaths::tr("there is no such file")));
        else
            sorted.push_back(fs::is_directory(status) ? sortFolder(path) : sortFile(path));
    }
    return sorted;
}

Result<PictureSet> pictureSource(const std::vector<fs::path>& pictures, const fs::path& collections) {
    if (pictures.size() == 1)
        return PictureSet{"image:" + pictures.front().string()};
    const fs::path folder = pictures.front().parent_path();
    std::set<fs::path> wanted(pictures.begin(), pictures.end()), there;
    std::error_code code;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, code))
        if (entry.is_directory(code) || hasImageExtension(entry.path()))
            there.insert(entry.path());
    if (there == wanted)
        return PictureSet{"folder:" + folder.string()};
    Result<fs::path> collection = RunStore(collections).create(QStringLiteral("pictures"));
    if (!collection)
        return std::move(collection).error();
    int number = 0;
    for (const fs::path& picture : pictures) {
        const std::string name = fmt::format("{:04} {}", ++number, picture.filename().string());
        fs::create_symlink(fs::absolute(picture), *collection / name, code);
        if (!code)
            continue;
        Error error = makeError(ErrorCode::WriteFailed, "'{}' cannot be written: {}.", (*collection / name).string(),
                                code.message());
        fs::remove_all(*collection, code);
        return error;
    }
    return PictureSet{"folder:" + collection->string(), *collection};
}

} // namespace hourglass
