#pragma once

// The logging seam: core says what happens, whoever runs it decides where that goes (the command line's standard error,
// the window's log panel, a test's list). May be called from any thread; an empty sink swallows everything.

#include <functional>
#include <string>

namespace hourglass {

enum class LogLevel { Info, Warning, Error };
using LogSink = std::function<void(LogLevel, const std::string&)>;

} // namespace hourglass
