#include "ui/panels/ComparePage.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QShortcut>
#include <QSpinBox>
#include <QToolButton>

#include "core/analysis/ImageMetrics.h"
#include "core/data/Split.h"
#include "ui/bridge/PoolJob.h"
#include "ui/bridge/Workbench.h"
#include "ui/panels/Words.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/CompareView.h"

namespace hourglass {

namespace {

constexpr std::chrono::milliseconds kFollow{250}; // between two reconstructions while training
constexpr double kRestShare = 4;                  // and so many times what one took: training comes first
constexpr std::chrono::milliseconds kSettle{60};  // after the last movement, before the view is measured

// Without copying them.
CompareImages imagesOf(const std::shared_ptr<const Reconstruction>& result) {
    if (result->original.shape().rank() != 3)
        return {};
    const auto shared = [&](const Tensor& pixels) { return std::shared_ptr<const Tensor>(result, &pixels); };
    return {.original = shared(result->original),
            .noisy = result->noisy ? CompareImage(shared(*result->noisy)) : CompareImage(),
            .reconstruction = shared(result->reconstruction)};
}

} // namespace

ComparePage::ComparePage(Workbench& workbench, QWidget* parent)
    : QWidget(parent), m_workbench(workbench), m_view(new CompareView(this)), m_sample(new QSpinBox(this)),
      m_source(new QLabel(this)), m_back(new QToolButton(this)), m_again(new QToolButton(this)),
      m_note(new QLabel(this)),
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
    m_note->setAccessibleName(tr("About the picture"));
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
    connect(m_work, &WorkBar::cancelled, this, &ComparePage::cancel);
    connect(&m_metricsDelay, &QTimer::timeout, this, &ComparePage::showMetrics);

