// The files that a chart writes.

#include <QFileDialog>
#include <QSaveFile>

#include "ui/bridge/CoreText.h"
#include "ui/widgets/CurveCanvas.h"
#include "ui/widgets/LossChart.h"

namespace hourglass {

namespace {

Result<void> writeWith(const QString& path, const std::function<bool(QIODevice&)>& write) {
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && write(file) && file.commit())
        return {};
    return makeError(ErrorCode::WriteFailed, "'{}' could not be written: {}. What was there before is unchanged.",
                     path.toStdString(), file.errorString().toStdString());
}

} // namespace

Result<void> LossChart::writeCsv(const QString& path) const {
    const QByteArray text = m_data.csv(m_stepsPerEpoch);
    return writeWith(path, [&](QIODevice& file) { return file.write(text) == text.size(); });
}

Result<void> LossChart::writePng(const QString& path) {
    m_canvas->refresh();
    QPixmap picture(m_canvas->size() * 2);
    picture.setDevicePixelRatio(2);
    picture.fill(palette().color(QPalette::Window));
    m_canvas->QWidget::render(&picture, {}, {}, QWidget::DrawChildren);
    return writeWith(path, [&](QIODevice& file) { return picture.save(&file, "PNG"); });
}

void LossChart::askForFile(bool isCsv) {
    auto* dialog = new QFileDialog(this, isCsv ? tr("Save the values") : tr("Save the picture"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(isCsv ? QStringLiteral("csv") : QStringLiteral("png"));
    dialog->setNameFilter(isCsv ? tr("Comma-separated values (*.csv)") : tr("PNG picture (*.png)"));
    dialog->selectFile(m_title.toLower().replace(QLatin1Char(' '), QLatin1Char('-')));
    connect(dialog, &QFileDialog::fileSelected, this, [this, isCsv](const QString& path) {
        const Result<void> written = isCsv ? writeCsv(path) : writePng(path);
        if (written)
            emit exported(path);
        else
            emit failed(coreText(written.error()));
    });
    dialog->open();
}

} // namespace hourglass
