#include "ui/panels/DenoisePage.h"

#include <QApplication>
#include <QClipboard>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>

#include "ui/bridge/CoreText.h"
#include "ui/bridge/PoolJob.h"
#include "ui/bridge/Workbench.h"
#include "ui/dialogs/SavePictureDialog.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/Words.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/CompareView.h"
#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/StatusLabel.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

// Without copying them.
template <typename Owner>
std::shared_ptr<const Tensor> pixelsOf(const std::shared_ptr<Owner>& owner) {
    return {owner, &owner->pixels};
}

} // namespace

void DenoisePage::connectService() {
    DenoiseService& service = m_workbench.denoiser();
    connect(&service, &DenoiseService::opened, this, &DenoisePage::takePicture);
    connect(&service, &DenoiseService::openFailed, this, [this](const QString& message) {
        showState();
        emit failed(message);
    });
    connect(&service, &DenoiseService::finished, this, &DenoisePage::takeResult);
    connect(&service, &DenoiseService::modelKnown, this, [this](const DenoiseModel& model) {
        m_known = model;
        m_work->setText(workText());
        showNoiseControl();
    });
    connect(&service, &DenoiseService::progressed, m_work, qOverload<const PictureProgress&>(&WorkBar::showProgress));
    connect(&service, &DenoiseService::failed, this, [this](const QString& message) {
        m_problem = message;
        showBefore();
        m_note->alert();
    });
    connect(&service, &DenoiseService::busyChanged, this, &DenoisePage::showState);
    connect(&service, &DenoiseService::saved, this,
            [this](const std::filesystem::path& path) { emit told(tr("Saved %1").arg(toText(path))); });
    connect(&service, &DenoiseService::saveFailed, this, [this](const QString& message) {
        emit failed(tr("%1 The denoised picture is still here: save it somewhere else.").arg(message));
    });
    connect(m_model, &ModelChooser::chosen, this, &DenoisePage::denoise);
    connect(&m_workbench.controller(), &TrainingController::modelChanged, this, [this] {
        if (m_model->isAtHand())
            denoise();
    });
    const auto wait = [this] { // for the one that is being read, or for the old one again
        if (m_model->isAtHand() && m_workbench.denoiser().isBusy())
            m_work->begin(workText());
        showState();
    };
    connect(&m_workbench.controller(), &TrainingController::modelOpening, this, wait);
    connect(&m_workbench.controller(), &TrainingController::modelFailed, this, wait);
    connect(&m_workbench, &Workbench::runChanged, this, &DenoisePage::showState);
}

void DenoisePage::open(const PictureSource& picture) {
    m_workbench.denoiser().open(picture);
    showState();
}

void DenoisePage::useModel(const std::filesystem::path& path) {
    m_model->open(path);
}

QWidget* DenoisePage::firstControl() const {
    return m_picture == nullptr ? static_cast<QWidget*>(m_openFirst) : m_view->firstShown();
}

