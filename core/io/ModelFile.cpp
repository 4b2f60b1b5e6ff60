#include "core/io/ModelFile.h"

#include <algorithm>
#include <new>

#include "core/formats/Safetensors.h"
#include "core/io/importers/OnnxImporter.h"
#include "core/io/importers/SafetensorsImporter.h"
#include "core/training/RunFolder.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

constexpr const char* kExpected =
    "a run folder, one of its checkpoints, or a .safetensors or .onnx file that Hourglass exported";

Result<LoadedModel> loadFile(const fs::path& path) {
    Result<InputFile> file = InputFile::open(path);
    if (!file)
        return std::move(file).error();
    std::vector<std::byte> head(static_cast<size_t>(std::min<uint64_t>(file->size(), 64)));
    if (Result<void> read = file->readAt(0, head); !read)
        return std::move(read).error();
    if (isSafetensors(head, file->size()) || path.extension() == ".safetensors")
        return loadSafetensorsModel(path);
    if (isOnnx(head) || path.extension() == ".onnx")
        return loadOnnxModel(path);
    if (path.extension() == ".hourglass")
        return makeError(ErrorCode::Unsupported, "'{}' is an experiment, not yet a model. Train it, then name its run.",
                         path.string());
    return makeError(ErrorCode::Unsupported, "'{}' holds no model; expected {}.", path.string(), kExpected);
}

} // namespace

Result<LoadedModel> loadModel(const fs::path& path) {
    std::error_code code;
    if (!fs::exists(path, code))
        return makeError(ErrorCode::NotFound, "There is no model '{}'; expected {}.", path.string(), kExpected);
    try {
        if (!fs::is_directory(path, code))
            return loadFile(path);
        if (!RunFolder::isRun(path))
            return makeError(ErrorCode::Unsupported, "The folder '{}' holds no run; expected {}.", path.string(),
                             kExpected);
        Result<fs::path> checkpoint = RunFolder::modelPath(path);
        if (!checkpoint)
            return std::move(checkpoint).error();
        Result<LoadedModel> loaded = loadFile(*checkpoint);
        if (loaded)
            loaded->kind = "run";
        return loaded;
    } catch (const std::bad_alloc&) {
        return makeError(ErrorCode::OutOfMemory, "There is no memory for the model '{}'.", path.string());
    }
}

} // namespace hourglass
