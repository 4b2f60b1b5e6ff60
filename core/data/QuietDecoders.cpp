#include "core/data/QuietDecoders.h"

#include <mutex>

#include <opencv2/core/utils/logger.hpp>

#if defined(__unix__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <fcntl.h>
#include <unistd.h>
#define HOURGLASS_REDIRECTS 1
#endif

namespace hourglass {

namespace {

// Shared by all decoders of the process, as standard error is.
struct Redirection {
    std::mutex mutex;
    int holders = 0;
    int saved = -1; // the real standard error, while redirected
};

Redirection& redirection() {
    static Redirection instance;
    return instance;
}

} // namespace

QuietDecoders::QuietDecoders() {
    Redirection& shared = redirection();
    const std::lock_guard lock(shared.mutex);
    if (++shared.holders > 1)
        return;
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
#ifdef HOURGLASS_REDIRECTS
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0)
        return;
    shared.saved = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (shared.saved >= 0)
        ::dup2(nowhere, STDERR_FILENO);
    ::close(nowhere);
#endif
}

QuietDecoders::~QuietDecoders() {
    Redirection& shared = redirection();
    const std::lock_guard lock(shared.mutex);
    if (--shared.holders > 0)
        return;
#ifdef HOURGLASS_REDIRECTS
    if (shared.saved >= 0) {
        ::dup2(shared.saved, STDERR_FILENO);
        ::close(shared.saved);
        shared.saved = -1;
    }
#endif
}

} // namespace hourglass
