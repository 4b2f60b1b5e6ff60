#include "app/cli/Context.h"

#include <csignal>
#include <cstdio>
#include <iostream>
#include <thread>

#include <unistd.h>

#include "core/exec/onednn/OneDnnExecutor.h"

namespace hourglass::cli {

struct Context::State {
    std::unique_ptr<Executor> executor;
    std::stop_source stop;
    std::jthread signals;
};

// SIGINT and SIGTERM are blocked everywhere and awaited by one thread, which may then do more than a handler could.
Context::Context() : m_state(std::make_unique<State>()) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGUSR1); // ends the thread
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    m_state->signals = std::jthread([set, stop = m_state->stop]() mutable {
        for (int count = 0;;) {
            int signal = 0;
            if (sigwait(&set, &signal) != 0 || signal == SIGUSR1)
                return;
            if (++count > 1)
                ::_exit(kInterrupted); // asked twice: at once; files are written atomically
            stop.request_stop();
        }
    });
}

Context::~Context() {
    pthread_kill(m_state->signals.native_handle(), SIGUSR1);
    m_state->signals.join();
}

Executor& Context::executor() {
    if (!m_state->executor)
        m_state->executor = makeOneDnnExecutor();
    return *m_state->executor;
}

std::stop_token Context::stopToken() const {
    return m_state->stop.get_token();
}

void Context::print(const Json& object, const std::string& text) const {
    std::cout << (json ? object.dump(-1, ' ', false, Json::error_handler_t::replace) : text) << std::endl;
}

void Context::message(const std::string& text) const {
    std::cerr << text << std::endl;
}

LogSink Context::log() const {
    return [](LogLevel level, const std::string& text) {
        std::cerr << (level == LogLevel::Info      ? ""
                      : level == LogLevel::Warning ? "warning: "
                                                   : "error: ")
                  << text << std::endl;
    };
}

int Context::fail(const Error& error) const {
    std::cerr << "hourglass-cli: " << error.message() << std::endl;
    switch (error.code()) {
    case ErrorCode::Numeric:
    case ErrorCode::WriteFailed:
    case ErrorCode::OutOfMemory:
        return kFailed;
    default:
        return kUsage;
    }
}

void Context::report(const DatasetReport& report) const {
    constexpr size_t kListed = 10;
    for (const std::string& note : report.notes)
        message("note: " + note);
    if (!report.skipped.empty())
        message("warning: " + counted(static_cast<int64_t>(report.skipped.size()), "file", "files") + " skipped");
    for (size_t i = 0; i < report.skipped.size() && i < kListed; ++i)
        message(fmt::format("  {}: {}", report.skipped[i].path, report.skipped[i].reason));
    if (report.skipped.size() > kListed)
        message(fmt::format("  … and {} more", report.skipped.size() - kListed));
}

ProgressLine::ProgressLine() : m_terminal(::isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
    if (m_shown)
        std::fputc('\n', stderr);
}

void ProgressLine::show(double fraction, const std::string& text) {
    if (!m_terminal)
        return;
    constexpr int kWidth = 30;
    const int filled = static_cast<int>(fraction * kWidth);
    std::string bar(static_cast<size_t>(filled), '=');
    bar.resize(kWidth, ' ');
    std::fputs(fmt::format("\r[{}] {:3.0f} % {}\x1b[K", bar, fraction * 100, text).c_str(), stderr);
    std::fflush(stderr);
    m_shown = true;
}

std::string paceText(double rate, const std::string& unit, double secondsLeft) {
    return fmt::format("{:.{}f} {}/s  {:.0f} s left", rate, rate < 100 ? 2 : 0, unit, secondsLeft);
}

void WorkProgress::show(double fraction, double done, const std::string& what) {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
    if (seconds <= 0 || fraction <= 0)
        return;
    const std::string pace = paceText(done / seconds, m_unit, seconds * (1 - fraction) / fraction);
    m_line.show(fraction, what.empty() ? pace : what + "  " + pace);
}

Result<void> applySettings(Experiment& experiment, const std::vector<std::string>& settings) {
    // Family and architecture first: they decide which other keys there are.
    for (const bool structure : {true, false})
        for (const std::string& setting : settings) {
            const size_t equals = setting.find('=');
            if (equals == std::string::npos)
                return makeError(ErrorCode::InvalidArgument, "--set expects KEY=VALUE, found '{}'.", setting);
            const std::string key = setting.substr(0, equals);
            if ((key == "model.family" || key == "model.architecture") != structure)
                continue;
            if (Result<void> set = experiment.set(key, parseOptionText(setting.substr(equals + 1))); !set)
                return set;
        }
    return {};
}

Result<void> checkOutput(const std::filesystem::path& path, bool force) {
    namespace fs = std::filesystem;
    std::error_code code;
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (!fs::is_directory(folder, code))
        return makeError(ErrorCode::NotFound, "There is no folder '{}' to write '{}' into. Make it first.",
                         folder.string(), path.filename().string());
    const fs::file_status status = fs::status(path, code);
    if (path.filename().empty() || fs::is_directory(status))
        return makeError(ErrorCode::InvalidArgument, "'{}' is a folder; the name of a file is needed.", path.string());
    if (!fs::exists(status)) {
        const bool free = code == std::errc::no_such_file_or_directory;
        return free ? Result<void>()
                    : makeError(ErrorCode::InvalidArgument, "'{}' cannot be written: {}.", path.string(),
                                code.message());
    }
    if (!fs::is_regular_file(status))
        return makeError(ErrorCode::InvalidArgument,
                         "'{}' is a device or a pipe, which a file does not replace. Choose another name.",
                         path.string());
    if (!force)
        return makeError(ErrorCode::Conflict, "'{}' exists. Use --force to replace it.", path.string());
    return {};
}

std::string counted(int64_t count, const std::string& one, const std::string& several) {
    return fmt::format("{} {}", count, count == 1 ? one : several);
}

} // namespace hourglass::cli
