// What is dropped on the window, pasted or opened, and where it goes.

#include "ui/MainWindow.h"

#include <QTabWidget>

#include "ui/DropRouter.h"
#include "ui/bridge/Workbench.h"
#include "ui/panels/ComparePage.h"
#include "ui/panels/DenoisePage.h"

namespace hourglass {

namespace fs = std::filesystem;

void MainWindow::connectDrops() {
    m_drops->setPlace([this]() -> DropPlace {
        const auto* page = qobject_cast<ModelPage*>(m_pages->currentWidget());
        return {.compares = m_workbench.controller().hasModel() || m_workbench.run(),
                .denoises = page == m_denoise,
                .page = page ? page->objectName() : QString(),
                .modelText = page ? page->modelText() : QString(),
                .dataText = page ? page->dataText() : QString()};
    });
    connect(m_drops, &DropRouter::pictureToDenoise, this, [this](const PictureSource& picture) {
        m_denoise->open(picture);
        showPage(m_denoise);
    });
    // Which may not be in front any more: disks may be slow to answer.
    connect(m_drops, &DropRouter::modelForPage, this,
            [this](const QString& page, const fs::path& path) { findChild<ModelPage*>(page)->useModel(path); });
    connect(m_drops, &DropRouter::dataForPage, this,
            [this](const QString& page, const QString& source) { findChild<ModelPage*>(page)->useData(source); });
    connect(m_drops, &DropRouter::dataDropped, this, &MainWindow::useData);
    // The page comes when the picture is dropped, not when it has been read: somebody may have gone on by then.
    connect(m_drops, &DropRouter::pictureToCompare, this, [this] { showPage(m_compare); });
    connect(m_drops, &DropRouter::pictureOpening, m_compare, &ComparePage::showOpening);
    connect(m_drops, &DropRouter::pictureDropped, m_compare, &ComparePage::showPicture);
    connect(m_drops, &DropRouter::experimentDropped, &m_workbench, &Workbench::openExperiment);
    connect(m_drops, &DropRouter::runDropped, this, &MainWindow::openRun);
    connect(m_drops, &DropRouter::modelDropped, this, &MainWindow::openModel);
    connect(m_drops, &DropRouter::refused, this, &MainWindow::tellRefused);
}

void MainWindow::open(const std::vector<fs::path>& paths) {
    m_drops->open(paths);
}

} // namespace hourglass
