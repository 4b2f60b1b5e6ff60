#include "ui/panels/GeneratePage.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QKeyEvent>
#include <QLocale>
#include <QSpinBox>
#include <QStackedWidget>
#include <QTimer>
#include <QToolButton>

#include "ui/bridge/Workbench.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/Words.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/ImageView.h"
#include "ui/widgets/PictureTable.h"
#include "ui/widgets/StatusLabel.h"

namespace hourglass {

void GeneratePage::connectService() {
    GenerateService& service = m_workbench.generator();
    TrainingController& controller = m_workbench.controller();
    connect(&service, &GenerateService::finished, this, &GeneratePage::takeResult);
    connect(&service, &GenerateService::failed, this, [this](const QString& message) {
        if (std::exchange(m_lacksData, false) && m_workbench.openData().dataset != nullptr)
            return generate(); // they came while it was on its way
        m_problem = message;
        showState();
        m_hint->alert();
    });
    connect(&service, &GenerateService::progressed, this, [this](const GenerateProgress& progress) {
        if (m_work->isActive())
            m_work->showFraction(progress.fraction, tr("%1 samples/s · %2 left")
                                                        .arg(QLocale().toString(progress.samplesPerSecond, 'f', 0),
                                                             durationText(progress.secondsLeft)));
    });
    connect(&service, &GenerateService::busyChanged, this, &GeneratePage::showState);
    connect(&service, &GenerateService::saved, this,
            [this](const std::filesystem::path& path) { emit told(tr("Saved %1").arg(toText(path))); });
    connect(&service, &GenerateService::saveFailed, this, [this](const QString& message) {
        emit failed(tr("%1 The samples are still here: save them somewhere else.").arg(message));
    });
    connect(m_work, &WorkBar::cancelled, this, &GeneratePage::cancel);
    listenTo(m_work);
    connect(m_model, &ModelChooser::chosen, this, &GeneratePage::generate);
    connect(&controller, &TrainingController::modelChanged, this, [this] {
        if (m_model->isAtHand())
            generate();
    });
    connect(&controller, &TrainingController::progressed, this, [this](const std::shared_ptr<const Snapshot>& now) {
        const bool isOld = m_result == nullptr || m_result->step != now->step;
        if (m_model->isAtHand() && isVisible() && isOld && !m_live->isActive() && !m_workbench.generator().isBusy())
            refresh();
    });
    listenTo(m_workbench);
    // Data that were missing: what failed for want of them may go now.
    connect(&m_workbench.preflight(), &PreflightService::dataOpened, this, [this] {
        if (!m_problem.isEmpty())
            generate();
    });
}

void GeneratePage::useModel(const std::filesystem::path& path) {
    m_model->choose(path);
}

QWidget* GeneratePage::firstControl() const {
    return m_result != nullptr && m_table->count() > 0 ? static_cast<QWidget*>(m_table) : m_model;
}

GeneratePage::What GeneratePage::what() const {
    return m_what->checkedId() == 1 ? What::Traversal : What::Samples;
}

bool GeneratePage::hasModel() const {
    return !m_model->isAtHand() || m_workbench.controller().hasModel();
}

GenerateRequest GeneratePage::request() const {
    return {.what = what(),
            .model = m_model->path(),
            .modelName = m_model->name(),
            .count = m_count->value(),
            .seed = static_cast<uint64_t>(m_seed->value()),
            .temperature = m_temperature->value(),
            .start = static_cast<Start>(m_start->currentIndex()),
            .place = m_place->value() - 1,
            .open = m_workbench.openData()};
}

void GeneratePage::generate() {
    m_problem.clear();
    m_wasCancelled = false;
    m_isStale = !isVisible();
    if (m_isStale) {
        m_workbench.generator().cancel(); // nobody waits for it, and others wait behind it
        return;
    }
    if (start())
        m_work->begin(m_model->isAtHand() ? tr("generating…") : openingText(m_model->name()));
    else
        m_result = nullptr; // of a model that has gone
    showState();
}

// Without a word: what is on screen stays until the next is there.
void GeneratePage::refresh() {
    if (isVisible() && m_model->isAtHand() && m_workbench.controller().isActive() &&
        !m_workbench.generator().isBusy() && !m_wasCancelled)
        start();
}

bool GeneratePage::start() {
    const GenerateRequest asked = request();
    m_lacksData = asked.open.dataset == nullptr;
    return m_workbench.generator().start(asked);
}

void GeneratePage::resample() {
    m_seed->setValue(m_seed->value() == m_seed->maximum() ? 0 : m_seed->value() + 1);
}

void GeneratePage::cancel() {
    m_wasCancelled = true;
    m_workbench.generator().cancel();
    showState();
}

void GeneratePage::takeResult(std::shared_ptr<const Generated> result) {
    m_result = std::move(result);
    m_problem.clear();
    const bool isTraversal = m_result->request.what == What::Traversal;
    m_table->setLabels(isTraversal ? rowTexts() : QStringList(), isTraversal ? columnTexts() : QStringList());
    m_table->setColumns(isTraversal ? static_cast<int>(GenerateService::kSteps) : m_columns->value());
    m_table->setPictures(m_result->pictures);
    if (m_aside->isVisible())
        enlarge(m_table->current());
    if (m_workbench.controller().isActive()) // a tenth of the time at most goes into looking
        m_live->start(std::clamp(static_cast<int>(10'000 * m_result->seconds), 300, 10'000));
    showState();
}

void GeneratePage::enlarge(int index) {
    if (m_result == nullptr || index >= m_table->count())
        return closeEnlarged();
    m_aside->show();
    m_enlarged->setTitle(pictureText(index));
    m_enlarged->setImage(m_table->picture(index));
}

void GeneratePage::closeEnlarged() {
    const bool hadFocus = m_aside->isAncestorOf(focusWidget());
    m_aside->hide();
    if (hadFocus)
        m_table->setFocus(Qt::OtherFocusReason);
}

// What does not apply is not shown, but for the seed, which would make the row jump.
void GeneratePage::showControls() {
    const bool isTraversal = what() == What::Traversal;
    const auto start = static_cast<Start>(m_start->currentIndex());
    for (QWidget* widget : m_ofSamples)
        widget->setVisible(!isTraversal);
    for (QWidget* widget : m_ofTraversal)
        widget->setVisible(isTraversal);
    m_place->setVisible(isTraversal && start == Start::Sample);
    const bool isDrawn = !isTraversal || start == Start::Random;
    for (QWidget* widget : m_ofSeed)
        widget->setEnabled(isDrawn);
    m_resample->setToolTip(isDrawn ? tr("Draw other codes: the next seed (Ctrl+R, or R in the grid)")
                                   : tr("Nothing is drawn here: choose “a random code” to start from"));
}

void GeneratePage::showState() {
    const bool isBusy = m_workbench.generator().isBusy();
    if (!isBusy)
        m_work->end();
    const bool hasPictures = m_result != nullptr && isPictureBatch(m_result->pictures) && m_problem.isEmpty();
    m_centre->setCurrentIndex(hasPictures ? 1 : 0);
    say(m_hint, emptyText(), !m_problem.isEmpty());
    m_note->setVisible(!m_work->isShown());
    m_note->say(noteText());
    m_save->setEnabled(m_result != nullptr && m_problem.isEmpty());
}

void GeneratePage::askSave() {
    if (m_result == nullptr)
        return;
    auto* dialog = new QFileDialog(this, tr("Save the samples"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAccessibleName(tr("Save the samples"));
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDirectory(m_workbench.settings().value(QStringLiteral("generate/folder")).toString());
    const QString picture = tr("One picture of all (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)");
    const QString array = tr("An array of all (*.npy)");
    const bool canBePicture = isPictureBatch(m_result->pictures);
    dialog->setNameFilters(canBePicture ? QStringList{picture, array} : QStringList{array});
    const auto setSuffix = [dialog, array](const QString& filter) {
        dialog->setDefaultSuffix(filter == array ? QStringLiteral("npy") : QStringLiteral("png"));
    };
    setSuffix(dialog->selectedNameFilter());
    connect(dialog, &QFileDialog::filterSelected, dialog, setSuffix);
    const QString base = m_result->rows.empty() ? tr("samples") : tr("traversal");
    dialog->selectFile(base + (canBePicture ? QStringLiteral(".png") : QStringLiteral(".npy")));
    connect(dialog, &QFileDialog::fileSelected, this, [this, result = m_result](const QString& file) {
        m_workbench.settings().set(QStringLiteral("generate/folder"), QFileInfo(file).path());
        m_workbench.generator().save(result, m_table->columns(), toPath(file));
    });
    dialog->open();
}

void GeneratePage::showEvent(QShowEvent* event) {
    ModelPage::showEvent(event);
    if (m_isStale || m_result == nullptr)
        generate();
}

void GeneratePage::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    if (m_workbench.generator().isBusy()) { // others wait behind it
        m_workbench.generator().cancel();
        m_isStale = true;
    }
}

void GeneratePage::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && m_aside->isVisible()) {
        closeEnlarged();
    } else if (event->key() == Qt::Key_R && event->modifiers() == Qt::NoModifier && m_resample->isEnabled()) {
        resample();
    } else {
        ModelPage::keyPressEvent(event);
    }
}

} // namespace hourglass
