#include "ui/widgets/LogModel.h"

#include <QApplication>
#include <QStyle>

namespace hourglass {

namespace {

QString levelName(LogLevel level) {
    switch (level) {
    case LogLevel::Info:
        return LogModel::tr("info");
    case LogLevel::Warning:
        return LogModel::tr("warning");
    case LogLevel::Error:
        return LogModel::tr("error");
    }
    return {};
}

QStyle::StandardPixmap levelIcon(LogLevel level) {
    return level == LogLevel::Info      ? QStyle::SP_MessageBoxInformation
           : level == LogLevel::Warning ? QStyle::SP_MessageBoxWarning
                                        : QStyle::SP_MessageBoxCritical;
}

} // namespace

void LogModel::append(LogLevel level, const QString& message) {
    if (static_cast<int>(m_entries.size()) >= m_limit) {
        beginRemoveRows({}, 0, 0);
        m_entries.pop_front();
        endRemoveRows();
    }
    const auto row = static_cast<int>(m_entries.size());
    beginInsertRows({}, row, row);
    m_entries.push_back({level, QDateTime::currentDateTime(), message});
    endInsertRows();
}

void LogModel::clear() {
    beginResetModel();
    m_entries.clear();
    endResetModel();
}

QString LogModel::line(int row) const {
    const Entry& entry = m_entries.at(static_cast<size_t>(row));
    return QStringLiteral("%1 %2  %3")
        .arg(entry.time.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")), levelName(entry.level), entry.message);
}

QString LogModel::text() const {
    QString all;
    for (int row = 0; row < rowCount(); ++row)
        all += line(row) + QLatin1Char('\n');
    return all;
}

int LogModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

QVariant LogModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const Entry& entry = m_entries[static_cast<size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return entry.time.toString(QStringLiteral("HH:mm:ss  ")) + entry.message;
    case Qt::ToolTipRole:
        return entry.message;
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2").arg(levelName(entry.level), entry.message);
    case Qt::DecorationRole:
        return QApplication::style()->standardIcon(levelIcon(entry.level));
    case LevelRole:
        return static_cast<int>(entry.level);
    case TimeRole:
        return entry.time;
    default:
        return {};
    }
}

} // namespace hourglass
