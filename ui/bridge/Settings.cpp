#include "ui/bridge/Settings.h"

#include <QtCore/QFile>

namespace hourglass {

std::filesystem::path toPath(const QString& text) {
    return QFile::encodeName(text).toStdString();
}

QString toText(const std::filesystem::path& path) {
    return QFile::decodeName(QByteArray::fromStdString(path.string()));
}

std::filesystem::path absolutePath(const std::filesystem::path& path) {
    const std::filesystem::path normal = std::filesystem::absolute(path).lexically_normal();
    return normal.has_filename() ? normal : normal.parent_path();
}

Settings::Settings() : m_settings(QStringLiteral("Hourglass"), QStringLiteral("Hourglass")) {}

Settings::Settings(const QString& iniFile) : m_settings(iniFile, QSettings::IniFormat) {}

Session Settings::session() const {
    return {.experiment = value(QStringLiteral("session/experiment")).toString(),
            .saved = value(QStringLiteral("session/saved")).toString(),
            .baseFolder = toPath(value(QStringLiteral("session/base_folder")).toString()),
            .file = toPath(value(QStringLiteral("session/file")).toString()),
            .runFolder = toPath(value(QStringLiteral("session/run_folder")).toString()),
            .wasTraining = value(QStringLiteral("session/was_training")).toBool()};
}

void Settings::setSession(const Session& session) {
    set(QStringLiteral("session/experiment"), session.experiment);
    set(QStringLiteral("session/saved"), session.saved);
    set(QStringLiteral("session/base_folder"), toText(session.baseFolder));
    set(QStringLiteral("session/file"), toText(session.file));
    set(QStringLiteral("session/run_folder"), toText(session.runFolder));
    set(QStringLiteral("session/was_training"), session.wasTraining);
    m_settings.sync();
}

void Settings::forgetSession() {
    m_settings.remove(QStringLiteral("session"));
    m_settings.remove(QStringLiteral("window"));
}

} // namespace hourglass
