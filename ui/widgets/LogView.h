#pragma once

// The log as a list with icons for the level; it follows new lines while the last one is in view. Copy (Ctrl+C), clear
// and save are buttons and menu entries.

#include <QWidget>

#include "core/base/Result.h"

class QListView;

namespace hourglass {

class LogModel;

class LogView : public QWidget {
    Q_OBJECT

public:
    // The model must outlive the view.
    explicit LogView(LogModel* model, QWidget* parent = nullptr);

    void copy(); // the chosen lines, or all when none is chosen
    Result<void> save(const QString& path) const;

signals:
    void failed(const QString& message);

private:
    void askForFile();

    LogModel* m_model;
    QListView* m_list;
    bool m_isFollowing = true;
};

} // namespace hourglass
