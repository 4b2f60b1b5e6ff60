#include "ui/dialogs/ExportDialog.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>

#include "ui/bridge/CoreText.h"
#include "ui/bridge/Workbench.h"
#include "ui/widgets/StatusLabel.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

ExportDialog::ExportDialog(Workbench& workbench, const QString& name, QWidget* parent)
    : QDialog(parent), m_workbench(workbench), m_name(name.isEmpty() ? QStringLiteral("model") : name),
      m_format(new QComboBox(this)), m_part(new QComboBox(this)), m_path(new QLineEdit(this)),
      m_browse(new QPushButton(tr("&Browse…"), this)), m_help(new QLabel(this)),
      m_result(new StatusLabel(tr("Receipt"), this)), m_progress(new QProgressBar(this)),
      m_export(new QPushButton(tr("&Export"), this)), m_copy(new QPushButton(tr("&Copy the receipt"), this)),
      m_close(new QPushButton(tr("Close"), this)) {
    setWindowTitle(tr("Export the model"));
    setAccessibleName(tr("Export the model"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* column = new QVBoxLayout(this);
    auto* form = new QFormLayout;
    column->addLayout(form);
    buildForm(form);
    column->addWidget(m_progress);
    column->addWidget(m_result, 1);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_copy);
    buttons->addStretch(1);
    buttons->addWidget(m_export);
    buttons->addWidget(m_close);
    column->addLayout(buttons);

    for (QPushButton* button : {m_browse, m_export, m_copy, m_close})
        button->setAccessibleName(button->text().remove(QLatin1Char('&')).remove(QStringLiteral("…")));
    m_progress->setRange(0, 0);
    m_progress->setAccessibleName(tr("Export progress"));
    m_result->setWordWrap(true);
    m_result->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_export->setDefault(true);
    connect(m_export, &QPushButton::clicked, this, &ExportDialog::start);
    connect(m_close, &QPushButton::clicked, this, &QDialog::close);
    connect(m_copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_result->text()); });
    ExportService& service = workbench.exporter();
    connect(&service, &ExportService::finished, this,
            [this](const ExportReceipt& receipt) { finish(QString::fromStdString(receipt.toText())); });
    connect(&service, &ExportService::failed, this, &ExportDialog::fail);
    formatChosen();
    setMinimumWidth(560);
}

void ExportDialog::buildForm(QFormLayout* form) {
    for (const Exporter& exporter : exporters())
        m_format->addItem(coreText(std::string(exporter.label)), QString::fromUtf8(exporter.id));
    m_part->addItem(tr("Whole autoencoder"), static_cast<int>(ModelPart::Autoencoder));
    m_format->setAccessibleName(tr("Format"));
    m_part->setAccessibleName(tr("Part"));
    m_path->setAccessibleName(tr("File"));
    m_path->setToolTip(
        tr("Where the file is written. A file that is there is replaced only when the new one is good."));
    m_help->setWordWrap(true);
    auto* place = new QHBoxLayout;
    place->addWidget(m_path, 1);
    place->addWidget(m_browse);
    form->addRow(tr("&Format"), m_format);
    form->addRow(QString(), m_help);
    form->addRow(tr("&Part"), m_part);
    auto* label = new QLabel(tr("F&ile"), this);
    label->setBuddy(m_path);
    form->addRow(label, place);
    connect(m_format, &QComboBox::currentIndexChanged, this, &ExportDialog::formatChosen);
    connect(&m_workbench.controller(), &TrainingController::modelChanged, this, &ExportDialog::askForParts);
    askForParts();
    connect(m_path, &QLineEdit::textChanged, this, &ExportDialog::refresh);
    connect(m_browse, &QPushButton::clicked, this, &ExportDialog::browse);
}

// The model lives on the compute thread, perhaps in training: it is asked there.
void ExportDialog::askForParts() {
    m_workbench.controller().postModelJob([this, reply = m_replies.sender()](const JobContext& context, Executor&) {
        reply([this, hasCode = context.model.hasCode()] { offerParts(hasCode); });
    });
}

