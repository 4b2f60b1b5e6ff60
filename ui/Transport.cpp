#include "ui/Transport.h"

#include <QAction>
#include <QEvent>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QToolBar>
#include <QToolButton>

#include "ui/TransportIcons.h"
#include "ui/bridge/Workbench.h"
#include "ui/models/PlainTip.h"

namespace hourglass {

using State = TrainingController::State;

Transport::Transport(Workbench& workbench, QWidget* window)
    : QObject(window), m_workbench(workbench), m_window(window), m_run(add(tr("&Run"), Qt::Key_F5)),
      m_pause(add(tr("&Pause"), Qt::Key_F6)), m_step(add(tr("Step &epoch"), Qt::Key_F7)),
      m_stop(add(tr("&Stop"), Qt::SHIFT | Qt::Key_F5)), m_reset(add(tr("Rese&t…"), {})) {
    TrainingController& controller = workbench.controller();
    connect(m_run, &QAction::triggered, &workbench, &Workbench::start);
    connect(m_pause, &QAction::triggered, &controller, [&controller] { controller.setPaused(true); });
    connect(m_step, &QAction::triggered, &controller, [&workbench, &controller] {
        if (!controller.isActive())
            workbench.start();
        if (controller.isActive())
            controller.stepEpoch();
    });
    connect(m_stop, &QAction::triggered, &controller, &TrainingController::stop);
    connect(m_reset, &QAction::triggered, this, &Transport::askReset);
    connect(&controller, &TrainingController::stateChanged, this, &Transport::refresh);
    connect(&workbench, &Workbench::runChanged, this, &Transport::refresh);
    connect(&workbench.document(), &ExperimentDocument::modelChanged, this, &Transport::refresh);
    m_step->setToolTip(tr("Train to the end of the epoch, then pause (F7)"));
    m_stop->setToolTip(tr("Stop after the current batch and save; Continue goes on from there (Shift+F5)"));
    m_reset->setToolTip(tr("Forget the weights and curves at hand; the next Run starts afresh"));
    window->installEventFilter(this);
    drawIcons();
    refresh();
}

void Transport::drawIcons() {
    for (const auto& [action, sign] : {std::pair(m_run, TransportSign::Run), std::pair(m_pause, TransportSign::Pause),
                                       std::pair(m_step, TransportSign::Step), std::pair(m_stop, TransportSign::Stop),
                                       std::pair(m_reset, TransportSign::Reset)})
        action->setIcon(transportIcon(sign, m_window->palette()));
}

bool Transport::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::PaletteChange)
        drawIcons();
    return QObject::eventFilter(watched, event);
}

QAction* Transport::add(const QString& text, const QKeySequence& key) {
    auto* action = new QAction(text, this);
    action->setShortcut(key);
    return action;
}

void Transport::fill(QMenu* menu) const {
    menu->addActions({m_run, m_pause, m_step, m_stop});
    menu->addSeparator();
    menu->addAction(m_reset);
}

void Transport::fill(QToolBar* bar) const {
    for (QAction* action : {m_run, m_pause, m_step, m_stop, m_reset}) {
        bar->addAction(action);
        auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(action));
        button->setFocusPolicy(Qt::TabFocus);
        const auto name = [button, action] {
            button->setAccessibleName(action->iconText().remove(QStringLiteral("…")));
        };
        connect(action, &QAction::changed, button, name);
        name();
    }
}

void Transport::refresh() {
    const State state = m_workbench.controller().state();
    const bool canRun = m_workbench.whyNoRun().isEmpty();
    const bool isIdle = state == State::Idle || state == State::Failed;
    describeRun();
    m_run->setEnabled((isIdle && canRun) || state == State::Paused);
    m_pause->setEnabled(state == State::Running);
    m_step->setEnabled((isIdle && canRun) || state == State::Running || state == State::Paused);
    m_stop->setEnabled(state == State::Preparing || state == State::Running || state == State::Paused);
    m_reset->setEnabled(isIdle && m_workbench.run().has_value());
}

void Transport::describeRun() {
    const bool goesOn =
        m_workbench.controller().state() == State::Paused || m_workbench.nextRun() == Workbench::NextRun::Continue;
    m_run->setText(goesOn ? tr("&Continue") : tr("&Run"));
    QString why = goesOn ? tr("Go on with %1 from where it is (F5)").arg(m_workbench.runName())
                         : tr("Train this experiment into a new run (F5)");
    if (const QString reason = m_workbench.whyNewRun(); !reason.isEmpty())
        why += QLatin1Char('\n') + reason;
    if (const QString reason = m_workbench.whyNoRun(); !reason.isEmpty())
        why = tr("Run is not possible: %1").arg(reason);
    m_run->setToolTip(plainTip(why));
}

void Transport::askReset() {
    auto* box = new QMessageBox(QMessageBox::Question, tr("Reset"),
                                tr("Forget the weights and curves of %1?").arg(m_workbench.runName()),
                                QMessageBox::Cancel, m_window);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setAccessibleName(box->windowTitle());
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(tr("The experiment stays as it is, and the next Run starts from fresh weights. The run "
                               "itself stays in the list, where it can be opened again."));
    QPushButton* reset = box->addButton(tr("Reset"), QMessageBox::AcceptRole);
    reset->setAccessibleName(tr("Reset"));
    box->setDefaultButton(reset);
    connect(reset, &QPushButton::clicked, &m_workbench, &Workbench::reset);
    box->open();
}

} // namespace hourglass
