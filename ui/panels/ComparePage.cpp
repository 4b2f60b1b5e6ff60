#include "ui/panels/ComparePage.h"

#include <QKeyEvent>
#include <QSpinBox>

#include "core/data/Split.h"
#include "ui/bridge/Workbench.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/CompareView.h"

namespace hourglass {

namespace {

constexpr double kRestShare = 4; // between two reconstructions, of what one took: training comes first

// Without copying them; null of none.
std::shared_ptr<const Tensor> pixelsOf(const std::shared_ptr<const DecodedImage>& picture) {
    return picture == nullptr ? nullptr : std::shared_ptr<const Tensor>(picture, &picture->pixels);
}

CompareImages imagesOf(const std::shared_ptr<const Reconstruction>& result) {
    if (result->original.shape().rank() != 3)
        return {};
    const auto shared = [&](const Tensor& pixels) { return std::shared_ptr<const Tensor>(result, &pixels); };
    return {.original = shared(result->original),
            .noisy = result->noisy ? CompareImage(shared(*result->noisy)) : CompareImage(),
            .reconstruction = shared(result->reconstruction)};
}

} // namespace

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
    const bool isOtherNoise = std::get<3>(split) != std::get<3>(std::exchange(m_split, split));
    m_rows =
        m_dataset != nullptr ? validationRows(*m_dataset, m_workbench.document().experiment()) : std::vector<int64_t>{};
    const QSignalBlocker quiet(m_sample);
    m_sample->setRange(m_rows.empty() ? 0 : 1, static_cast<int>(m_rows.size()));
    m_sample->setSuffix(m_rows.empty() ? QString() : tr(" of %1").arg(m_rows.size()));
    m_sample->setEnabled(!m_rows.empty());
    if (m_picture == nullptr || isOtherNoise)
        request();
    else
        showTexts(); // the picture is no part of them
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

void ComparePage::showPicture(std::shared_ptr<const DecodedImage> picture, const QString& name) {
    m_picture = std::move(picture);
    m_result = nullptr;
    m_pictureName = name;
    m_work->end();                         // of the picture before
    m_workbench.reconstruction().cancel(); // or, while the page is hidden, its result would be taken for this one's
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
// takes long would never be done; what has failed would fail again.
void ComparePage::follow() {
    if (!m_wasCancelled && m_problem.isEmpty() && !m_workbench.reconstruction().isBusy())
        request();
}

void ComparePage::cancel() {
    m_workbench.reconstruction().cancel();
    m_wasCancelled = true;
    m_work->end();
    if (m_result == nullptr)
        showAlone();
    showTexts();
}

// Each does one thing. Work that merely follows a training is nobody's to cancel before its bar is there.
void ComparePage::escape() {
    if (m_work->isActive() && (m_work->isShown() || m_result == nullptr))
        cancel();
    else if (!m_view->leaveSinglePicture())
        emit left();
}

void ComparePage::request() {
    m_wasCancelled = false;
    m_problem.clear();
    m_isFresh = isVisible();
    if (!isVisible())
        return showTexts();
    const bool isDropped = m_picture != nullptr;
    if (!isDropped && currentRow() < 0)
        return showNothing();
    const auto seed = static_cast<uint64_t>(m_workbench.document().experiment().options().integer("training.seed"));
    if (m_workbench.reconstruction().request({.dataset = isDropped ? nullptr : m_dataset,
                                              .row = isDropped ? 0 : currentRow(),
                                              .picture = pixelsOf(m_picture),
                                              .seed = seed}) == 0)
        return showOriginal();
    showWaiting();
}

// For a dropped picture of which there is nothing yet; what is on screen of it otherwise stays till the next is there.
void ComparePage::showWaiting() {
    if (m_picture != nullptr && m_result == nullptr && m_workbench.reconstruction().isBusy()) {
        if (m_work->isActive())
            m_work->setText(waitingText());
        else
            m_work->begin(waitingText());
    }
    showTexts();
}

void ComparePage::takeResult(std::shared_ptr<const Reconstruction> result) {
    m_result = std::move(result);
    m_work->end();
    m_throttle.setInterval(
        std::max<int>(static_cast<int>(kFollow.count()), static_cast<int>(1000 * kRestShare * m_result->seconds)));
    m_view->setImages(imagesOf(m_result));
    showTexts();
}

// Without a model there is still a picture.
void ComparePage::showOriginal() {
    m_result = nullptr;
    m_work->end();
    showAlone();
    showTexts();
}

void ComparePage::showAlone() {
    std::shared_ptr<const Tensor> original = pixelsOf(m_picture);
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

// The data have gone.
void ComparePage::showNothing() {
    m_result = nullptr;
    m_work->end();
    m_workbench.reconstruction().cancel();
    m_view->clear();
    showTexts();
}

void ComparePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (!m_isFresh)
        request();
}

void ComparePage::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        escape();
    else
        QWidget::keyPressEvent(event);
}

} // namespace hourglass
