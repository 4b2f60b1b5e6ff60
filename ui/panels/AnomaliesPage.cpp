#include "ui/panels/AnomaliesPage.h"

#include <QApplication>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QKeyEvent>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>

#include <cmath>

#include "ui/bridge/CoreText.h"
#include "ui/bridge/Workbench.h"
#include "ui/models/PlainTip.h"
#include "ui/models/ScoreGalleryModel.h"
#include "ui/panels/AnomalyCharts.h"
#include "ui/panels/AnomalyDataChooser.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/SampleInspector.h"
#include "ui/panels/Words.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/ScoreGallery.h"
#include "ui/widgets/StatusLabel.h"

namespace hourglass {

namespace {

// What the scores are counted in: digits enough to move by a four-hundredth of what there is.
int decimalsOf(double range) {
    return range > 0 ? std::clamp(3 - static_cast<int>(std::floor(std::log10(range))), 0, 10) : 6;
}

} // namespace

void AnomaliesPage::connectService() {
    connect(m_service, &AnomalyService::modelKnown, this, &AnomaliesPage::takeModel);
    connect(m_service, &AnomalyService::progressed, this, [this](const AnomalyProgress& progress) {
        m_work->showFraction(progress.fraction, progress.isScoring
                                                    ? tr("%1 samples/s · %2 left")
                                                          .arg(QLocale().toString(progress.samplesPerSecond, 'f', 0),
                                                               durationText(progress.secondsLeft))
                                                    : tr("opening the data"));
    });
    connect(m_service, &AnomalyService::finished, this, &AnomaliesPage::takeTriage);
    connect(m_service, &AnomalyService::failed, this, [this](const QString& message) {
        m_problem = message;
        showState();
        (m_triage == nullptr ? m_hint : m_note)->alert();
    });
    connect(m_service, &AnomalyService::busyChanged, this, &AnomaliesPage::showState);
    connect(m_service, &AnomalyService::inspected, this, [this](std::shared_ptr<const AnomalyInspection> inspection) {
        if (m_triage == nullptr || inspection->check != m_triage->sharedCheck())
            return;
        m_inspector->show(std::move(inspection));
        m_inspector->setText(sampleText(m_inspector->row()));
    });
    connect(m_service, &AnomalyService::inspectFailed, m_inspector, &SampleInspector::clear);
    connect(m_service, &AnomalyService::saved, this,
            [this](const std::filesystem::path& path) { emit told(tr("Saved %1").arg(toText(path))); });
    connect(m_service, &AnomalyService::saveFailed, this, [this](const QString& message) {
        emit failed(tr("%1 What was to be saved is still here: save it somewhere else.").arg(message));
    });
    const TrainingController& controller = m_workbench.controller();
    connect(&controller, &TrainingController::modelChanged, this, [this] {
        m_isOld = m_isOld || m_model->isAtHand();
        showState();
    });
    listenTo(m_workbench);
}

void AnomaliesPage::useData(const QString& source) {
    m_data->choose(source);
}

void AnomaliesPage::useModel(const std::filesystem::path& path) {
    m_wasAsked = true; // with whatever data is chosen
    m_model->choose(path);
}

QWidget* AnomaliesPage::firstControl() const {
    return m_triage != nullptr         ? static_cast<QWidget*>(m_gallery)
           : m_checkFirst->isEnabled() ? static_cast<QWidget*>(m_checkFirst)
                                       : m_model;
}

// Somebody walks over the data or the models by keys.
void AnomaliesPage::startSoon() {
    m_wasAsked = true;
    m_soon.start();
}

void AnomaliesPage::start() {
    m_soon.stop();
    m_wasAsked = true;
    m_problem.clear();
    m_wasCancelled = false;
    const bool isElbo = m_score->currentIndex() == 1;
    const AnomalyRequest request{
        .data = m_data->data(),
        .model = m_model->path(),
        .modelName = m_model->name(),
        .score = isElbo ? AnomalyScore::NegativeElbo : AnomalyScore::ReconstructionError,
    };
    if (m_service->start(request))
        m_work->begin(m_model->isAtHand() ? tr("preparing") : openingText(m_model->name()));
    showState();
}

void AnomaliesPage::cancel() {
    m_soon.stop();
    if (!m_service->isBusy())
        return;
    m_wasCancelled = true;
    m_service->cancel();
    showState();
}

// A score that the model has not gives way to one that it has.
void AnomaliesPage::takeModel(const AnomalyCheck& check) {
    const bool hasElbo = check.hasElbo();
    m_score->setItemData(1, hasElbo ? QVariant() : QVariant(0), Qt::UserRole - 1); // Qt's own for "not enabled"
    m_score->setItemData(
        1,
        hasElbo ? tr("How improbable the model finds the sample: −ELBO in nats")
                : plainTip(tr("%1 has no evidence bound; only variational models have").arg(check.request.modelName)),
        Qt::ToolTipRole);
    if (!hasElbo)
        m_score->setCurrentIndex(0);
    m_work->setText(tr("opening the data"));
}

void AnomaliesPage::takeTriage(std::shared_ptr<AnomalyTriage> triage) {
    m_triage = std::move(triage);
    m_isOld = false;
    m_triage->setQuantile(m_quantile->value());
    const double range = m_triage->greatest() - m_triage->least();
    const QSignalBlocker quiet(m_threshold);
    m_threshold->setDecimals(decimalsOf(range));
    m_threshold->setRange(std::min(0.0, m_triage->least() - range), m_triage->greatest() + range);
    m_threshold->setSingleStep(range / 200);
    m_samplesModel->setTriage(m_triage.get(), static_cast<AnomalyTriage::Order>(m_order->currentIndex()));
    m_inspector->clear(m_triage->check().arePictures()
                           ? QString()
                           : tr("The samples are no pictures: there are scores, and nothing to look at."));
    fillNormal();
    m_charts->showScores(*m_triage);
    showReason();
    showThreshold();
    const QWidget* focused = QApplication::focusWidget();
    const bool isFocusFree = focused == nullptr || focused == m_checkFirst; // nobody is busy elsewhere meanwhile
    m_centre->setCurrentWidget(m_results);
    showState();
    m_gallery->setCurrentIndex(m_samplesModel->index(0, 0));
    m_gallery->scrollToTop();
    if (isVisible() && isFocusFree)
        m_gallery->setFocus(Qt::OtherFocusReason);
}

void AnomaliesPage::fillNormal() {
    const QSignalBlocker quiet(m_normal);
    const AnomalyCheck& check = m_triage->check();
    const auto nameOf = [&](int index) {
        return QString::fromStdString(check.data->classNames()[static_cast<size_t>(index)]);
    };
    m_normal->clear();
    m_classes = {{}};
    m_normal->addItem(tr("not known"));
    if (check.guess.classes.size() > 1) {
        QStringList names;
        for (const int index : check.guess.classes)
            names << nameOf(index);
        m_normal->addItem(names.join(QStringLiteral(", ")));
        m_classes.push_back(check.guess.classes);
    }
    for (int index = 0; index < static_cast<int>(check.data->classNames().size()); ++index) {
        m_normal->addItem(nameOf(index));
        m_classes.push_back({index});
    }
    const auto guess = std::find(m_classes.begin(), m_classes.end(), check.guess.classes);
    m_normal->setCurrentIndex(static_cast<int>(guess - m_classes.begin()));
    m_normal->setEnabled(m_classes.size() > 1);
}

void AnomaliesPage::takeNormal(int item) {
    if (m_triage == nullptr || item < 0)
        return;
    m_triage->setNormal(m_classes[static_cast<size_t>(item)]);
    m_charts->showScores(*m_triage);
    showReason();
    showThreshold();
}

// Why these classes are normal, and what is missing.
void AnomaliesPage::showReason() {
    const AnomalyCheck& check = m_triage->check();
    QStringList reasons;
    if (m_triage->normalClasses() == check.guess.classes)
        reasons << coreText(check.guess.reason);
    if (!m_triage->roc() && !reasons.contains(m_triage->whyNoRoc()))
        reasons << m_triage->whyNoRoc();
    if (!check.whyNoNormal.isEmpty())
        reasons
            << tr("There are no scores of training data, so the threshold is taken from the data that is checked: %1")
                   .arg(check.whyNoNormal);
    m_reason->say(reasons.join(QLatin1Char(' ')));
    m_reason->setVisible(!reasons.isEmpty());
}

void AnomaliesPage::showThreshold() {
    const double threshold = m_triage->threshold();
    const QSignalBlocker quiet(m_threshold), quietQuantile(m_quantile);
    m_threshold->setValue(threshold);
    m_quantile->setValue(m_triage->quantile());
    m_charts->showThreshold(*m_triage);
    m_inspector->setErrorLevel(m_triage->errorLevel());
    if (m_inspector->row() >= 0)
        m_inspector->setText(sampleText(m_inspector->row()));
    m_gallery->viewport()->update();
    if (!m_reorder.isActive()) // a threshold that is dragged: as often as can be followed
        m_reorder.start();
}

void AnomaliesPage::inspectCurrent() {
    const QModelIndex index = m_gallery->currentIndex();
    if (m_triage == nullptr || !index.isValid() || !m_triage->check().arePictures())
        return;
    m_service->inspect(m_triage->sharedCheck(), m_samplesModel->rowAt(index));
}

QString AnomaliesPage::sampleText(int64_t row) const {
    return m_samplesModel->data(m_samplesModel->indexOf(row), Qt::AccessibleTextRole).toString();
}

// The sample as large as can be, beside one column of the others.
void AnomaliesPage::toggleQuickLook() {
    if (m_triage == nullptr || !m_triage->check().arePictures())
        return;
    const bool isLook = !m_charts->isHidden();
    m_charts->setVisible(!isLook);
    m_samples->setSizes(isLook ? QList<int>{m_gallery->minimumSizeHint().width(), m_samples->width()}
                               : QList<int>{m_samples->width() / 2, m_samples->width() / 2});
    m_gallery->scrollTo(m_gallery->currentIndex());
    m_gallery->setFocus(Qt::OtherFocusReason);
}

void AnomaliesPage::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && m_charts->isHidden())
        toggleQuickLook();
    else
        ModelPage::keyPressEvent(event);
}

} // namespace hourglass
