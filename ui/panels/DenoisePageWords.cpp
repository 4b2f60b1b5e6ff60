// What the Denoise page says: of the picture, of its noise, and of what is missing or under way.

#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>

#include "ui/bridge/Workbench.h"
#include "ui/panels/DenoisePage.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/Words.h"
#include "ui/widgets/CompareView.h"

namespace hourglass {

QString DenoisePage::workText() const {
    const std::filesystem::path opening = m_workbench.controller().openingModel();
    if (m_model->isAtHand() && !opening.empty())
        return openingText(toText(opening.filename()));
    return m_workbench.controller().isActive() ? tr("between two training steps") : tr("preparing");
}

// What does not apply shows no number: it would look as if it did. The person's comes back with a model that asks for
// it.
void DenoisePage::showNoiseControl() {
    const bool isWanted = m_known && m_known->wantsNoiseLevel;
    if (isWanted && m_noise->isEnabled() && m_noise->hasFocus() && m_noise->findChild<QLineEdit*>()->isModified())
        return; // somebody is typing
    if (!isWanted && m_noise->hasFocus())
        m_view->firstShown()->setFocus(Qt::OtherFocusReason);
    m_noise->setEnabled(isWanted);
    m_noiseLabel->setEnabled(isWanted);
    showNoiseLevel();
}

void DenoisePage::showNoiseLevel() {
    const bool isWanted = m_known && m_known->wantsNoiseLevel;
    const QSignalBlocker quiet(m_noise);
    m_noise->setValue(isWanted ? m_level : 0);
    m_noise->setSpecialValueText(
        isWanted  ? m_picture == nullptr ? tr("estimate")
                                         : tr("estimate: %1").arg(QLocale().toString(255.0 * m_picture->noise, 'f', 1))
         : m_known ? tr("unused", "a noise level")
                  : tr("–", "a noise level that may not be asked for"));
    m_noise->setToolTip(
        isWanted ? tr("How strong the noise is: σ on the scale from 0 to 255, as in files of 8 bits. At 0 it is "
                      "estimated from the picture. Higher removes more, and more of the fine detail.")
        : m_known
            ? tr("This model finds out by itself how strong the noise is. One that was trained with the option "
                 "“Noise level” on (a U-Net) can be told here.")
            : tr("For models that want to know how strong the noise is (σ on the scale from 0 to 255). Whether this "
                 "one does shows once it works."));
}

QString DenoisePage::noModelText() const {
    const std::filesystem::path opening = m_workbench.controller().openingModel();
    return opening.empty() ? tr("no trained model yet: Run (F5) trains one, or choose one above")
                           : openingText(toText(opening.filename()));
}

QString DenoisePage::emptyText() const {
    if (const QString opening = m_workbench.denoiser().opening(); !opening.isEmpty())
        return openingText(opening);
    const QString formats = tr("It is denoised at once, at its own size, and can be saved as it came.");
    return hasModel() ? formats
                      : formats + QLatin1Char('\n') +
                            tr("There is no trained model yet: Run (F5) trains one, or choose one above.");
}

QString DenoisePage::noteText() const {
    if (m_picture == nullptr)
        return {};
    if (const QString opening = m_workbench.denoiser().opening(); !opening.isEmpty())
        return openingText(opening);
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
                                                  : noModelText());
        return parts.join(QStringLiteral(" · "));
    }
    const DenoiseModel& model = m_result->model;
    parts << (model.step > 0 ? tr("%1 at step %2").arg(m_result->modelName, QLocale().toString(model.step))
                             : m_result->modelName)
          << passTexts(model.sampleShape, model.takesAnySize, shape);
    if (m_result->isLevelGiven)
        parts << tr("told %1").arg(sigmaText(m_result->noiseLevel));
    parts << tr("noise about %1, now %2").arg(sigmaText(m_picture->noise), sigmaText(m_result->noise))
          << durationText(m_result->seconds);
    return parts.join(QStringLiteral(" · "));
}

} // namespace hourglass
