#pragma once

// What the program remembers between two starts: window, session, small preferences. A wrapper, so that tests have
// a file of their own.

#include <QtCore/QSettings>
#include <QtCore/QString>

#include <filesystem>

namespace hourglass {

// What the last window left: the experiment as a document, where its paths start, and the run that was in hand.
struct Session {
    QString experiment; // text of the document; empty: there is no session
    QString saved;      // the same as it was saved last
    std::filesystem::path baseFolder;
    std::filesystem::path file; // where the experiment was saved; may be empty
    std::filesystem::path runFolder;
    bool wasTraining = false;
};

class Settings {
public:
    Settings(); // the person's own
    explicit Settings(const QString& iniFile);

    QVariant value(const QString& key, const QVariant& fallback = {}) const { return m_settings.value(key, fallback); }
    void set(const QString& key, const QVariant& value) { m_settings.setValue(key, value); }

    Session session() const;
    void setSession(const Session& session);
    // Window layout and session, not preferences.
    void forgetSession();

private:
    QSettings m_settings;
};

// Names that are no UTF-8 are shown as well as can be; they do not come back.
std::filesystem::path toPath(const QString& text);
QString toText(const std::filesystem::path& path);
// What a relative path means now, without dots or a separator at its end: it may be used when the folder is another.
std::filesystem::path absolutePath(const std::filesystem::path& path);

} // namespace hourglass
