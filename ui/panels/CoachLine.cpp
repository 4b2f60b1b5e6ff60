#include "ui/panels/CoachLine.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

namespace hourglass {

CoachLine::CoachLine(Workbench& workbench, QWidget* parent)
    : QFrame(parent), m_workbench(workbench), m_service(workbench), m_text(new QLabel(this)),
      m_action(new QPushButton(this)), m_close(new QToolButton(this)) {
    setAccessibleName(tr("Coach"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_text, 1);
    row->addWidget(m_action);
    row->addWidget(m_close);
    m_text->setWordWrap(true);
    m_text->setAccessibleName(tr("Advice"));
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_action->setAutoDefault(true);
    m_close->setText(QStringLiteral("×"));
    m_close->setAutoRaise(true);
    m_close->setAccessibleName(tr("Dismiss the advice"));
    m_close->setToolTip(tr("Not now (Esc): the coach is silent until it has something else to say of this run"));
    connect(m_action, &QPushButton::clicked, this, &CoachLine::take);
    connect(m_close, &QToolButton::clicked, this, &CoachLine::dismiss);
    connect(&m_service, &CoachService::changed, this, &CoachLine::refresh);
    // What was said of an edit is past once it is undone, or Run has taken it up.
    const auto forget = [this] {
        m_taken.clear();
        refresh();
    };
    connect(&workbench.document(), &ExperimentDocument::changed, this, forget);
    connect(&workbench.controller(), &TrainingController::stateChanged, this, forget);
    refresh();
}

void CoachLine::refresh() {
    const bool hasAdvice = m_service.advice().has_value(), wasVisible = !isHidden();
    const QString before = m_text->text();
    m_text->setText(hasAdvice ? m_service.text() : m_taken);
    m_action->setVisible(hasAdvice);
    m_action->setText(m_service.action());
    m_action->setAccessibleName(m_action->text());
    m_action->setToolTip(tr("Changes the experiment; Ctrl+Z takes it back:") + QLatin1Char('\n') +
                         m_service.changes().join(QLatin1Char('\n')));
    setVisible(!m_text->text().isEmpty());
    if (!isHidden() && (!wasVisible || m_text->text() != before)) {
        QAccessibleEvent announcement(m_text, QAccessible::Alert); // it appears without taking the focus
        QAccessible::updateAccessibility(&announcement);
    }
}

void CoachLine::take() {
    const auto& asked = m_service.advice()->changes;
    const bool isLive = asked.size() == 1 && asked.front().first == "optimizer.learning_rate";
    const QString changes = m_service.changes().join(QStringLiteral(", "));
    const bool hadFocus = m_action->hasFocus();
    m_service.apply();
    const bool isActive = m_workbench.controller().isActive();
    const bool isNew = m_workbench.nextRun() == Workbench::NextRun::Start;
    if (isActive && isLive && !isNew)
        m_taken = tr("%1, from now on. Ctrl+Z takes it back.").arg(changes);
    else if (isActive)
        m_taken = tr("%1. To run with it, stop (Shift+F5) and run again (F5); Ctrl+Z takes it back.").arg(changes);
    else
        m_taken = (isNew ? tr("%1. Run (F5) makes a new run with it; Ctrl+Z takes it back.")
                         : tr("%1. Run (F5) goes on with it; Ctrl+Z takes it back."))
                      .arg(changes);
    refresh();
    if (hadFocus) // the button is gone
        m_close->setFocus();
}

bool CoachLine::dismiss() {
    if (isHidden())
        return false;
    m_taken.clear();
    m_service.dismiss();
    refresh();
    return true;
}

} // namespace hourglass
