#pragma once

// Runs hourglass-cli as a person or a script does.

#include <QtCore/QProcess>
#include <QtCore/QStringList>

#include <nlohmann/json.hpp>

namespace hourglass::test {

struct CommandResult {
    int status = -1; // exit status; -1 when it was killed or did not start
    QByteArray output, errors;
    // Standard output as the one JSON object it must be; null when it is not.
    nlohmann::json json() const;
};

CommandResult runCommand(const QString& program, const QStringList& arguments, const QString& folder = {},
                         int secondsAtMost = 120);

} // namespace hourglass::test
