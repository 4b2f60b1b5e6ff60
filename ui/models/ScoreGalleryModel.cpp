#include "ui/models/ScoreGalleryModel.h"

#include <QLocale>
#include <QTimer>

#include <algorithm>

#include "ui/bridge/PoolJob.h"
#include "ui/models/PlainTip.h"

namespace hourglass {

namespace {

constexpr size_t kAtOnce = 32;      // thumbnails between two looks at what is wanted by now
constexpr int kKept = 2000;         // thumbnails
constexpr size_t kMostWanted = 500; // more than any screen shows: the eldest are out of sight again

using Thumbnails = std::vector<std::pair<int64_t, QImage>>;

} // namespace

void ScoreGalleryModel::setTriage(const AnomalyTriage* triage, AnomalyTriage::Order order) {
    beginResetModel();
    m_triage = triage;
    m_order = order;
    m_pictures.clear();
    m_pictures.setMaxCost(kKept);
    m_wanted.clear();
    ++m_generation;
    m_rows = m_triage != nullptr ? m_triage->ordered(m_order) : std::vector<int64_t>();
    m_places.resize(m_rows.size());
    for (size_t place = 0; place < m_rows.size(); ++place)
        m_places[static_cast<size_t>(m_rows[place])] = static_cast<int>(place);
    endResetModel();
}

void ScoreGalleryModel::setOrder(AnomalyTriage::Order order) {
    m_order = order;
    triageChanged();
}

void ScoreGalleryModel::triageChanged() {
    if (m_triage == nullptr)
        return;
    std::vector<int64_t> rows = m_triage->ordered(m_order);
    if (rows == m_rows)
        return; // the view paints it anew; its places stay
    emit layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    std::vector<int64_t> kept;
    for (const QModelIndex& each : before)
        kept.push_back(rowAt(each));
    m_rows = std::move(rows);
    for (size_t place = 0; place < m_rows.size(); ++place)
        m_places[static_cast<size_t>(m_rows[place])] = static_cast<int>(place);
    QModelIndexList after;
    for (const int64_t row : kept)
        after << indexOf(row);
    changePersistentIndexList(before, after);
    emit layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

int64_t ScoreGalleryModel::rowAt(const QModelIndex& index) const {
    return m_rows[static_cast<size_t>(index.row())];
}

QModelIndex ScoreGalleryModel::indexOf(int64_t row) const {
    return index(m_places[static_cast<size_t>(row)], 0);
}

int ScoreGalleryModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QString ScoreGalleryModel::className(int64_t row) const {
    const Dataset& data = *m_triage->check().data;
    const std::optional<int> label = data.label(row);
    return label ? QString::fromStdString(data.classNames()[static_cast<size_t>(*label)]) : QString();
}

bool ScoreGalleryModel::isWrong(int64_t row) const {
    return m_triage->isLabelled() && m_triage->isAnomaly()[static_cast<size_t>(row)] != m_triage->isAbove(row);
}

QString ScoreGalleryModel::description(int64_t row) const {
    QStringList parts{QString::fromStdString(m_triage->check().data->name(row))};
    if (const QString label = className(row); !label.isEmpty())
        parts << tr("class %1").arg(label);
    parts << tr("score %1").arg(QLocale().toString(static_cast<double>(m_triage->score(row)), 'g', 4));
    const bool isAbove = m_triage->isAbove(row);
    parts << (isWrong(row) ? isAbove ? tr("above: a false alarm") : tr("not above: missed")
              : isAbove ? tr("above the threshold")
                           : tr("not above the threshold"));
    return parts.join(QStringLiteral(" · "));
}

QVariant ScoreGalleryModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || m_triage == nullptr)
        return {};
    const int64_t row = rowAt(index);
    switch (role) {
    case Qt::DisplayRole:
        return QLocale().toString(static_cast<double>(m_triage->score(row)), 'g', 3);
    case Qt::DecorationRole:
        return thumbnail(row);
    case Qt::ToolTipRole:
        return plainTip(description(row));
    case Qt::AccessibleTextRole:
        return description(row);
    case ScoreRole:
        return static_cast<double>(m_triage->score(row));
    case AboveRole:
        return m_triage->isAbove(row);
    case WrongRole:
        return isWrong(row);
    case ClassRole:
        return className(row);
    case NameRole:
        return QString::fromStdString(m_triage->check().data->name(row));
    default:
        return {};
    }
}

QImage ScoreGalleryModel::thumbnail(int64_t row) const {
    if (const QImage* picture = m_pictures.object(row))
        return *picture;
    if (!m_triage->check().arePictures())
        return {};
    std::erase(m_wanted, row);
    m_wanted.push_back(row);
    if (m_wanted.size() > kMostWanted)
        m_wanted.erase(m_wanted.begin());
    if (!std::exchange(m_isAsked, true)) // all of a frame together
        QTimer::singleShot(0, this, [self = const_cast<ScoreGalleryModel*>(this)] { self->makeThumbnails(); });
    return {};
}

void ScoreGalleryModel::makeThumbnails() {
    m_isAsked = false;
    if (m_isMaking || m_wanted.empty() || m_triage == nullptr)
        return;
    m_isMaking = true;
    const auto first = m_wanted.end() - static_cast<ptrdiff_t>(std::min(kAtOnce, m_wanted.size()));
    std::vector<int64_t> rows(first, m_wanted.end());
    m_wanted.erase(first, m_wanted.end());
    runInPool(
        m_replies, "making small pictures",
        [make = m_make, data = m_triage->check().data, rows = std::move(rows)] {
            Thumbnails made;
            for (const int64_t row : rows)
                made.emplace_back(row, make(*data, row));
            return made;
        },
        [this, generation = m_generation](const Result<Thumbnails>& made) {
            m_isMaking = false;
            if (made && generation == m_generation)
                for (const auto& [row, picture] : *made) {
                    m_pictures.insert(row, new QImage(picture));
                    ++m_made;
                    emit dataChanged(indexOf(row), indexOf(row), {Qt::DecorationRole});
                }
            makeThumbnails();
        });
}

} // namespace hourglass
