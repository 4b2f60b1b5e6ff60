#include "ui/panels/AnomaliesPage.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>

#include <cmath>

#include "ui/bridge/CoreText.h"
#include "ui/bridge/Workbench.h"
#include "ui/models/ScoreGalleryModel.h"
#include "ui/panels/AnomalyDataChooser.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/SampleInspector.h"
#include "ui/panels/Words.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/RocCurve.h"
#include "ui/widgets/ScoreGallery.h"
#include "ui/widgets/ScoreHistogram.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

QString percent(double share) {
    return AnomaliesPage::tr("%1 %").arg(QLocale().toString(100 * share, 'f', 1));
}

QString number(int64_t count) {
    return QLocale().toString(static_cast<qlonglong>(count));
}

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
    connect(m_service, &AnomalyService::finished, this, &AnomaliesPage::takeCheck);
    connect(m_service, &AnomalyService::failed, this, [this](const QString& message) {
        m_problem = message;
        showState();
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
    connect(&controller, &TrainingController::modelChanged, this, &AnomaliesPage::showState);
    connect(&controller, &TrainingController::modelOpening, this, &AnomaliesPage::showState);
    connect(&controller, &TrainingController::modelFailed, this, &AnomaliesPage::showState);
    connect(&m_workbench, &Workbench::runChanged, this, &AnomaliesPage::showState);
}

void AnomaliesPage::check(const QString& source) {
    m_data->choose(source);
}

void AnomaliesPage::useModel(const std::filesystem::path& path) {
    m_wasAsked = true; // with whatever data is chosen
    m_model->choose(path);
}

QWidget* AnomaliesPage::firstControl() const {
    return m_triage == nullptr ? static_cast<QWidget*>(m_checkFirst) : m_gallery;
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
    firstControl()->setFocus(Qt::OtherFocusReason); // the button goes
}

// A score that the model has not gives way to one that it has.
void AnomaliesPage::takeModel(const AnomalyCheck& check) {
    const bool hasElbo = check.hasElbo();
    m_score->setItemData(1, hasElbo ? QVariant() : QVariant(0), Qt::UserRole - 1); // Qt's own for "not enabled"
    m_score->setItemData(
        1,
        hasElbo
            ? tr("How improbable the model finds the sample: −ELBO in nats")
            : tr("%1 has no evidence bound; only variational models have").arg(check.request.modelName).toHtmlEscaped(),
        Qt::ToolTipRole);
    if (!hasElbo)
        m_score->setCurrentIndex(0);
    m_work->setText(tr("opening the data"));
}

void AnomaliesPage::takeCheck(std::shared_ptr<const AnomalyCheck> check) {
    m_triage = std::make_unique<AnomalyTriage>(std::move(check), m_quantile->value());
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
    showGroups();
    showThreshold();
    m_centre->setCurrentWidget(m_results);
    showState();
    m_gallery->setCurrentIndex(m_samplesModel->index(0, 0));
    m_gallery->scrollToTop();
    if (isVisible() && (QApplication::focusWidget() == nullptr || isAncestorOf(QApplication::focusWidget())))
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
    showGroups();
    showThreshold();
}

void AnomaliesPage::showGroups() {
    const AnomalyCheck& check = m_triage->check();
    ScoreHistogram::Group normal, odd;
    normal.name = m_triage->isLabelled() ? tr("Normal") : tr("Checked");
    odd.name = tr("Anomalies");
    for (size_t row = 0; row < check.scores.size(); ++row)
        (m_triage->isLabelled() && m_triage->isAnomaly()[row] ? odd : normal).scores.push_back(check.scores[row]);
    m_histogram->setScores({tr("Training"), check.trainingScores}, std::move(normal), std::move(odd));
    m_logScore->setEnabled(m_histogram->canBeLogarithmic());
    m_roc->setRoc(m_triage->roc());
    m_roc->setEmptyText(m_triage->whyNoRoc());
    m_roc->setVisible(m_triage->roc().has_value());

    QStringList reasons;
    if (m_triage->normalClasses() == check.guess.classes)
        reasons << coreText(check.guess.reason);
    if (!m_triage->roc() && !reasons.contains(m_triage->whyNoRoc()))
        reasons << m_triage->whyNoRoc();
    const QString advice = tr("so the threshold is taken from the data that is checked.");
    if (!check.whyNoNormal.isEmpty())
        reasons << tr("There are no scores of training data, %1 %2").arg(advice, check.whyNoNormal);
    m_reason->setText(reasons.join(QLatin1Char(' ')));
    m_reason->setVisible(!reasons.isEmpty());
}

void AnomaliesPage::showThreshold() {
    const double threshold = m_triage->threshold();
    const QSignalBlocker quiet(m_threshold), quietQuantile(m_quantile);
    m_threshold->setValue(threshold);
    m_quantile->setValue(m_triage->quantile());
    m_histogram->setThreshold(threshold);
    m_roc->setThreshold(threshold);
    m_inspector->setErrorLevel(m_triage->errorLevel());
    if (m_inspector->row() >= 0)
        m_inspector->setText(sampleText(m_inspector->row()));
    m_gallery->viewport()->update();
    if (!m_reorder.isActive()) // a threshold that is dragged: as often as can be followed
        m_reorder.start();
    showCounts();
}

// Counts with their rates, as a table; the same in a sentence for those who do not see it.
void AnomaliesPage::showCounts() {
    const int64_t all = m_triage->check().data->size(), above = m_triage->above();
    const ConfusionCounts& counts = m_triage->counts();
    if (!m_triage->isLabelled()) {
        m_counts->setText(
            tr("<b>%1</b> of %2<br>above the threshold<br>(%3)")
                .arg(number(above), number(all), percent(static_cast<double>(above) / static_cast<double>(all))));
        m_counts->setAccessibleDescription(tr("%1 of %2 above the threshold").arg(number(above), number(all)));
        return;
    }
    const auto cell = [](int64_t count, double rate, bool isRight) {
        return QStringLiteral("<td align=right>%1 <b>%2</b><br><small>%3</small></td>")
            .arg(isRight ? QStringLiteral("✓") : QStringLiteral("✗"), number(count), percent(rate));
    };
    const double found = counts.truePositiveRate(), alarms = counts.falsePositiveRate();
    const bool hasAnomalies = counts.truePositives + counts.falseNegatives > 0;
    const bool hasNormal = counts.falsePositives + counts.trueNegatives > 0;
    m_counts->setText(
        QStringLiteral(
            "<table cellspacing=0 cellpadding=2><tr><td></td><td align=right>%1</td><td align=right>%2</td></tr>"
            "<tr><td>%3</td>%4%5</tr><tr><td>%6</td>%7%8</tr></table>")
            .arg(tr("above"), tr("not above"), tr("Anomalies"), cell(counts.truePositives, found, true),
                 cell(counts.falseNegatives, hasAnomalies ? 1 - found : 0, false), tr("Normal"),
                 cell(counts.falsePositives, alarms, false),
                 cell(counts.trueNegatives, hasNormal ? 1 - alarms : 0, true)));
    m_counts->setAccessibleDescription(tr("%1 anomalies found, %2 missed; %3 false alarms, %4 normal samples pass")
                                           .arg(number(counts.truePositives), number(counts.falseNegatives),
                                                number(counts.falsePositives), number(counts.trueNegatives)));
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

void AnomaliesPage::showSkipped() {
    QStringList items;
    for (const SkippedFile& file : m_triage->check().report.skipped)
        items << QStringLiteral("%1: %2").arg(QString::fromStdString(file.path), coreText(file.reason));
    emit refused(items);
}

void AnomaliesPage::askSaveScores() {
    if (m_triage == nullptr)
        return;
    auto* dialog = new QFileDialog(this, tr("Save the scores"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAccessibleName(dialog->windowTitle());
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    dialog->setNameFilter(tr("Comma-separated values (*.csv)"));
    dialog->setDirectory(m_workbench.settings().value(QStringLiteral("anomalies/save_folder")).toString());
    dialog->selectFile(QStringLiteral("scores.csv"));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, check = m_triage->sharedCheck(), threshold = m_triage->threshold()](const QString& path) {
                m_workbench.settings().set(QStringLiteral("anomalies/save_folder"), QFileInfo(path).path());
                m_service->saveScores(check, threshold, toPath(path));
            });
    dialog->open();
}

void AnomaliesPage::askSavePicture(QWidget* widget, const QString& name) {
    auto* dialog = new QFileDialog(this, tr("Save the picture"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAccessibleName(dialog->windowTitle());
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("png"));
    dialog->setNameFilter(tr("PNG picture (*.png)"));
    dialog->setDirectory(m_workbench.settings().value(QStringLiteral("anomalies/save_folder")).toString());
    dialog->selectFile(name);
    connect(dialog, &QFileDialog::fileSelected, this, [this, widget](const QString& path) {
        m_workbench.settings().set(QStringLiteral("anomalies/save_folder"), QFileInfo(path).path());
        m_service->savePicture(toTensor(widget->grab().toImage()), toPath(path));
    });
    dialog->open();
}

bool AnomaliesPage::hasModel() const {
    return !m_model->isAtHand() || m_workbench.controller().hasModel();
}

void AnomaliesPage::showState() {
    const bool isBusy = m_service->isBusy();
    if (!isBusy)
        m_work->end();
    m_note->setVisible(!m_work->isShown());
    m_note->setText(noteText());
    m_hint->setText(emptyText());
    QPalette colours = palette();
    if (!m_problem.isEmpty())
        colours.setColor(QPalette::WindowText, theme::errorText(palette()));
    for (QLabel* label : {m_note, m_hint})
        label->setPalette(colours);
    QPalette muted = palette();
    muted.setColor(QPalette::WindowText, theme::mutedText(palette()));
    m_reason->setPalette(muted);
    m_again->setEnabled(hasModel() && !isBusy);
    m_again->setToolTip(hasModel() ? tr("Check the data with the model as it is now (Ctrl+Return)")
                                   : tr("There is no trained model yet: Run (F5) trains one, or choose one here"));
    m_checkFirst->setEnabled(m_again->isEnabled());
    m_checkFirst->setToolTip(m_again->toolTip());
    for (QWidget* widget :
         std::initializer_list<QWidget*>{m_threshold, m_quantile, m_order, m_saveScores, m_savePictures})
        widget->setEnabled(m_triage != nullptr);
    m_normal->setEnabled(m_triage != nullptr && m_classes.size() > 1);
    const size_t skipped = m_triage != nullptr ? m_triage->check().report.skipped.size() : 0;
    m_skipped->setVisible(skipped > 0);
    m_skipped->setText(countText(static_cast<int64_t>(skipped), tr("1 file skipped…"), tr("%1 files skipped…")));
}

QString AnomaliesPage::emptyText() const {
    if (!m_problem.isEmpty())
        return m_problem;
    if (m_service->isBusy())
        return tr("Checking %1…").arg(m_data->currentText());
    if (!hasModel()) {
        const std::filesystem::path opening = m_workbench.controller().openingModel();
        if (!opening.empty())
            return openingText(toText(opening.filename()));
        return tr("There is no trained model yet: Run (F5) trains one on what is normal, or choose one above.");
    }
    if (m_wasCancelled)
        return tr("Cancelled. Check (Ctrl+Return) starts again.");
    return tr("Each sample gets a score, the higher the less it is like what the model was trained on. Subfolders are "
              "taken for classes.");
}

QString AnomaliesPage::noteText() const {
    if (m_triage == nullptr)
        return {};
    if (!m_problem.isEmpty())
        return m_problem;
    if (m_wasCancelled)
        return tr("Cancelled; what was checked before stays. Check (Ctrl+Return) starts again.");
    const AnomalyCheck& check = m_triage->check();
    const QLocale locale;
    QStringList parts{
        check.request.data.name,
        countText(check.data->size(), tr("1 sample"), tr("%1 samples")),
        check.step > 0
            ? tr("%1 at step %2").arg(check.request.modelName, locale.toString(static_cast<qlonglong>(check.step)))
            : check.request.modelName,
        check.request.score == AnomalyScore::NegativeElbo ? tr("−ELBO in nats") : tr("mean squared error"),
        check.trainingScores.empty()
            ? tr("threshold from what is checked")
            : tr("threshold from %1 training samples").arg(number(static_cast<int64_t>(check.trainingScores.size()))),
        durationText(check.seconds)};
    for (const std::string& note : check.report.notes)
        parts << coreText(note);
    return parts.join(QStringLiteral(" · "));
}

void AnomaliesPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    showState();
}

void AnomaliesPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        showState();
}

void AnomaliesPage::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Escape)
        QWidget::keyPressEvent(event);
    else if (m_charts->isHidden())
        toggleQuickLook();
    else
        emit left();
}

} // namespace hourglass
