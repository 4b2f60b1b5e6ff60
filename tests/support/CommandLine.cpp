#include "tests/support/CommandLine.h"

namespace hourglass::test {

nlohmann::json CommandResult::json() const {
    return nlohmann::json::parse(output.toStdString(), nullptr, /*allow_exceptions=*/false);
}

CommandResult runCommand(const QString& program, const QStringList& arguments, const QString& folder,
                         int secondsAtMost) {
    QProcess process;
    if (!folder.isEmpty())
        process.setWorkingDirectory(folder);
    process.start(program, arguments);
    CommandResult result;
    if (!process.waitForFinished(secondsAtMost * 1000)) {
        process.kill();
        process.waitForFinished();
        return result;
    }
    result.status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    result.output = process.readAllStandardOutput();
    result.errors = process.readAllStandardError();
    return result;
}

} // namespace hourglass::test
