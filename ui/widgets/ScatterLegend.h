#pragma once

// The foot of a scatter: what its colours tell, categories by name with their markers or the range of a value.

#include <QFontMetrics>
#include <QRect>
#include <QStringList>

#include <vector>

class QPainter;
class QPalette;

namespace hourglass {

class ScatterLegend {
public:
    void clear() { *this = {}; }
    void setCategories(const QStringList& names); // of category 0, 1, …
    void setRange(const QString& name, float lowest, float highest);

    // Finds a place for everything; returns the height that takes, 0 for nothing.
    int arrange(int width, const QFontMetrics& metrics);
    // As it was arranged, from `top` on.
    void paint(QPainter& painter, const QPalette& palette, int top) const;

private:
    struct Item {
        QRect place;
        int category;
        QString text;
    };
    void paintRange(QPainter& painter, const QPalette& palette, int top) const;

    QStringList m_names;
    QString m_valueName; // empty: categories
    float m_lowest = 0, m_highest = 0;
    std::vector<Item> m_items;
    int m_width = 0;
};

} // namespace hourglass
