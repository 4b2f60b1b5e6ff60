#include "ui/panels/DenoisePage.h"

#include <QApplication>
#include <QClipboard>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QShortcut>
#include <QStackedWidget>
#include <QThreadPool>
#include <QTimer>
#include <QToolButton>

#include "ui/bridge/Workbench.h"
#include "ui/dialogs/SavePictureDialog.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/Words.h"
#include "ui/widgets/CompareView.h"
#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr std::chrono::milliseconds kPatience{200};
constexpr double kEstimate = 0; // a σ of 0 would leave nothing to do

// "σ 24.8 (0.097)": on the 0–255 scale, with [0, 1] beside it; not to be broken at the end of a line.
QString sigmaText(float sigma) {
    const QLocale locale;
    return DenoisePage::tr("σ %1 (%2)").arg(locale.toString(255.0 * sigma, 'f', 1), locale.toString(sigma, 'f', 3));
}

// Without copying them.
template <typename Owner>
std::shared_ptr<const Tensor> pixelsOf(const std::shared_ptr<Owner>& owner) {
    return {owner, &owner->pixels};
}

QString plainName(const QString& text) {
    return QString(text).remove(QLatin1Char('&')).remove(QStringLiteral("…"));
}

} // namespace

DenoisePage::DenoisePage(Workbench& workbench, QWidget* parent)
    : QWidget(parent), m_workbench(workbench), m_model(new ModelChooser(workbench, this)),
      m_noiseLabel(new QLabel(tr("&Noise σ"), this)), m_noise(new QDoubleSpinBox(this)),
      m_centre(new QStackedWidget(this)), m_hint(new QLabel(this)),
      m_openFirst(new QPushButton(tr("Open a picture…"), this)), m_view(new CompareView(this)),
      m_note(new QLabel(this)), m_busy(new QWidget(this)), m_progress(new QProgressBar(this)), m_left(new QLabel(this)),
      m_pixel(new QLabel(this)), m_escape(new QShortcut(Qt::Key_Escape, this)), m_patience(new QTimer(this)) {
    setAccessibleName(tr("Denoise page"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 4, 6, 4);
    column->setSpacing(4);
    column->addLayout(buildBar());
    m_centre->addWidget(buildEmptyState());
    m_centre->addWidget(m_view);
    column->addWidget(m_centre, 1);
    auto* foot = buildFoot();
    column->addWidget(m_note);
    column->addWidget(m_busy);
    column->addLayout(foot);

    m_view->setTitles({tr("Before"), {}, tr("After"), tr("Removed")});
    m_view->setPaneShown(ComparePane::Difference, false); // two large pictures rather than three
    m_view->setCurrent(ComparePane::Original);
    m_view->setMode(CompareView::Mode::Divider);
    connect(m_view, &CompareView::pixelHovered, this,
            [this](QPoint, const QString& values) { m_pixel->setText(values); });
    m_escape->setContext(Qt::WidgetWithChildrenShortcut);
    m_escape->setEnabled(false); // otherwise it is for the view, or leaves the page
    connect(m_escape, &QShortcut::activated, this, &DenoisePage::cancel);
    connect(m_escape, &QShortcut::activatedAmbiguously, this, &DenoisePage::cancel);
    const std::pair<QKeySequence, void (DenoisePage::*)()> keys[] = {
        {QKeySequence::Copy, &DenoisePage::copy}, {Qt::CTRL | Qt::Key_Return, &DenoisePage::denoise}};
    for (const auto& [key, act] : keys) {
        auto* shortcut = new QShortcut(key, this);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, this, act);
    }
    m_patience->setSingleShot(true);
    m_patience->setInterval(kPatience);
    connect(m_patience, &QTimer::timeout, this, &DenoisePage::showState);
    connectService();
    showState();
}

QToolButton* DenoisePage::addButton(const QString& text, const QString& tip, void (DenoisePage::*act)()) {
    auto* button = new QToolButton(this);
    button->setText(text);
    button->setAccessibleName(plainName(text));
    button->setToolTip(tip);
    connect(button, &QToolButton::clicked, this, act);
    return button;
}

QLayout* DenoisePage::buildBar() {
    auto* bar = new QHBoxLayout;
    bar->addWidget(
        addButton(tr("&Open picture…"),
                  tr("Choose the picture to denoise. Dropping one here or pasting it (Ctrl+V) does the same."),
                  &DenoisePage::askOpen));
    auto* label = new QLabel(tr("&Model"), this);
    label->setBuddy(m_model);
    bar->addSpacing(6);
    bar->addWidget(label);
    bar->addWidget(m_model, 1);
    bar->addWidget(m_noiseLabel);
    bar->addWidget(m_noise);
    m_noiseLabel->setBuddy(m_noise);
    m_noise->setRange(kEstimate, 255);
    m_noise->setDecimals(1);
    m_noise->setSpecialValueText(tr("estimate"));
    m_noise->setKeyboardTracking(false);
    m_noise->setAccessibleName(tr("Noise level"));
    m_noise->setToolTip(tr("How strong the noise is, σ from 0 to 255, for models that want to know it. At 0 it is "
                           "estimated from the picture. Higher removes more, and more of the fine detail."));
    m_noise->setMinimumWidth(fontMetrics().averageCharWidth() * 20);
    connect(m_noise, &QDoubleSpinBox::valueChanged, this, &DenoisePage::denoise);
    m_noiseLabel->hide();
    m_noise->hide();
    return bar;
}

