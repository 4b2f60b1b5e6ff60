#include "ui/panels/CompressionPage.h"

#include <QFileDialog>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>
#include <QTableWidget>
#include <QToolButton>

#include "ui/bridge/CoreText.h"
#include "ui/bridge/Workbench.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/Words.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/RatePlot.h"
#include "ui/widgets/StatusLabel.h"

namespace hourglass {

namespace {

QString seriesName(CompressionMethod method) {
    switch (method) {
    case CompressionMethod::Model:
        return CompressionPage::tr("Model");
    case CompressionMethod::Pca:
        return CompressionPage::tr("PCA");
    case CompressionMethod::JpegFile:
        return CompressionPage::tr("JPEG file");
    case CompressionMethod::JpegWithoutTables:
        break;
    }
    return CompressionPage::tr("JPEG without tables");
}

QString rowName(const CompressionRow& row, int64_t samples) {
    const QString name = seriesName(row.method), format = QString::fromUtf8(nameOf(row.format).data());
    if (row.method == CompressionMethod::Model || row.method == CompressionMethod::Pca)
        return CompressionPage::tr("%1, %2").arg(name, format);
    return row.outOfReach == samples ? CompressionPage::tr("%1, at its smallest").arg(name)
                                     : CompressionPage::tr("%1, near the %2 code").arg(name, format);
}

QString bytesText(double bytes) {
    return QLocale().toString(bytes, 'f', bytes == std::floor(bytes) ? 0 : 1);
}

} // namespace

void CompressionPage::connectService() {
    CompressionService& service = m_workbench.compression();
    TrainingController& controller = m_workbench.controller();
    connect(&service, &CompressionService::finished, this, &CompressionPage::takeResult);
    connect(&service, &CompressionService::failed, this, [this](const QString& message) {
        m_problem = message;
        showState();
        m_hint->alert();
    });
    connect(&service, &CompressionService::progressed, this, [this](const CompressionProgress& progress) {
        m_work->showFraction(progress.fraction, tr("%1 pictures/s · %2 left")
                                                    .arg(QLocale().toString(progress.picturesPerSecond, 'f', 0),
                                                         durationText(progress.secondsLeft)));
    });
    connect(&service, &CompressionService::busyChanged, this, &CompressionPage::showState);
    connect(&service, &CompressionService::saved, this,
            [this](const std::filesystem::path& path) { emit told(tr("Saved %1").arg(toText(path))); });
    connect(&service, &CompressionService::saveFailed, this, [this](const QString& message) {
        emit failed(tr("%1 The measurement is still here: save it somewhere else.").arg(message));
    });
    connect(m_work, &WorkBar::cancelled, this, &CompressionPage::cancel);
    listenTo(m_work);
    const auto another = [this] {
        m_isOld = m_result != nullptr;
        m_problem.clear();
        showState();
    };
    connect(m_model, &ModelChooser::chosen, this, another);
    connect(&controller, &TrainingController::modelChanged, this, [this, another] {
        if (m_model->isAtHand())
            another();
    });
    listenTo(m_workbench);
}

void CompressionPage::useModel(const std::filesystem::path& path) {
    m_model->choose(path);
}

QWidget* CompressionPage::firstControl() const {
    return m_measure->isEnabled() ? static_cast<QWidget*>(m_measure) : m_model;
}

bool CompressionPage::hasModel() const {
    return !m_model->isAtHand() || m_workbench.controller().hasModel();
}

void CompressionPage::measure() {
    m_problem.clear();
    if (m_workbench.compression().start({.model = m_model->path(),
                                         .modelName = m_model->name(),
                                         .limit = m_limit->value(),
                                         .open = m_workbench.openData()}))
        m_work->begin(m_model->isAtHand() ? tr("opening data…") : openingText(m_model->name()));
    showState();
}

void CompressionPage::cancel() {
    m_workbench.compression().cancel();
    showState();
}

void CompressionPage::takeResult(std::shared_ptr<const MeasuredCompression> result) {
    m_result = std::move(result);
    m_isOld = false;
    fillTable();
    fillPlot();
    m_table->setCurrentCell(0, 0);
    showState();
}

void CompressionPage::fillTable() {
    const QLocale locale;
    const Compression& made = m_result->table;
    m_table->setRowCount(static_cast<int>(made.rows.size()));
    for (int i = 0; i < m_table->rowCount(); ++i) {
        const CompressionRow& row = made.rows[static_cast<size_t>(i)];
        const QStringList texts{rowName(row, made.samples),
                                bytesText(row.bytes),
                                tr("%1 : 1").arg(locale.toString(row.ratio, 'f', 1)),
                                locale.toString(row.mse, 'f', 5),
                                locale.toString(row.psnr, 'f', 2),
                                locale.toString(row.ssim, 'f', 3)};
        for (int column = 0; column < texts.size(); ++column) {
            auto* item = new QTableWidgetItem(texts[column]);
            if (column > 0)
                item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            m_table->setItem(i, column, item);
        }
        if (row.outOfReach > 0)
            m_table->item(i, 0)->setToolTip(
                tr("Of %1 of %2 pictures not even the coarsest JPEG is as small as the code; they are counted at their "
                   "smallest.")
                    .arg(row.outOfReach)
                    .arg(made.samples));
    }
}

void CompressionPage::fillPlot() {
    std::vector<RateSeries> series;
    const Compression& made = m_result->table;
    for (const auto method : {CompressionMethod::Model, CompressionMethod::Pca, CompressionMethod::JpegFile,
                              CompressionMethod::JpegWithoutTables}) {
        RateSeries points{seriesName(method), {}}; // one without points keeps the others' colours
        for (size_t i = 0; i < made.rows.size(); ++i)
            if (const CompressionRow& row = made.rows[i]; row.method == method)
                points.points.push_back(
                    {row.bytes, row.psnr,
                     tr("%1: %2 bytes, %3")
                         .arg(rowName(row, made.samples), bytesText(row.bytes), qualityText(row.psnr, row.ssim)),
                     static_cast<int>(i)});
        series.push_back(std::move(points));
    }
    m_plot->setSeries(std::move(series), static_cast<double>(made.inputBytes));
}

void CompressionPage::showState() {
    const bool isBusy = m_workbench.compression().isBusy();
    if (!isBusy)
        m_work->end();
    m_centre->setCurrentIndex(m_result != nullptr && m_problem.isEmpty() ? 1 : 0);
    say(m_hint, emptyText(), !m_problem.isEmpty());
    m_note->setVisible(!m_work->isShown());
    m_note->say(noteText());
    m_measure->setEnabled(hasModel()); // while busy, too: it would lose the focus; it begins anew
    m_measure->setToolTip(hasModel() ? tr("Measure the model as it is now (Ctrl+Return); it takes some seconds")
                                     : tr("There is no trained model yet: Run (F5) trains one, or choose one"));
    m_save->setEnabled(m_result != nullptr && m_problem.isEmpty());
}

QString CompressionPage::emptyText() const {
    if (!m_problem.isEmpty())
        return m_problem;
    if (m_workbench.compression().isBusy())
        return tr("measuring…");
    const std::filesystem::path opening = m_workbench.controller().openingModel();
    if (m_model->isAtHand() && !opening.empty())
        return openingText(toText(opening.filename()));
    const QString what = tr("How small the code makes a picture, and what that costs: against PCA with as many numbers "
                            "and JPEG with as many bytes.");
    return what + QLatin1Char('\n') +
           (hasModel() ? tr("Measure (Ctrl+Return) works it out on validation samples; it takes some seconds.")
                       : tr("There is no trained model yet: Run (F5) trains one, or choose one above."));
}

QString CompressionPage::noteText() const {
    if (m_result == nullptr || !m_problem.isEmpty())
        return {};
    const QLocale locale;
    const Compression& made = m_result->table;
    QStringList parts{m_result->step > 0
                          ? tr("%1 at step %2").arg(m_result->request.modelName, locale.toString(m_result->step))
                          : m_result->request.modelName};
    parts << tr("%1 pictures of %2 bytes (8-bit pixels), codes of %3 values")
                 .arg(locale.toString(static_cast<qlonglong>(made.samples)),
                      locale.toString(static_cast<qlonglong>(made.inputBytes)),
                      locale.toString(static_cast<qlonglong>(made.codeValues)))
          << tr("what all pictures share is not counted (weights, components, tables)")
          << durationText(m_result->seconds);
    if (m_isOld)
        parts.prepend(tr("Of an earlier model: Measure (Ctrl+Return) does it anew"));
    QStringList lines{parts.join(QStringLiteral(" · "))};
    for (const std::string& note : made.notes)
        lines << coreText(note);
    return lines.join(QLatin1Char('\n'));
}

void CompressionPage::askSave() {
    if (m_result == nullptr)
        return;
    auto* dialog = new QFileDialog(this, tr("Save the measurement"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAccessibleName(tr("Save the measurement"));
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDirectory(m_workbench.settings().value(QStringLiteral("compression/folder")).toString());
    const QString table = tr("The table, comma-separated (*.csv)"), plot = tr("The plot as a picture (*.png)");
    dialog->setNameFilters({table, plot});
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog, plot](const QString& filter) {
        dialog->setDefaultSuffix(filter == plot ? QStringLiteral("png") : QStringLiteral("csv"));
    });
    dialog->selectFile(tr("compression") + QStringLiteral(".csv"));
    connect(dialog, &QFileDialog::fileSelected, this, [this, result = m_result](const QString& file) {
        m_workbench.settings().set(QStringLiteral("compression/folder"), QFileInfo(file).path());
        m_workbench.compression().save(result, toTensor(m_plot->grab().toImage()), toPath(file));
    });
    dialog->open();
}

} // namespace hourglass
