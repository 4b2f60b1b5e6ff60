#include "ui/panels/Words.h"

#include <QCoreApplication>
#include <QLocale>

#include "core/analysis/ImageMetrics.h"
#include "ui/bridge/Workbench.h"

namespace hourglass {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Words)
};

} // namespace

QString countText(int64_t count, const QString& one, const QString& several) {
    return count == 1 ? one : several.arg(QLocale().toString(static_cast<qlonglong>(count)));
}

QString openingText(const QString& name) {
    return Words::tr("opening %1…").arg(name);
}

QString durationText(double seconds) {
    const QLocale locale;
    if (seconds < 9.95)
        return Words::tr("%1 s").arg(locale.toString(seconds, 'f', seconds < 0.0995 ? 2 : 1));
    if (seconds < 99.5)
        return Words::tr("%1 s").arg(locale.toString(seconds, 'f', 0));
    const auto whole = static_cast<qlonglong>(seconds + 0.5);
    const auto pair = [](qlonglong high, qlonglong low) {
        return QStringLiteral("%1:%2").arg(high).arg(low, 2, 10, QLatin1Char('0'));
    };
    return whole < 3600 ? Words::tr("%1 min").arg(pair(whole / 60, whole % 60))
                        : Words::tr("%1 h").arg(pair(whole / 3600, whole / 60 % 60));
}

QString layerName(const LayerInfo& layer) {
    switch (layer.kind) {
    case LayerInfo::Kind::Input:
        return Words::tr("Input");
    case LayerInfo::Kind::Code:
        return Words::tr("Code");
    case LayerInfo::Kind::Output:
        return Words::tr("Output");
    case LayerInfo::Kind::Layer:
        break;
    }
    const QString name = QString::fromStdString(layer.name);
    const QString part = name.section(QLatin1Char('.'), 0, 0);
    if (part == QLatin1String("body")) // of a U-Net, as "down" and "up"
        return Words::tr("Middle");
    const QString words = part == QLatin1String("encoder")   ? Words::tr("Encoder %1")
                          : part == QLatin1String("decoder") ? Words::tr("Decoder %1")
                          : part == QLatin1String("down")    ? Words::tr("Down %1")
                                                             : Words::tr("Up %1");
    return words.arg(name.section(QLatin1Char('.'), 1).toInt() + 1);
}

QStringList passTexts(const Shape& sample, bool takesAnySize, const Shape& picture) {
    QStringList texts;
    texts << (takesAnySize ? Words::tr("whole, in tiles without seams")
                           : Words::tr("in overlapping patches of %1×%2").arg(sample[2]).arg(sample[1]));
    if (sample[0] < picture[0])
        texts << Words::tr("a gray model: red, green and blue one by one");
    else if (sample[0] > picture[0])
        texts << Words::tr("a colour model: gray as three equal channels");
    return texts;
}

QString qualityText(double psnr, double ssim) {
    const QLocale locale;
    const QString decibel = std::isinf(psnr) ? QStringLiteral("∞") : locale.toString(psnr, 'f', 2);
    return Words::tr("%1 dB · SSIM %2").arg(decibel, locale.toString(ssim, 'f', 3));
}

QString sigmaText(float sigma) {
    const QLocale locale;
    return Words::tr("σ\u00A0%1\u00A0(%2)").arg(locale.toString(255.0 * sigma, 'f', 1), locale.toString(sigma, 'f', 3));
}

QString statusText(Workbench& workbench, const Snapshot* snapshot) {
    using State = TrainingController::State;
    const TrainingController& controller = workbench.controller();
    const QLocale locale;
    QStringList parts;
    if (controller.isActive() || snapshot != nullptr)
        parts << workbench.runName();
    switch (controller.state()) {
    case State::Idle:
        if (snapshot == nullptr)
            return workbench.run()
                       ? Words::tr("%1: %2").arg(
                             workbench.runName(),
                             countText(workbench.run()->epochs, Words::tr("1 epoch done"), Words::tr("%1 epochs done")))
                   : workbench.whyNoRun().isEmpty() ? Words::tr("Ready. Run (F5) starts training.")
                                                    : workbench.whyNoRun();
        parts << (snapshot->phase == RunPhase::Finished ? Words::tr("finished") : Words::tr("stopped, saved"));
        break;
    case State::Preparing:
        parts << Words::tr("preparing…");
        break;
    case State::Running:
        break;
    case State::Paused:
        parts << Words::tr("paused");
        break;
    case State::Stopping:
        parts << Words::tr("stopping after this batch…");
        break;
    case State::Failed:
        parts << Words::tr("failed");
        break;
    }
    if (snapshot == nullptr || snapshot->totalSteps == 0)
        return parts.join(QStringLiteral(" · "));
    const bool isRunning = controller.state() == State::Running;
    parts << Words::tr("epoch %1 of %2")
                 .arg(isRunning ? std::min(snapshot->epoch + 1, snapshot->epochs) : snapshot->epoch)
                 .arg(snapshot->epochs)
          << Words::tr("step %1 of %2").arg(locale.toString(snapshot->step), locale.toString(snapshot->totalSteps));
    if (snapshot->samplesPerSecond > 0)
        parts << Words::tr("%1 samples/s").arg(locale.toString(snapshot->samplesPerSecond, 'f', 0));
    if (isRunning && snapshot->secondsLeft > 0)
        parts << Words::tr("%1 left").arg(durationText(snapshot->secondsLeft));
    return parts.join(QStringLiteral(" · "));
}

QStringList psnrCaptions(const Preview& preview) {
    QStringList captions;
    for (int64_t i = 0; i < preview.clean.shape()[0]; ++i) {
        const double value = psnr(preview.clean.sample(i), preview.reconstruction.sample(i));
        captions << Words::tr("%1 dB").arg(QLocale().toString(value, 'f', 1));
    }
    return captions;
}

} // namespace hourglass
