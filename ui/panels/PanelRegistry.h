#pragma once

// All pages and docks, one row each. To add one, write its file pair and its row in PanelRegistry.cpp; the window gives
// it a tab or a dock, a menu entry and a place in the session.

#include <QString>

#include <span>

class QWidget;

namespace hourglass {

class LogModel;
class Workbench;

struct PanelContext {
    Workbench& workbench;
    LogModel& log;
};

enum class PanelPlace { Page, Left, Bottom };

struct PanelEntry {
    const char* id;    // "train": object name, and key in the session
    const char* title; // translated in context "PanelRegistry"; '&' marks the key
    PanelPlace place;
    QWidget* (*make)(const PanelContext& context, QWidget* parent);

    QString text() const;
};

std::span<const PanelEntry> panels();

} // namespace hourglass
