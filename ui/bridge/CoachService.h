#pragma once

// The coach (core/training/Coach.h) beside the run in hand: what it says now, until somebody takes its advice or sends
// it away. GUI thread, QtCore only.

#include <QtCore/QObject>
#include <QtCore/QStringList>
#include <QtCore/QTimer>

#include <filesystem>
#include <map>
#include <optional>

#include "core/training/Coach.h"
#include "ui/bridge/Workbench.h"

namespace hourglass {

class CoachService : public QObject {
    Q_OBJECT

public:
    explicit CoachService(Workbench& workbench, QObject* parent = nullptr);

    // Nothing also where the experiment has been changed so already, or cannot be: it may be of another family by now.
    const std::optional<Advice>& advice() const { return m_advice; }
    QString text() const;        // "12 of 20 latents have collapsed: lower β?"
    QString action() const;      // "Lower β"
    QStringList changes() const; // "β: 8 → 2"

    // Changes the experiment as advised: one edit, to be undone in one. What a running run can take up it does; Run
    // goes on with the rest, or makes a new run where it must.
    void apply();
    // Silent until it has something else to say of this run.
    void dismiss();

signals:
    void changed();

private:
    void reconsider();
    void rowsAdded(const std::vector<HistoryRow>& rows);
    std::optional<Advice> current();
    std::optional<Experiment> advised(const Advice& advice) const; // the experiment with its changes

    void beSilent(double untilEpoch); // about what it says now

    struct Silence {
        std::string key;
        double untilEpoch;
    };

    Workbench& m_workbench;
    std::optional<Advice> m_advice;
    QTimer m_delay;
    std::filesystem::path m_diverged;                  // the run that did so last
    std::map<std::filesystem::path, Silence> m_silent; // by run
};

} // namespace hourglass