void DenoisePage::askOpen() {
    auto* dialog = new QFileDialog(this, tr("A picture to denoise"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setDirectory(m_workbench.settings().value(QStringLiteral("picture_folder")).toString());
    dialog->setNameFilters({tr("Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        m_workbench.settings().set(QStringLiteral("picture_folder"), QFileInfo(file).path());
        open(pictureFile(toPath(file)));
    });
    dialog->open();
}

void DenoisePage::takePicture(std::shared_ptr<const DenoisePicture> picture) {
    m_workbench.denoiser().cancel();
    m_picture = std::move(picture);
    const QWidget* focused = window()->focusWidget();
    const bool isFocusFree =
        focused == nullptr || m_centre->isAncestorOf(focused); // nobody is busy elsewhere meanwhile
    m_view->clear(); // its words would stand over the picture before, whose layers take a while to be replaced
    showNoiseControl();
    m_centre->setCurrentWidget(m_view);
    showBefore();
    if (isVisible() && isFocusFree)
        m_view->firstShown()->setFocus(Qt::OtherFocusReason);
    denoise();
}

void DenoisePage::denoise() {
    m_isStale = !isVisible();
    if (m_isStale)
        m_workbench.denoiser().cancel(); // nobody waits for it, and others wait behind it
    if (m_picture == nullptr || m_isStale)
        return;
    m_problem.clear();
    m_wasCancelled = false;
    m_result = nullptr; // what is on screen stays until the next is there
    const auto level = m_level > 0 ? std::optional(static_cast<float>(m_level / 255)) : std::nullopt;
    if (!m_workbench.denoiser().start(
            {.picture = m_picture, .model = m_model->path(), .modelName = m_model->name(), .noiseLevel = level}))
        return showBefore();
    m_work->begin(m_model->isAtHand() ? workText() : openingText(m_model->name()));
    showState();
}

// Somebody asks for it, perhaps with a number that has been typed and no more.
void DenoisePage::denoiseAgain() {
    m_noise->interpretText();
    denoise();
}

void DenoisePage::cancel() {
    if (!m_workbench.denoiser().isBusy())
        return;
    m_wasCancelled = true;
    m_workbench.denoiser().cancel();
    showBefore();
}

void DenoisePage::takeResult(std::shared_ptr<const DenoisedPicture> result) {
    m_result = std::move(result);
    m_view->setMetrics(ComparePane::Reconstruction, sigmaText(m_result->noise));
    m_view->setImages({.original = pixelsOf(m_result->before), .reconstruction = pixelsOf(m_result)});
    showState();
}

void DenoisePage::showBefore() {
    m_result = nullptr;
    m_view->setMetrics(ComparePane::Original, sigmaText(m_picture->noise));
    m_view->setMetrics(ComparePane::Reconstruction, {});
    m_view->setImages({.original = pixelsOf(m_picture)});
    showState();
}

void DenoisePage::showState() {
    const bool isBusy = m_workbench.denoiser().isBusy();
    if (!isBusy)
        m_work->end();
    m_note->setVisible(m_picture != nullptr && !m_work->isShown());
    m_hint->say(emptyText());
    say(m_note, noteText(), !m_problem.isEmpty());
    m_again->setToolTip(hasModel() ? tr("Denoise again, with the model as it is now (Ctrl+Return)")
                                   : tr("There is no trained model yet: Run (F5) trains one, or choose one above"));
    const bool canStart = m_picture != nullptr && hasModel() && !isBusy;
    for (const auto& [button, isUsable] :
         {std::pair(m_again, canStart), {m_copy, m_result != nullptr}, {m_save, m_result != nullptr}}) {
        if (!isUsable && button->hasFocus()) // or Qt would send it on, and Esc would not be heard here
            m_view->firstShown()->setFocus(Qt::OtherFocusReason);
        button->setEnabled(isUsable);
    }
}

bool DenoisePage::hasModel() const {
    return !m_model->isAtHand() || m_workbench.controller().hasModel();
}

void DenoisePage::copy() {
    if (m_result == nullptr)
        return;
    runInPool(
        m_replies, "copying the picture", [result = m_result] { return toImage(result->pixels); },
        [this](const Result<QImage>& image) {
            if (!image) {
                emit failed(coreText(image.error()));
                return;
            }
            QApplication::clipboard()->setImage(*image);
            emit told(tr("The denoised picture is on the clipboard"));
        });
}

void DenoisePage::askSave() {
    if (m_result == nullptr)
        return;
    const DenoisePicture& before = *m_result->before;
    const QFileInfo file(before.path.empty() ? QString() : toText(before.path));
    // The name's own extension, unless it belies what the file is.
    const bool isHonest = imageFormatOf(before.path) == before.format;
    const QString extension = isHonest ? file.suffix() : QString::fromStdString(imageExtension(before.format)).mid(1);
    const QString folder =
        before.path.empty() ? m_workbench.settings().value(QStringLiteral("picture_folder")).toString() : file.path();
    const QString base = before.path.empty() ? tr("picture") : file.completeBaseName();
    auto* dialog = new SavePictureDialog(QDir(folder).filePath(tr("%1-denoised.%2").arg(base, extension)),
                                         before.format, before.bitDepth, this);
    connect(dialog, &SavePictureDialog::chosen, this,
            [this, result = m_result](const QString& path, const EncodeOptions& options) {
                m_workbench.denoiser().save(result, toPath(path), options);
            });
    dialog->open();
}

void DenoisePage::showEvent(QShowEvent* event) {
    ModelPage::showEvent(event);
    if (m_isStale)
        denoise();
}

void DenoisePage::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && m_picture != nullptr && m_view->leaveSinglePicture())
        return; // as it does from within the view
    ModelPage::keyPressEvent(event);
}

} // namespace hourglass
