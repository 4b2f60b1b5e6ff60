// What the Anomalies page says, and what it saves.

#include <QFileDialog>
#include <QPushButton>
#include <QToolButton>

#include "ui/bridge/CoreText.h"
#include "ui/bridge/Workbench.h"
#include "ui/panels/AnomaliesPage.h"
#include "ui/panels/AnomalyDataChooser.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/Words.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/StatusLabel.h"
#include "ui/widgets/Theme.h"

#include <QComboBox>
#include <QDoubleSpinBox>

namespace hourglass {

bool AnomaliesPage::hasModel() const {
    return !m_model->isAtHand() || m_workbench.controller().hasModel();
}

void AnomaliesPage::showState() {
    if (!m_service->isBusy())
        m_work->end();
    m_note->setVisible(!m_work->isShown());
    say(m_note, noteText(), !m_problem.isEmpty());
    say(m_hint, emptyText(), !m_problem.isEmpty());
    QPalette muted = palette();
    muted.setColor(QPalette::WindowText, theme::mutedText(palette()));
    m_reason->setPalette(muted);
    m_again->setEnabled(hasModel()); // while busy, too: it would lose the focus; it begins anew
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
        check.trainingScores.empty() ? tr("threshold from what is checked")
                                     : tr("threshold from %1 training samples")
                                           .arg(locale.toString(static_cast<qlonglong>(check.trainingScores.size()))),
        durationText(check.seconds)};
    if (m_isOld)
        parts.prepend(tr("Of an earlier model: Check (Ctrl+Return) does it anew"));
    for (const std::string& note : check.report.notes)
        parts << coreText(note);
    return parts.join(QStringLiteral(" · "));
}

void AnomaliesPage::showSkipped() {
    QStringList items;
    for (const SkippedFile& file : m_triage->check().report.skipped)
        items << QStringLiteral("%1: %2").arg(QString::fromStdString(file.path), coreText(file.reason));
    emit refused(items);
}

void AnomaliesPage::askSave(const QString& title, const QString& filter, const QString& name,
                            const std::function<void(const std::filesystem::path&)>& save) {
    const QString key = QStringLiteral("anomalies/save_folder");
    auto* dialog = new QFileDialog(this, title);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAccessibleName(title);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QFileInfo(name).suffix());
    dialog->setNameFilter(filter);
    dialog->setDirectory(m_workbench.settings().value(key).toString());
    dialog->selectFile(name);
    connect(dialog, &QFileDialog::fileSelected, this, [this, key, save](const QString& path) {
        m_workbench.settings().set(key, QFileInfo(path).path());
        save(toPath(path));
    });
    dialog->open();
}

void AnomaliesPage::askSaveScores() {
    if (m_triage == nullptr)
        return;
    askSave(tr("Save the scores"), tr("Comma-separated values (*.csv)"), QStringLiteral("scores.csv"),
            [this, check = m_triage->sharedCheck(), threshold = m_triage->threshold()](
                const std::filesystem::path& path) { m_service->saveScores(check, threshold, path); });
}

void AnomaliesPage::askSavePicture(QWidget* widget, const QString& name) {
    askSave(tr("Save the picture"), tr("PNG picture (*.png)"), name, [this, widget](const std::filesystem::path& path) {
        m_service->savePicture(toTensor(widget->grab().toImage()), path);
    });
}

} // namespace hourglass
