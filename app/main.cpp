// hourglass [--new-session] [PATH...]: the window.

#include <QApplication>
#include <QCommandLineParser>

#include <algorithm>
#include <cstdio>

#include "core/base/ComputeEnvironment.h"
#include "core/base/Version.h"
#include "ui/MainWindow.h"
#include "ui/bridge/ComputeThread.h"
#include "ui/bridge/PoolJob.h"
#include "ui/bridge/Workbench.h"
#include "ui/widgets/LogModel.h"

namespace {

using namespace hourglass;

LogModel* theLog = nullptr; // while the program runs; Qt's message handler takes no context
QtMessageHandler theHandlerBefore = nullptr;

// What Qt has to say goes to the log as well. From any thread.
void logMessage(QtMsgType type, const QMessageLogContext& context, const QString& text) {
    theHandlerBefore(type, context, text);
    if (theLog == nullptr || type == QtDebugMsg)
        return;
    const LogLevel level = type == QtInfoMsg      ? LogLevel::Info
                           : type == QtWarningMsg ? LogLevel::Warning
                                                  : LogLevel::Error;
    QMetaObject::invokeMethod(
        theLog, [log = theLog, level, text] { log->append(level, text); }, Qt::QueuedConnection);
}

struct Arguments {
    bool isNewSession = false;
    std::vector<std::filesystem::path> paths;
};

Arguments parse(const QCoreApplication& application) {
    QCommandLineParser parser;
    parser.setApplicationDescription(QApplication::translate("main", "A workbench for autoencoders."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOption({QStringLiteral("new-session"),
                      QApplication::translate("main", "Start afresh instead of taking up the last session.")});
    parser.addPositionalArgument(QStringLiteral("PATH"),
                                 QApplication::translate("main", "Opened as if dropped on the window."),
                                 QStringLiteral("[PATH...]"));
    parser.process(application);
    Arguments arguments{.isNewSession = parser.isSet(QStringLiteral("new-session")), .paths = {}};
    for (const QString& path : parser.positionalArguments())
        arguments.paths.push_back(absolutePath(toPath(path)));
    return arguments;
}

// Help and version need no display.
bool asksForText(int argc, char** argv) {
    return std::any_of(argv + 1, argv + argc, [](const char* argument) {
        const std::string_view text = argument;
        return text == "--help" || text == "-h" || text == "--help-all" || text == "--version" || text == "-v";
    });
}

int run(const Arguments& arguments) {
    Settings settings;
    if (arguments.isNewSession)
        settings.forgetSession();
    LogModel log;
    theLog = &log;
    theHandlerBefore = qInstallMessageHandler(logMessage);
    ComputeThread compute;
    Workbench workbench(compute, settings, RunStore(RunStore::defaultRoot()));
    int status = 0;
    {
        MainWindow window(workbench, log);
        window.show();
        if (!arguments.paths.empty())
            window.open(arguments.paths);
        status = QApplication::exec();
    }
    workPool().waitForDone(); // a picture may still be being saved
    qInstallMessageHandler(theHandlerBefore);
    theLog = nullptr;
    return status; // the workbench goes now, and waits for a run to be saved
}

} // namespace

int main(int argc, char** argv) {
    ensureComputeEnvironment(argv);
    QCoreApplication::setApplicationName(QStringLiteral("hourglass"));
    QCoreApplication::setApplicationVersion(QString::fromUtf8(kVersion));
    QGuiApplication::setDesktopFileName(QStringLiteral("hourglass"));
    if (asksForText(argc, argv)) {
        const QCoreApplication application(argc, argv);
        parse(application); // prints and exits
    }
    const QApplication application(argc, argv);
    try { // the last catch
        return run(parse(application));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hourglass: internal error: %s\n", error.what());
        return 1;
    }
}
