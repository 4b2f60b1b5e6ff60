// What the window says in its message line, and when.

#include "ui/MainWindow.h"
#include "ui/bridge/Workbench.h"
#include "ui/panels/MessageBar.h"
#include "ui/panels/TrainPage.h"

namespace hourglass {

void MainWindow::useData(const QString& source) {
    m_newSource = source;
    m_workbench.useData(source.toStdString());
    if (m_workbench.controller().isActive()) // it is opened once the run has ended
        m_message->show({.text = tr("Data set: %1. The next Run learns from it; Ctrl+Z takes it back.")
                                     .arg(std::exchange(m_newSource, {}))});
    showPage(m_train);
}

void MainWindow::tellData() {
    if (!m_newSource.isEmpty())
        m_message->show({.text = tr("Data set: %1. Run (F5) learns from it; Ctrl+Z takes it back.")
                                     .arg(std::exchange(m_newSource, {}))});
}

// Once it is: reading it takes a while.
void MainWindow::tellModel() {
    const std::filesystem::path opened = std::exchange(m_openedModel, {});
    if (!opened.empty() && opened == m_workbench.controller().modelPath())
        m_message->show({.text = tr("%1 is the model now. Drop a picture on Compare to see what it makes of it.")
                                     .arg(toText(opened.filename()))});
}

void MainWindow::tellFailed(const QString& message) {
    m_message->show({.kind = MessageBar::Kind::Error, .text = message});
}

void MainWindow::tellRunFailed(const QString& message, ErrorCode code) {
    std::vector<MessageBar::Choice> choices;
    if (code == ErrorCode::Numeric && m_workbench.run()) // a smaller rate helps against nothing else
        choices.push_back({m_workbench.run()->epochs > 0 ? tr("Resume at half the learning rate")
                                                         : tr("Start again at half the learning rate"),
                           [this] { m_workbench.resumeAtHalfRate(); }});
    m_message->show({.kind = MessageBar::Kind::Error, .text = message, .choices = choices, .isAboutRun = true});
}

void MainWindow::tellRefused(const QStringList& items) {
    m_message->show({.kind = MessageBar::Kind::Warning, .text = tr("Not used, with the reasons:"), .details = items});
}

void MainWindow::tellInterrupted() {
    m_message->show({.text = tr("%1 was training when the window was closed, and was saved in epoch %2 of %3.")
                                 .arg(m_workbench.runName())
                                 .arg(m_workbench.run()->epochs + 1)
                                 .arg(m_workbench.document().experiment().options().integer("training.epochs")),
                     .choices = {{tr("Continue"), [this] { m_workbench.start(); }}},
                     .isAboutRun = true});
}

} // namespace hourglass
