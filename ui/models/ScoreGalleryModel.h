#pragma once

// The samples of a scored data set in an order, with small pictures of them that are made elsewhere once somebody
// looks: a data set may have tens of thousands.

#include <QAbstractListModel>
#include <QCache>
#include <QImage>

#include <functional>
#include <memory>

#include "ui/bridge/AnomalyTriage.h"

namespace hourglass {

class ScoreGalleryModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role {
        ScoreRole = Qt::UserRole, // double
        AboveRole,                // bool: called an anomaly
        WrongRole,                // bool: which its label says it is not, or the other way round
        ClassRole,                // QString; empty without labels
        NameRole,                 // QString
    };
    // A small picture of a sample; called on other threads.
    using Thumbnail = std::function<QImage(const Dataset& data, int64_t row)>;
    explicit ScoreGalleryModel(Thumbnail make, QObject* parent = nullptr)
        : QAbstractListModel(parent), m_make(std::move(make)) {}

    // Null: nothing. The owner keeps it, and tells of every change.
    void setTriage(const AnomalyTriage* triage, AnomalyTriage::Order order);
    void setOrder(AnomalyTriage::Order order);
    // Threshold or normal classes: what is nearest may be something else.
    void triageChanged();

    int64_t rowAt(const QModelIndex& index) const; // of the data set
    QModelIndex indexOf(int64_t row) const;
    // Null until it is there: asks for it, and dataChanged tells.
    QImage thumbnail(int64_t row) const;
    int thumbnailsMade() const { return m_made; }

    int rowCount(const QModelIndex& parent = {}) const override;
    // Display: the score; tooltip and accessible text: all there is to say.
    QVariant data(const QModelIndex& index, int role) const override;

private:
    QString className(int64_t row) const;
    QString description(int64_t row) const;
    bool isWrong(int64_t row) const;
    void makeThumbnails();

    Thumbnail m_make;
    const AnomalyTriage* m_triage = nullptr;
    AnomalyTriage::Order m_order = AnomalyTriage::Order::HighestFirst;
    std::vector<int64_t> m_rows;                // by place
    std::vector<int> m_places;                  // by row
    mutable QCache<int64_t, QImage> m_pictures; // by row
    mutable std::vector<int64_t> m_wanted;      // the latest last
    mutable bool m_isAsked = false;
    bool m_isMaking = false;
    int m_generation = 0, m_made = 0;
    ReplyChannel m_replies{this};
};

} // namespace hourglass
