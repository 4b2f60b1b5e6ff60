// What the Compare page says: of the pictures in numbers, and of where they come from.

#include <QLocale>
#include <QToolButton>

#include "core/analysis/ImageMetrics.h"
#include "ui/bridge/PoolJob.h"
#include "ui/bridge/Workbench.h"
#include "ui/models/PlainTip.h"
#include "ui/panels/ComparePage.h"
#include "ui/panels/Words.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/CompareView.h"
#include "ui/widgets/StatusLabel.h"

namespace hourglass {

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

QString ComparePage::waitingText() const {
    if (const auto model = m_workbench.controller().openingModel(); !model.empty())
        return openingText(toText(model.filename()));
    return m_workbench.controller().isActive() ? tr("between two training steps") : tr("preparing");
}

// What the model took of a dropped picture, and how.
QStringList ComparePage::pictureTexts() const {
    const Shape& shape = m_result->original.shape();
    if (m_result->wasFitted)
        return {tr("the middle of the picture (%1), fitted to the %2 that this model takes")
                    .arg(shapeText(m_picture->pixels.shape()), shapeText(shape))};
    if (m_result->tiledFor)
        return passTexts(*m_result->tiledFor, true, shape);
    return {tr("the whole picture, as it is")};
}

void ComparePage::showTexts() {
    const bool isDropped = m_picture != nullptr;
    for (const auto& [button, isShown] : {std::pair(m_again, m_wasCancelled), {m_back, isDropped}}) {
        if (!isShown && button->hasFocus()) // it goes by itself
            m_view->firstShown()->setFocus(Qt::OtherFocusReason);
        button->setVisible(isShown);
    }
    m_note->setVisible(!m_work->isShown());
    m_source->say(isDropped                                   ? m_pictureName
                  : m_dataset != nullptr && currentRow() >= 0 ? QString::fromStdString(m_dataset->name(currentRow()))
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
    if (isDropped && m_picture->hadAlpha)
        note << tr("the picture's transparency is left out");
    if (m_result != nullptr && m_result->original.shape().rank() != 3)
        note << tr("the samples are no pictures, so there is nothing to show");
    m_note->say(note.join(QStringLiteral(" · ")));
    m_note->setToolTip(plainTip(m_note->text()));
}

} // namespace hourglass