void ExportDialog::offerParts(bool hasCode) {
    while (m_part->count() > 1)
        m_part->removeItem(1);
    if (hasCode) {
        m_part->addItem(tr("Encoder: input to code"), static_cast<int>(ModelPart::Encoder));
        m_part->addItem(tr("Decoder: code to output"), static_cast<int>(ModelPart::Decoder));
    }
    m_part->setToolTip(hasCode ? tr("Encoder and decoder can be written alone where the format allows it")
                               : tr("This network has no code, as connections lead around it: there is no encoder and "
                                    "no decoder to write alone"));
    refresh();
}

void ExportDialog::formatChosen() {
    const Exporter& exporter = exporters()[static_cast<size_t>(m_format->currentIndex())];
    m_help->setText(coreText(std::string(exporter.help)));
    if (!exporter.hasParts)
        m_part->setCurrentIndex(0);
    QString place = m_path->text();
    if (place.isEmpty())
        place = QDir(m_workbench.settings().value(QStringLiteral("export_folder"), QDir::homePath()).toString())
                    .filePath(m_name);
    const QString extension = QString::fromUtf8(exporter.extension);
    for (const Exporter& other : exporters())
        if (place.endsWith(QString::fromUtf8(other.extension)))
            place.chop(static_cast<qsizetype>(other.extension.size()));
    m_path->setText(place + extension);
    refresh();
}

std::filesystem::path ExportDialog::path() const {
    return toPath(QDir::cleanPath(m_path->text().trimmed()));
}

void ExportDialog::browse() {
    auto* dialog = new QFileDialog(this, tr("Export to"), m_path->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(m_path->text());
    connect(dialog, &QFileDialog::fileSelected, m_path, &QLineEdit::setText);
    dialog->open();
}

void ExportDialog::refresh() {
    const bool isBusy = m_workbench.exporter().isBusy();
    const bool hasModel = m_workbench.controller().hasModel();
    for (QWidget* field : std::initializer_list<QWidget*>{m_format, m_path, m_browse})
        field->setEnabled(!isBusy && !m_isDone);
    const bool hasParts = exporters()[static_cast<size_t>(m_format->currentIndex())].hasParts && m_part->count() > 1;
    m_part->setEnabled(!isBusy && !m_isDone && hasParts);
    m_progress->setVisible(isBusy);
    m_copy->setVisible(m_isDone);
    m_export->setVisible(!m_isDone);
    m_export->setEnabled(!isBusy && hasModel && !m_path->text().trimmed().isEmpty());
    if (!hasModel)
        m_result->say(tr("There is no model yet: train one, or open a run."));
    else if (!m_isDone && !isBusy)
        m_result->say(QFileInfo::exists(m_path->text()) ? tr("This file exists and will be replaced.") : QString());
}

void ExportDialog::start() {
    const Exporter& exporter = exporters()[static_cast<size_t>(m_format->currentIndex())];
    m_workbench.settings().set(QStringLiteral("export_folder"), QFileInfo(m_path->text()).path());
    m_result->setPalette({}); // an earlier failure was red
    if (!m_workbench.exporter().start({.format = std::string(exporter.id),
                                       .part = static_cast<ModelPart>(m_part->currentData().toInt()),
                                       .path = path()}))
        return fail(tr("There is no model to export, or another export is being written."));
    refresh();
    m_result->say(tr("Writing the file, reading it back and comparing…"));
}

void ExportDialog::finish(const QString& receipt) {
    m_isDone = true;
    refresh();
    m_result->say(receipt);
    m_close->setText(tr("Done"));
    m_close->setDefault(true);
    m_close->setFocus();
    adjustSize();
    emit exported(m_path->text());
}

void ExportDialog::fail(const QString& message) {
    refresh();
    m_result->say(message);
    m_result->alert();
    QPalette red = palette();
    red.setColor(QPalette::WindowText, theme::errorText(palette()));
    m_result->setPalette(red);
    m_export->setFocus(); // it lost it while the file was being written
}

} // namespace hourglass