QWidget* DenoisePage::buildEmptyState() {
    auto* empty = new QWidget(this);
    auto* column = new QVBoxLayout(empty);
    column->addStretch(1);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.4);
    auto* title = new QLabel(tr("Drop a picture here, or open one"), empty);
    title->setFont(large);
    title->setAlignment(Qt::AlignCenter);
    title->setWordWrap(true);
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setWordWrap(true);
    m_hint->setAccessibleName(tr("What is needed"));
    m_openFirst->setAccessibleName(plainName(m_openFirst->text()));
    m_openFirst->setToolTip(tr("PNG, JPEG, WebP, BMP or TIFF, 8 or 16 bit, of any size"));
    connect(m_openFirst, &QPushButton::clicked, this, &DenoisePage::askOpen);
    column->addWidget(title);
    column->addSpacing(6);
    column->addWidget(m_hint);
    column->addSpacing(12);
    column->addWidget(m_openFirst, 0, Qt::AlignHCenter);
    column->addStretch(1);
    return empty;
}

QLayout* DenoisePage::buildFoot() {
    m_note->setAccessibleName(tr("About the result"));
    m_note->setWordWrap(true);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_progress->setAccessibleName(tr("Denoising progress"));
    m_progress->setMaximumHeight(fontMetrics().height() + 4);
    m_left->setAccessibleName(tr("Remaining time"));
    auto* row = new QHBoxLayout(m_busy);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_progress, 1);
    row->addWidget(m_left);
    row->addWidget(addButton(tr("Cancel"), tr("Stop denoising (Esc)"), &DenoisePage::cancel));
    m_note->setMinimumHeight(m_busy->sizeHint().height()); // or the picture would jump

    auto* foot = new QHBoxLayout;
    m_pixel->setAccessibleName(tr("Values under the cursor"));
    m_pixel->setMinimumWidth(1);
    m_again = addButton(tr("&Denoise"), {}, &DenoisePage::denoise);
    m_copy = addButton(tr("&Copy"), tr("Copy the denoised picture to the clipboard (Ctrl+C)"), &DenoisePage::copy);
    m_save = addButton(tr("&Save as…"), tr("Save the denoised picture; the extension chooses the format"),
                       &DenoisePage::askSave);
    m_copy->setAccessibleName(tr("Copy picture")); // out of context they are to be told from their like elsewhere
    m_save->setAccessibleName(tr("Save picture as"));
    foot->addWidget(m_pixel, 1);
    for (QToolButton* button : {m_again, m_copy, m_save})
        foot->addWidget(button);
    return foot;
}

void DenoisePage::connectService() {
    DenoiseService& service = m_workbench.denoiser();
    connect(&service, &DenoiseService::opened, this, &DenoisePage::takePicture);
    connect(&service, &DenoiseService::openFailed, this, &DenoisePage::failed);
    connect(&service, &DenoiseService::finished, this, &DenoisePage::takeResult);
    connect(&service, &DenoiseService::modelKnown, this, &DenoisePage::showNoiseControl);
    connect(&service, &DenoiseService::progressed, this, [this](double fraction, double secondsLeft) {
        m_progress->setRange(0, 1000);
        m_progress->setValue(static_cast<int>(1000 * fraction));
        m_left->setText(tr("%1 left").arg(durationText(secondsLeft)));
    });
    connect(&service, &DenoiseService::failed, this, [this](const QString& message) {
        m_problem = message;
        showBefore();
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
    connect(&m_workbench, &Workbench::runChanged, this, &DenoisePage::showState);
}

void DenoisePage::open(const std::filesystem::path& picture) {
    m_workbench.denoiser().open(picture);
}

void DenoisePage::open(const Tensor& picture, const QString& name) {
    m_workbench.denoiser().open(picture, name);
}

void DenoisePage::useModel(const std::filesystem::path& path) {
    m_model->choose(path);
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
        open(toPath(file));
    });
    dialog->open();
}

void DenoisePage::takePicture(std::shared_ptr<const DenoisePicture> picture) {
    m_workbench.denoiser().cancel();
    m_picture = std::move(picture);
    m_noise->setSpecialValueText(tr("estimate: %1").arg(QLocale().toString(255.0 * m_picture->noise, 'f', 1)));
    m_centre->setCurrentWidget(m_view);
    showBefore();
    if (isVisible())
        m_view->firstShown()->setFocus(Qt::OtherFocusReason);
    denoise();
}

