#include "ui/panels/AnomalyDataChooser.h"

#include <QFileDialog>
#include <QInputDialog>
#include <QWheelEvent>

#include "core/data/OpenDataset.h"
#include "ui/bridge/Workbench.h"
#include "ui/models/PlainTip.h"

namespace hourglass {

namespace {

constexpr qsizetype kMostRecent = 6;
const QString kRecentKey = QStringLiteral("anomalies/sources");
const QString kDataFolderKey = QStringLiteral("anomalies/folder");

// Of a path its last part: "folder:/home/me/scans" is "scans"; of others what they are called: "fashion-mnist:test".
QString sourceName(const QString& source) {
    const QString path = source.section(QLatin1Char(','), 0, 0);
    return path.contains(QLatin1Char('/')) ? QDir::cleanPath(path).section(QLatin1Char('/'), -1) : source;
}

} // namespace

AnomalyDataChooser::AnomalyDataChooser(Workbench& workbench, QWidget* parent)
    : QComboBox(parent), m_workbench(workbench),
      m_recent(workbench.settings().value(kRecentKey).toStringList().mid(0, kMostRecent)) {
    setAccessibleName(tr("Data to check"));
    setToolTip(tr("What is checked: a part of the run's own data, or what was checked lately. A folder of pictures may "
                  "be dropped on this page, too."));
    setFocusPolicy(Qt::StrongFocus);
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setMinimumContentsLength(8);
    fill();
}

void AnomalyDataChooser::wheelEvent(QWheelEvent* event) {
    if (hasFocus())
        QComboBox::wheelEvent(event);
    else
        event->ignore(); // it scrolls past
}

void AnomalyDataChooser::fill() {
    clear();
    addItem(tr("Validation part of the run"));
    addItem(tr("Test part of the run"));
    for (const QString& source : m_recent) {
        addItem(sourceName(source), source);
        setItemData(count() - 1, plainTip(source), Qt::ToolTipRole);
    }
}

AnomalyData AnomalyDataChooser::data() const {
    return {.source = currentData().toString().toStdString(),
            .part = currentIndex() == 1 ? RunPart::Test : RunPart::Validation,
            .baseFolder = m_workbench.document().baseFolder(),
            .name = currentText()};
}

void AnomalyDataChooser::choose(const QString& source) {
    m_recent.removeAll(source);
    m_recent.prepend(source);
    m_recent = m_recent.mid(0, kMostRecent);
    m_workbench.settings().set(kRecentKey, m_recent);
    fill();
    setCurrentIndex(findData(source));
    emit chosen();
}

void AnomalyDataChooser::askForFolder() {
    auto* dialog = new QFileDialog(this, tr("A folder of pictures to check"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAccessibleName(dialog->windowTitle());
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    dialog->setDirectory(m_workbench.settings().value(kDataFolderKey).toString());
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
        m_workbench.settings().set(kDataFolderKey, QFileInfo(folder).path());
        choose(QStringLiteral("folder:") + folder);
    });
    dialog->open();
}

void AnomalyDataChooser::askForFile() {
    auto* dialog = new QFileDialog(this, tr("A file of data to check"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAccessibleName(dialog->windowTitle());
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setDirectory(m_workbench.settings().value(kDataFolderKey).toString());
    dialog->setNameFilters({tr("Data (*.npy *.npz *.idx *.gz *-ubyte *.safetensors)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        m_workbench.settings().set(kDataFolderKey, QFileInfo(file).path());
        choose(file);
    });
    dialog->open();
}

void AnomalyDataChooser::askForName() {
    auto* dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("A source to check"));
    dialog->setAccessibleName(dialog->windowTitle());
    QStringList forms;
    for (const SourceKind& kind : sourceKinds())
        forms << QString::fromUtf8(kind.form.data(), static_cast<qsizetype>(kind.form.size()));
    dialog->setLabelText(tr("Its name: %1").arg(forms.join(QStringLiteral(", "))));
    dialog->setTextValue(currentData().toString());
    connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString& text) {
        if (!text.trimmed().isEmpty())
            choose(text.trimmed());
    });
    dialog->open();
}

} // namespace hourglass
