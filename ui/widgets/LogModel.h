#pragma once

// The last few thousand messages of the program, oldest first. GUI thread only.

#include <QAbstractListModel>
#include <QDateTime>

#include <deque>

#include "core/base/Log.h"

namespace hourglass {

class LogModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role { LevelRole = Qt::UserRole, TimeRole };
    static constexpr int kDefaultLimit = 5000;

    explicit LogModel(int limit = kDefaultLimit, QObject* parent = nullptr)
        : QAbstractListModel(parent), m_limit(limit) {}

    void append(LogLevel level, const QString& message);
    void clear();
    // All lines as they would be written to a file: "2024-01-31 12:00:00 warning  message".
    QString text() const;
    QString line(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    struct Entry {
        LogLevel level;
        QDateTime time;
        QString message;
    };
    std::deque<Entry> m_entries;
    int m_limit;
};

} // namespace hourglass
