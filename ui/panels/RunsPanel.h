#pragma once

// The bottom dock with all runs. Enter or a double click opens one; the context menu continues, exports, shows and
// deletes.

#include <QWidget>

#include <filesystem>
#include <map>

#include "ui/bridge/ReplyChannel.h"

class QAction;
class QSortFilterProxyModel;
class QStackedWidget;
class QTableView;

namespace hourglass {

class RunsModel;
class Workbench;
struct RunSummary;

class RunsPanel : public QWidget {
    Q_OBJECT

public:
    explicit RunsPanel(Workbench& workbench, QWidget* parent = nullptr);

    // Reads all runs in the background.
    void refresh();

signals:
    void openWanted(const std::filesystem::path& folder);
    void continueWanted(const std::filesystem::path& folder);
    void exportWanted(const std::filesystem::path& folder);
    void deleteWanted(const std::filesystem::path& folder); // already confirmed
    void failed(const QString& message);

private:
    void buildActions();
    void refreshOne(const std::filesystem::path& folder);
    void showState();
    void listed();
    void enableActions();
    const RunSummary* chosen() const;
    void confirmDelete();
    void reveal();

    Workbench& m_workbench;
    RunsModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table;
    QStackedWidget* m_stack;
    QAction* m_open;
    QAction* m_continue;
    QAction* m_export;
    QAction* m_reveal;
    QAction* m_delete;
    int m_asked = 0; // requests so far
    LatestReply m_lists;
    std::map<std::filesystem::path, LatestReply> m_ones; // of single runs
    ReplyChannel m_replies{this};
};

} // namespace hourglass
