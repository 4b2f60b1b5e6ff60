#include "ui/panels/ModelPage.h"

#include <QKeyEvent>

#include "ui/bridge/Workbench.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/StatusLabel.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

void ModelPage::listenTo(const WorkBar* bar) {
    connect(bar, &WorkBar::appeared, this, &ModelPage::showState);
    connect(bar, &WorkBar::focusFreed, this, [this] { firstControl()->setFocus(Qt::OtherFocusReason); });
}

void ModelPage::listenTo(Workbench& workbench) {
    connect(&workbench.controller(), &TrainingController::modelOpening, this, &ModelPage::showState);
    connect(&workbench.controller(), &TrainingController::modelFailed, this, &ModelPage::showState);
    connect(&workbench, &Workbench::runChanged, this, &ModelPage::showState);
}

void ModelPage::say(StatusLabel* label, const QString& text, bool isProblem) {
    label->say(text);
    QPalette colours = palette();
    if (isProblem)
        colours.setColor(QPalette::WindowText, theme::errorText(palette()));
    label->setPalette(colours);
}

void ModelPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    showState();
}

void ModelPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        showState();
}

void ModelPage::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        emit left();
    else
        QWidget::keyPressEvent(event);
}

} // namespace hourglass
