#pragma once

// Which trained model is to work: the one at hand, that of another run, or one from a file. What is chosen starts heavy
// work: walking over the models with keys or the wheel says so only once it rests, and the wheel is left to the page
// while the focus is elsewhere.

#include <QComboBox>
#include <QTimer>

#include <filesystem>
#include <vector>

#include "ui/bridge/ReplyChannel.h"
#include "ui/bridge/RunStore.h"

namespace hourglass {

class Workbench;

class ModelChooser : public QComboBox {
    Q_OBJECT

public:
    explicit ModelChooser(Workbench& workbench, QWidget* parent = nullptr);

    // Run folder or file; empty: the model at hand.
    const std::filesystem::path& path() const { return m_path; }
    bool isAtHand() const { return m_path.empty(); }
    QString name() const; // "shapes-0001", "model.onnx", "shapes-0001: best"
    // Chooses a file, a run folder, or, with an empty path, the model at hand.
    void choose(const std::filesystem::path& path);
    // The same of one that was dropped or opened: it may hold another model by now, though it is chosen already.
    void open(const std::filesystem::path& path);

signals:
    void chosen(); // another model than before, or what may be one

protected:
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override; // of the open list

private:
    void refresh();
    void rebuild();
    void fill();
    bool turnTo(const std::filesystem::path& path);
    void itemActivated(int index);
    void askForFile();
    QString atHandText() const;

    Workbench& m_workbench;
    std::vector<RunSummary> m_runs;              // that have a model, newest first
    std::vector<std::filesystem::path> m_places; // of the items, by their data
    std::filesystem::path m_path, m_file;        // chosen; a file stays to be chosen again
    bool m_isWalking = false;                    // by keys or the wheel, without the list being open
    bool m_isBehind = false;                     // something has changed while the list was open
    int m_listing = 0;                           // the last one asked for
    QTimer m_rest;
    ReplyChannel m_replies{this};
};

} // namespace hourglass
