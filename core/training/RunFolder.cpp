#include "core/training/RunFolder.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace hourglass {

namespace fs = std::filesystem;

namespace {

Error cannotWrite(const fs::path& folder, const std::string& reason) {
    return makeError(ErrorCode::WriteFailed, "The run folder '{}' cannot be written: {}.", folder.string(), reason);
}

Result<int> lock(const fs::path& folder) {
    const int fd = ::open((folder / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return cannotWrite(folder, std::strerror(errno));
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        ::close(fd);
        return makeError(ErrorCode::Conflict, "Another process is training in '{}'. Stop it, or choose another folder.",
                         folder.string());
    }
    return fd;
}

Result<void> checkSameRun(const fs::path& folder, const Experiment& experiment) {
    Result<Experiment> before = Experiment::load(RunFolder::experimentPath(folder));
    if (!before)
        return std::move(before).error();
    const std::string different = restartDifference(*before, experiment);
    if (different.empty())
        return {};
    return makeError(
        ErrorCode::Conflict,
        "'{}' holds a run with {} = {}; this experiment has {}. Such a change needs a run folder of its own.",
        folder.string(), different, before->options().value(different).dump(),
        experiment.options().value(different).dump());
}

} // namespace

std::string restartDifference(const Experiment& before, const Experiment& now) {
    for (const OptionSpec& spec : now.options().table().specs()) {
        if (spec.effect != OptionEffect::Restart || spec.key == "data.source")
            continue; // the source is a path, and may be written differently; its content is compared by hash
        if (!before.options().has(spec.key) || before.options().value(spec.key) != now.options().value(spec.key))
            return before.options().has(spec.key) ? spec.key : "model.family";
    }
    return {};
}

Result<RunFolder> RunFolder::open(const fs::path& folder, const Experiment& experiment, Mode mode) {
    std::error_code code;
    fs::create_directories(folder / "checkpoints", code);
    if (code)
        return cannotWrite(folder, code.message());
    Result<int> held = lock(folder);
    if (!held)
        return std::move(held).error();
    RunFolder run(fs::weakly_canonical(folder), *held);
    if (!isRun(folder))
        return run;
    if (mode == Mode::Create)
        return makeError(
            ErrorCode::Conflict,
            "'{}' already holds a run. Resume it (--resume), replace it (--force), or choose another folder.",
            folder.string());
    if (mode == Mode::Replace) {
        fs::remove_all(folder / "checkpoints", code);
        for (const char* name : {"history.csv", "result.json", "experiment.hourglass"})
            fs::remove(folder / name, code);
        fs::create_directories(folder / "checkpoints", code);
        return run;
    }
    if (Result<void> same = checkSameRun(folder, experiment); !same)
        return std::move(same).error();
    return run;
}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : m_path(std::move(other.m_path)), m_lock(std::exchange(other.m_lock, -1)) {}

RunFolder::~RunFolder() {
    if (m_lock >= 0)
        ::close(m_lock);
}

fs::path RunFolder::experimentPath(const fs::path& folder) {
    return folder / "experiment.hourglass";
}

fs::path RunFolder::checkpoint(const fs::path& folder, const std::string& name) {
    return folder / "checkpoints" / (name + ".safetensors");
}

bool RunFolder::isRun(const fs::path& folder) {
    std::error_code code;
    return fs::is_regular_file(experimentPath(folder), code);
}

Result<fs::path> RunFolder::modelPath(const fs::path& folder) {
    std::error_code code;
    for (const char* name : {"best", "last"})
        if (fs::is_regular_file(checkpoint(folder, name), code))
            return checkpoint(folder, name);
    return makeError(ErrorCode::NotFound, "The run '{}' has no checkpoint yet.", folder.string());
}

} // namespace hourglass