    connect(m_view, &CompareView::pixelHovered, this,
            [this](QPoint, const QString& values) { m_pixel->setText(values); });
    connect(m_view, &CompareView::viewRectChanged, this, [this] { m_metricsDelay.start(); });
    connect(m_view, &CompareView::imagesShown, this, &ComparePage::showMetrics);
    connect(&workbench.preflight(), &PreflightService::dataOpened, this, &ComparePage::takeData);
    connect(&workbench.document(), &ExperimentDocument::changed, this, &ComparePage::takeData);
    TrainingController& controller = workbench.controller();
    connect(&controller, &TrainingController::datasetOpened, this, &ComparePage::takeData);
    connect(&controller, &TrainingController::progressed, this, &ComparePage::requestSoon);
    connect(&controller, &TrainingController::finished, this, &ComparePage::request);
    connect(&controller, &TrainingController::modelOpening, this, &ComparePage::showTexts);
    connect(&controller, &TrainingController::modelFailed, this, &ComparePage::showTexts);
    connect(&controller, &TrainingController::modelChanged, this, [this] {
        if (!m_workbench.controller().hasModel())
            m_result = nullptr;
        m_problem.clear();
        request();
    });
    connect(&workbench.reconstruction(), &ReconstructionService::finished, this,
            [this](const std::shared_ptr<const Reconstruction>& result) {
                m_result = result;
                m_problem.clear();
                m_work->end();
                m_throttle.setInterval(std::max<int>(static_cast<int>(kFollow.count()),
                                                     static_cast<int>(1000 * kRestShare * result->seconds)));
                m_view->setImages(imagesOf(result));
                showTexts();
            });
    connect(&workbench.reconstruction(), &ReconstructionService::progressed, this,
            [this](const PictureProgress& progress) {
                if (!m_work->isActive())
                    m_work->begin(waitingText());
                m_work->showProgress(progress);
            });
    connect(&workbench.reconstruction(), &ReconstructionService::failed, this, [this](int, const QString& message) {
        m_problem = message;
        showOriginal();
    });
    takeData();
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
    m_source->setAccessibleName(tr("Name of the picture"));
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

void ComparePage::takeData() {
    const std::optional<OpenedDataset> opened =
        m_workbench.preflight().dataFor(m_workbench.document().experiment(), m_workbench.document().baseFolder());
    m_dataset = opened                                ? opened->dataset
                : m_workbench.controller().isActive() ? m_workbench.controller().dataset()
                                                      : nullptr;
    const OptionValues& options = m_workbench.document().experiment().options();
    const auto split = std::tuple(m_dataset.get(), options.real("data.validation_fraction"),
                                  options.real("data.test_fraction"), options.integer("training.seed"));
    if (split == m_split)
        return;
    m_split = split;
    m_problem.clear(); // it was about other samples
    m_rows =
        m_dataset != nullptr ? validationRows(*m_dataset, m_workbench.document().experiment()) : std::vector<int64_t>{};
    const QSignalBlocker quiet(m_sample);
    m_sample->setRange(m_rows.empty() ? 0 : 1, static_cast<int>(m_rows.size()));
    m_sample->setSuffix(m_rows.empty() ? QString() : tr(" of %1").arg(m_rows.size()));
    m_sample->setEnabled(!m_rows.empty());
    request();
}

int64_t ComparePage::currentRow() const {
    const auto place = static_cast<size_t>(std::max(1, m_sample->value()) - 1);
    return place < m_rows.size() ? m_rows[place] : -1;
}

void ComparePage::showPreviewed(int column) {
    leavePicture();
    const std::vector<int64_t> places = spreadEvenly(static_cast<int64_t>(m_rows.size()), kPreviewSamples);
    const auto wanted = static_cast<size_t>(column);
    const int sample = wanted < places.size() ? static_cast<int>(places[wanted]) : 0;
    if (m_sample->value() == sample + 1)
        request();
    else
        m_sample->setValue(sample + 1);
}

// A large one may still be on its way through the model.
void ComparePage::leavePicture() {
    if (m_picture == nullptr)
        return;
    m_picture = nullptr;
    m_wasCancelled = false;
    m_work->end();
    m_workbench.reconstruction().cancel();
}

void ComparePage::showPicture(std::shared_ptr<const Tensor> picture, const QString& name) {
    m_picture = std::move(picture);
    m_result = nullptr;
    m_pictureName = name;
    m_opening.clear();
    m_problem.clear();
    m_work->end(); // of the picture before
    request();
}

void ComparePage::showOpening(const QString& name) {
    m_opening = name;
    showTexts();
}

void ComparePage::requestSoon() {
    if (!m_throttle.isActive() && isVisible())
        m_throttle.start();
}

// The network has learned more. What is asked for anew while it is on its way would be thrown away, and a picture that
// takes long would never be done.
void ComparePage::follow() {
    if (!m_wasCancelled && !m_workbench.reconstruction().isBusy())
        request();
}

void ComparePage::cancel() {
    m_workbench.reconstruction().cancel();
    m_wasCancelled = true;
    m_work->end();
    m_view->firstShown()->setFocus(Qt::OtherFocusReason); // the button goes
    if (m_result == nullptr)
        showAlone();
    showTexts();
}

void ComparePage::request() {
    m_wasCancelled = false;
    showTexts();
    m_isFresh = isVisible();
    if (!isVisible())
        return;
    const bool isDropped = m_picture != nullptr;
    if (!isDropped && currentRow() < 0) {
        m_view->clear();
        return;
    }
    const auto seed = static_cast<uint64_t>(m_workbench.document().experiment().options().integer("training.seed"));
    if (m_workbench.reconstruction().request({.dataset = isDropped ? nullptr : m_dataset,
                                              .row = isDropped ? 0 : currentRow(),
                                              .picture = m_picture,
                                              .seed = seed}) == 0)
        return showOriginal();
    if (!isDropped || m_result != nullptr || m_work->isActive())
        return;
    m_work->begin(waitingText());
    showTexts();
}

QString ComparePage::waitingText() const {
    return m_workbench.controller().isActive() ? tr("between two training steps") : tr("preparing");
}

// Without a model there is still a picture.
void ComparePage::showOriginal() {
    m_result = nullptr;
    m_work->end();
    showAlone();
    showTexts();
}

void ComparePage::showAlone() {
    std::shared_ptr<const Tensor> original = m_picture;
    if (original == nullptr && m_dataset != nullptr && currentRow() >= 0) {
        const int64_t row = currentRow();
        Tensor sample(m_dataset->sampleShape());
        m_dataset->read(std::span(&row, 1), sample.values());
        original = std::make_shared<const Tensor>(std::move(sample));
    }
    for (ComparePane pane : kComparePanes)
        m_view->setMetrics(pane, {});
    if (original != nullptr && original->shape().rank() == 3)
        m_view->setImages({.original = std::move(original)});
    else
        m_view->clear();
}

void ComparePage::showMetrics() {
    if (m_result == nullptr || m_result->original.shape().rank() != 3)
        return;
    const Reconstruction& r = *m_result;
    const Shape& shape = r.original.shape();
    const QRectF whole(0, 0, static_cast<double>(shape[2]), static_cast<double>(shape[1]));
    const QRect seen = m_view->viewRect().intersected(whole).toAlignedRect() & whole.toRect();
    m_view->setMetrics(ComparePane::Original, {});
    m_view->setMetrics(ComparePane::Difference, tr("mean |Δ| %1").arg(QLocale().toString(r.meanDifference, 'f', 4)));
    if (!seen.isEmpty() && seen != whole.toRect())
        return measureView(seen);
    if (r.noisy)
        m_view->setMetrics(ComparePane::Noisy, qualityText(r.noisyPsnr, r.noisySsim));
    m_view->setMetrics(ComparePane::Reconstruction, qualityText(r.psnr, r.ssim));
}

// SSIM of many pixels takes longer than a frame; one at a time, and the last place that was seen counts.
void ComparePage::measureView(const QRect& seen) {
    if (std::exchange(m_isMeasuring, true)) {
        m_hasMoved = true;
        return;
    }
    const auto measure = [result = m_result, seen] {
        const auto part = [&](const Tensor& other) {
            const RegionMetrics m = regionMetrics(result->original.values(), other.values(), result->original.shape(),
                                                  {seen.x(), seen.y(), seen.width(), seen.height()});
            return qualityText(m.psnr, m.ssim);
        };
        return std::pair(result->noisy ? part(*result->noisy) : QString(), part(result->reconstruction));
    };
    runInPool(m_replies, "measuring what is seen", measure,
              [this, result = m_result](const Result<std::pair<QString, QString>>& parts) {
                  m_isMeasuring = false;
                  if (std::exchange(m_hasMoved, false) || result != m_result)
                      return showMetrics();
                  const auto [noisy, reconstruction] = parts ? *parts : std::pair(QString(), QString());
                  if (result->noisy)
                      m_view->setMetrics(ComparePane::Noisy, qualityText(result->noisyPsnr, result->noisySsim), noisy);
                  m_view->setMetrics(ComparePane::Reconstruction, qualityText(result->psnr, result->ssim),
                                     reconstruction);
              });
}

// What the model took of a dropped picture, and how.
QStringList ComparePage::pictureTexts() const {
    const Shape& shape = m_result->original.shape();
    if (m_result->wasFitted)
        return {tr("the middle of the picture (%1), fitted to the %2 that this model takes")
                    .arg(shapeText(m_picture->shape()), shapeText(shape))};
    if (m_result->tiledFor)
        return passTexts(*m_result->tiledFor, true, shape);
    return {tr("the whole picture, as it is")};
}

void ComparePage::showTexts() {
    const bool isDropped = m_picture != nullptr;
    m_again->setVisible(m_wasCancelled);
    m_note->setVisible(!m_work->isShown());
    m_back->setVisible(isDropped);
    m_source->setText(isDropped ? m_pictureName
                      : m_dataset != nullptr && currentRow() >= 0
                          ? QString::fromStdString(m_dataset->name(currentRow()))
                          : QString());
    QStringList note;
    if (!m_opening.isEmpty())
        note << openingText(m_opening);
    if (!m_problem.isEmpty() && m_result == nullptr)
        note << m_problem;
    else if (const auto model = m_workbench.controller().openingModel(); !model.empty())
        note << openingText(toText(model.filename()));
    else if (!m_workbench.controller().hasModel())
        note << tr("No model yet: Run (F5) trains one.");
    else if (m_result != nullptr && m_result->step > 0)
        note << tr("Reconstructed by the model at step %1").arg(QLocale().toString(m_result->step));
    if (m_wasCancelled)
        note << tr("cancelled; Ctrl+Return starts again");
    else if (isDropped && m_work->isActive() && m_result == nullptr)
        note << tr("working on the picture…");
    if (isDropped && m_result != nullptr)
        note << pictureTexts();
    if (m_result != nullptr && m_result->original.shape().rank() != 3)
        note << tr("the samples are no pictures, so there is nothing to show");
    m_note->setText(note.join(QStringLiteral(" · ")));
    m_note->setToolTip(m_note->text());
}

void ComparePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (!m_isFresh)
        request();
}

void ComparePage::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && m_view->leaveSinglePicture())
        return; // as it does from within the view
    if (event->key() == Qt::Key_Escape)
        emit left();
    else
        QWidget::keyPressEvent(event);
}

} // namespace hourglass
