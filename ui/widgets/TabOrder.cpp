#include "ui/widgets/TabOrder.h"

#include <QGridLayout>
#include <QScrollArea>
#include <QSplitter>
#include <QTabWidget>

#include <algorithm>
#include <vector>

namespace hourglass {

namespace {

using Widgets = std::vector<QWidget*>;

void collect(QWidget* widget, Widgets& order);

// A grid may have been filled in any order.
std::vector<QLayoutItem*> itemsOf(QLayout* layout) {
    std::vector<std::pair<std::pair<int, int>, QLayoutItem*>> placed;
    auto* grid = qobject_cast<QGridLayout*>(layout);
    for (int i = 0; i < layout->count(); ++i) {
        int row = i, column = 0, rows = 0, columns = 0;
        if (grid != nullptr)
            grid->getItemPosition(i, &row, &column, &rows, &columns);
        placed.push_back({{row, column}, layout->itemAt(i)});
    }
    std::ranges::stable_sort(placed, {}, [](const auto& each) { return each.first; });
    std::vector<QLayoutItem*> items;
    for (const auto& [place, item] : placed)
        items.push_back(item);
    return items;
}

void collect(QLayout* layout, Widgets& order) {
    for (QLayoutItem* item : itemsOf(layout))
        if (item->widget() != nullptr)
            collect(item->widget(), order);
        else if (item->layout() != nullptr)
            collect(item->layout(), order);
}

void collect(QWidget* widget, Widgets& order) {
    if ((widget->focusPolicy() & Qt::TabFocus) != 0 && widget->focusProxy() == nullptr)
        order.push_back(widget);
    if (auto* tabs = qobject_cast<QTabWidget*>(widget)) {
        order.push_back(tabs); // whose bar takes the focus in its place
        for (int i = 0; i < tabs->count(); ++i)
            collect(tabs->widget(i), order);
    } else if (auto* splitter = qobject_cast<QSplitter*>(widget)) {
        for (int i = 0; i < splitter->count(); ++i)
            collect(splitter->widget(i), order);
    } else if (auto* scroll = qobject_cast<QScrollArea*>(widget)) {
        if (scroll->widget() != nullptr)
            collect(scroll->widget(), order);
    } else if (widget->layout() != nullptr) {
        collect(widget->layout(), order);
    }
}

} // namespace

void tabInReadingOrder(QWidget* whole) {
    Widgets order;
    collect(whole, order);
    for (size_t i = 1; i < order.size(); ++i)
        QWidget::setTabOrder(order[i - 1], order[i]);
}

} // namespace hourglass
