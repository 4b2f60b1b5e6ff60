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
        message(fmt::format("warning: {} file(s) skipped", report.skipped.size()));
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

} // namespace hourglass::cli
