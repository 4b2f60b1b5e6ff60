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

void ComparePage::takeResult(std::shared_ptr<const Reconstruction> result) {
    m_result = std::move(result);
    m_problem.clear();
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