void DenoisePage::denoise() {
    m_isStale = !isVisible();
    if (m_picture == nullptr || m_isStale)
        return;
    m_problem.clear();
    m_wasCancelled = false;
    m_result = nullptr; // what is on screen stays until the next is there
    m_progress->setRange(0, 0);
    m_left->setText(m_workbench.controller().isActive() ? tr("between two training steps") : tr("preparing"));
    m_patience->start();
    const auto level =
        m_noise->value() > kEstimate ? std::optional(static_cast<float>(m_noise->value() / 255)) : std::nullopt;
    if (!m_workbench.denoiser().start({.picture = m_picture, .model = m_model->path(), .noiseLevel = level}))
        showBefore();
    showState();
}

void DenoisePage::cancel() {
    if (!m_workbench.denoiser().isBusy())
        return;
    m_wasCancelled = true;
    m_workbench.denoiser().cancel();
    showBefore();
    m_view->firstShown()->setFocus(Qt::OtherFocusReason); // the button goes
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

void DenoisePage::showNoiseControl(const DenoiseModel& model) {
    m_noiseLabel->setVisible(model.wantsNoiseLevel);
    m_noise->setVisible(model.wantsNoiseLevel);
}

void DenoisePage::showState() {
    const bool isBusy = m_workbench.denoiser().isBusy();
    m_escape->setEnabled(isBusy);
    if (!isBusy)
        m_patience->stop();
    const bool hasBar = isBusy && !m_patience->isActive();
    m_note->setVisible(m_picture != nullptr && !hasBar);
    m_busy->setVisible(hasBar);
    m_hint->setText(emptyText());
    m_note->setText(noteText());
    QPalette colours = palette();
    if (!m_problem.isEmpty())
        colours.setColor(QPalette::WindowText, theme::errorText(palette()));
    m_note->setPalette(colours);
    m_again->setEnabled(m_picture != nullptr && hasModel() && !isBusy);
    m_again->setToolTip(hasModel() ? tr("Denoise again, with the model as it is now (Ctrl+Return)")
                                   : tr("There is no trained model yet: Run (F5) trains one, or choose one above"));
    m_copy->setEnabled(m_result != nullptr);
    m_save->setEnabled(m_result != nullptr);
}

bool DenoisePage::hasModel() const {
    return !m_model->isAtHand() || m_workbench.controller().hasModel();
}

QString DenoisePage::emptyText() const {
    const QString formats = tr("It is denoised at once, at its own size, and can be saved as it came.");
    return hasModel() ? formats
                      : formats + QLatin1Char('\n') +
                            tr("There is no trained model yet: Run (F5) trains one, or choose one above.");
}

QString DenoisePage::noteText() const {
    if (m_picture == nullptr)
        return {};
    const Shape& shape = m_picture->pixels.shape();
    QStringList parts{m_picture->name, tr("%1×%2 %3, %4 bit")
                                           .arg(shape[2])
                                           .arg(shape[1])
                                           .arg(shape[0] == 1 ? tr("gray") : tr("colour"))
                                           .arg(m_picture->bitDepth)};
    if (m_picture->hadAlpha)
        parts << tr("its transparency is left out");
    if (!m_problem.isEmpty())
        return m_picture->name + QStringLiteral(": ") + m_problem;
    if (m_result == nullptr) {
        parts << (m_workbench.denoiser().isBusy() ? tr("denoising…")
                  : m_wasCancelled                ? tr("cancelled; Denoise (Ctrl+Return) starts again")
                                   : tr("no trained model yet: Run (F5) trains one, or choose one above"));
        return parts.join(QStringLiteral(" · "));
    }
    const DenoiseModel& model = m_result->model;
    parts << (model.step > 0 ? tr("%1 at step %2").arg(m_model->name(), QLocale().toString(model.step))
                             : m_model->name())
          << (model.takesAnySize
                  ? tr("whole, in tiles without seams")
                  : tr("in overlapping patches of %1×%2").arg(model.sampleShape[2]).arg(model.sampleShape[1]));
    if (model.wantsNoiseLevel && m_result->noiseLevel != m_picture->noise)
        parts << tr("told %1").arg(sigmaText(m_result->noiseLevel));
    parts << tr("noise about %1, now %2").arg(sigmaText(m_picture->noise), sigmaText(m_result->noise))
          << durationText(m_result->seconds);
    return parts.join(QStringLiteral(" · "));
}

void DenoisePage::copy() {
    if (m_result == nullptr)
        return;
    QThreadPool::globalInstance()->start([this, result = m_result, reply = m_replies.sender()] {
        reply([this, image = toImage(result->pixels)] {
            QApplication::clipboard()->setImage(image);
            emit told(tr("The denoised picture is on the clipboard"));
        });
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
    QWidget::showEvent(event);
    showState();
    if (m_isStale)
        denoise();
}

void DenoisePage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        showState();
}

void DenoisePage::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        emit left();
    else
        QWidget::keyPressEvent(event);
}

} // namespace hourglass
