#pragma once

// A real main window with settings and runs of its own, driven as a person would: keys, mouse and drops go to the
// top-level window, and controls are found by what assistive technology calls them.

#include <QtTest>
#include <QtWidgets>

#include "tests/support/TestSupport.h"
#include "ui/MainWindow.h"
#include "ui/bridge/ComputeThread.h"
#include "ui/bridge/Workbench.h"
#include "ui/widgets/LogModel.h"

namespace hourglass::test {

inline constexpr int kPatience = 60'000; // ms; the machine may be busy

class WindowDriver {
public:
    WindowDriver() { open(); }
    ~WindowDriver() { close(); }

    // Another start of the program, with the same settings and runs.
    void open();
    // The person closes the window; returns when the program would have ended.
    void close();
    // The program ends without a word.
    void kill();

    MainWindow& window() { return *m_window; }
    Workbench& bench() { return *m_bench; }
    const TemporaryFolder& folder() const { return m_folder; }

    // The visible control of that accessible name, in the window or in a dialog of it; fails the test without one.
    template <typename Widget>
    Widget* find(const QString& name) const {
        return qobject_cast<Widget*>(findWidget(name, Widget::staticMetaObject));
    }
    template <typename Widget>
    bool has(const QString& name) const {
        return findWidget(name, Widget::staticMetaObject, false) != nullptr;
    }

    void key(int key, Qt::KeyboardModifiers modifiers = {});
    void type(const QString& text);
    void click(QWidget* widget, QPoint offset = {});
    void wheel(QWidget* widget, int eighths); // of a degree, over its middle; a step is 120
    // Enter, move and drop, at a place of the window; whether the drop was taken. All three return when what was
    // carried has been handed on.
    bool drop(const QList<QUrl>& urls, QPointF place);
    bool drop(const QMimeData& carried, QPointF place);
    // The same of somebody who goes on before that: it is handed on while events are taken.
    bool letFall(const std::vector<std::filesystem::path>& paths, QPointF place);
    void paste(std::unique_ptr<QMimeData> carried);
    void openPaths(const std::vector<std::filesystem::path>& paths); // as if named on the command line
    QString message() const;                                         // of the message line; empty when there is none
    bool waitForRouter();                                            // until all that fell has been handed on

private:
    bool carry(const QMimeData& carried, QPointF place);
    QWidget* findWidget(const QString& name, const QMetaObject& type, bool isRequired = true) const;
    QWindow* target() const; // where keys go: the dialog on top, else the window

    TemporaryFolder m_folder;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<LogModel> m_log;
    std::unique_ptr<ComputeThread> m_compute;
    std::unique_ptr<Workbench> m_bench;
    std::unique_ptr<MainWindow> m_window;
};

// Shapes in small numbers, so that a run takes moments.
void useSmall(WindowDriver& driver, const std::vector<std::pair<std::string, Json>>& more = {});
bool isIdle(WindowDriver& driver);

QList<QUrl> urlsOf(const std::vector<std::filesystem::path>& paths);

// Writes `count` pictures of mixed sizes, cut from the built-in photographs, as PNG and JPEG.
void writePhotographs(const std::filesystem::path& folder, int count);

} // namespace hourglass::test
