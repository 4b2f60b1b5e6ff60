// What the Compare page is made of, and what it listens to; what it does is in ComparePage.cpp.

#include <QHBoxLayout>
#include <QLabel>
#include <QShortcut>
#include <QSpinBox>
#include <QToolButton>

#include "ui/bridge/Workbench.h"
#include "ui/panels/ComparePage.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/CompareView.h"
#include "ui/widgets/StatusLabel.h"

namespace hourglass {

namespace {

constexpr std::chrono::milliseconds kSettle{60}; // after the last movement, before the view is measured

} // namespace

ComparePage::ComparePage(Workbench& workbench, QWidget* parent)
    : QWidget(parent), m_workbench(workbench), m_view(new CompareView(this)), m_sample(new QSpinBox(this)),
      m_source(new StatusLabel(tr("Name of the picture"), this)), m_back(new QToolButton(this)),
      m_again(new QToolButton(this)), m_note(new StatusLabel(tr("About the picture"), this)),
      m_work(new WorkBar(tr("Reconstruction progress"), tr("Stop working on this picture (Esc)"), this)),
      m_pixel(new QLabel(this)) {
    setAccessibleName(tr("Compare page"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 4, 6, 4);
    column->setSpacing(4);
    auto* bar = new QHBoxLayout;
    column->addLayout(bar);
    column->addWidget(m_view, 1);
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(m_note, 1);
    bottom->addWidget(m_work, 1);
    bottom->addWidget(m_pixel);
    column->addLayout(bottom);
    buildBar(bar);
    m_note->setMinimumWidth(1);
    m_note->setWordWrap(true);
    m_note->setMinimumHeight(m_work->sizeHint().height()); // or the picture would jump
    m_pixel->setAccessibleName(tr("Values under the cursor"));
    m_throttle.setSingleShot(true);
    m_throttle.setInterval(kFollow);
    m_metricsDelay.setSingleShot(true);
    m_metricsDelay.setInterval(kSettle);
    connect(&m_throttle, &QTimer::timeout, this, &ComparePage::follow);
    connect(m_work, &WorkBar::appeared, this, [this] {
        if (m_result == nullptr)
            showAlone(); // something to look at meanwhile
        showTexts();
    });
    connect(m_work, &WorkBar::cancelled, this, &ComparePage::escape);
    connect(m_work, &WorkBar::focusFreed, this, [this] { m_view->firstShown()->setFocus(Qt::OtherFocusReason); });
    connect(&m_metricsDelay, &QTimer::timeout, this, &ComparePage::showMetrics);

    connect(m_view, &CompareView::pixelHovered, this,
            [this](QPoint, const QString& values) { m_pixel->setText(values); });
    connect(m_view, &CompareView::viewRectChanged, this, [this] { m_metricsDelay.start(); });
    connect(m_view, &CompareView::imagesShown, this, &ComparePage::showMetrics);
    connectServices();
    takeData();
}

void ComparePage::connectServices() {
    connect(&m_workbench.preflight(), &PreflightService::dataOpened, this, &ComparePage::takeData);
    connect(&m_workbench.document(), &ExperimentDocument::changed, this, &ComparePage::takeData);
    TrainingController& controller = m_workbench.controller();
    connect(&controller, &TrainingController::datasetOpened, this, &ComparePage::takeData);
    connect(&controller, &TrainingController::progressed, this, &ComparePage::requestSoon);
    connect(&controller, &TrainingController::stateChanged, this, [this](TrainingController::State state) {
        if (state == TrainingController::State::Preparing)
            m_problem.clear(); // it was another model's
    });
    connect(&controller, &TrainingController::modelOpening, this, [this] {
        m_work->end(); // the old one's is stopped
        showTexts();
    });
    connect(&controller, &TrainingController::modelFailed, this, &ComparePage::showWaiting);
    connect(&controller, &TrainingController::modelChanged, this, [this] { // also at the end of a run
        if (!m_workbench.controller().hasModel())
            m_result = nullptr;
        request();
    });
    connect(&m_workbench.reconstruction(), &ReconstructionService::finished, this, &ComparePage::takeResult);
    connect(&m_workbench.reconstruction(), &ReconstructionService::progressed, this,
            [this](const PictureProgress& progress) {
                if (!m_work->isActive())
                    m_work->begin(waitingText());
                m_work->showProgress(progress);
            });
    connect(&m_workbench.reconstruction(), &ReconstructionService::failed, this, [this](int, const QString& message) {
        m_problem = message;
        showOriginal();
        m_note->alert();
    });
}

void ComparePage::buildBar(QLayout* layout) {
    auto* bar = static_cast<QBoxLayout*>(layout);
    auto* label = new QLabel(tr("Validation &sample"), this);
    label->setBuddy(m_sample);
    m_sample->setAccessibleName(tr("Validation sample"));
    m_sample->setToolTip(tr("Which sample of the validation part is shown. Page Up and Page Down walk from anywhere."));
    m_sample->setKeyboardTracking(false);
    m_sample->setEnabled(false);
    connect(m_sample, &QSpinBox::valueChanged, this, [this] {
        leavePicture();
        request();
    });
    const auto walk = [this](int by) {
        leavePicture();
        if (m_sample->value() + by == std::clamp(m_sample->value() + by, m_sample->minimum(), m_sample->maximum()))
            m_sample->setValue(m_sample->value() + by);
        else
            request();
    };
    for (const auto& [key, by] : {std::pair(Qt::Key_PageDown, 1), {Qt::Key_PageUp, -1}}) {
        auto* shortcut = new QShortcut(QKeySequence(key), this);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, this, [walk, by = by] { walk(by); });
    }
    m_source->setMinimumWidth(1);
    m_back->setText(tr("Back to the samples"));
    m_back->setAccessibleName(m_back->text());
    m_back->setToolTip(tr("Leave the dropped picture and show the validation samples again"));
    connect(m_back, &QToolButton::clicked, this, [this] {
        m_view->setFocus(); // the button goes
        leavePicture();
        request();
    });
    bar->addWidget(label);
    bar->addWidget(m_sample);
    bar->addWidget(m_source, 1);
    m_again->setText(tr("Again"));
    m_again->setAccessibleName(tr("Reconstruct again"));
    m_again->setToolTip(tr("Start again with this picture (Ctrl+Return)"));
    auto* again = new QShortcut(Qt::CTRL | Qt::Key_Return, this);
    again->setContext(Qt::WidgetWithChildrenShortcut);
    connect(again, &QShortcut::activated, this, &ComparePage::request);
    connect(m_again, &QToolButton::clicked, this, [this] {
        m_view->setFocus(); // the button goes
        request();
    });
    bar->addWidget(m_again);
    bar->addWidget(m_back);
}

} // namespace hourglass
