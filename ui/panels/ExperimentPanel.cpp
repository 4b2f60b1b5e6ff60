#include "ui/panels/ExperimentPanel.h"

#include <QApplication>
#include <QComboBox>
#include <QFileDialog>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/bridge/CoreText.h"
#include "ui/bridge/Workbench.h"
#include "ui/models/PlainTip.h"
#include "ui/widgets/OptionForm.h"
#include "ui/widgets/StatusLabel.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

ExperimentPanel::ExperimentPanel(Workbench& workbench, QWidget* parent)
    : QWidget(parent), m_workbench(workbench), m_presets(new QComboBox(this)), m_source(new QToolButton(this)),
      m_data(new StatusLabel(tr("Data set"), this)), m_filter(new QLineEdit(this)), m_form(new OptionForm(this)) {
    setAccessibleName(tr("Experiment"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 6, 2, 0);
    column->setSpacing(5);
    auto* top = new QHBoxLayout;
    top->addWidget(m_presets, 1);
    top->addWidget(m_source);
    column->addLayout(top);
    column->addWidget(m_data);
    column->addWidget(m_filter);
    column->addWidget(m_form, 1);
    buildPresets();
    buildSourceMenu();

    m_data->setWordWrap(true);
    m_filter->setPlaceholderText(tr("Find an option (Ctrl+F)"));
    m_filter->setAccessibleName(tr("Find an option"));
    m_filter->setToolTip(tr("Words of its name, key or explanation"));
    m_filter->setClearButtonEnabled(true);
    connect(m_filter, &QLineEdit::textChanged, m_form, &OptionForm::setFilter);
    connect(m_filter, &QLineEdit::returnPressed, this, [this] {
        if (const QStringList keys = m_form->visibleKeys(); !keys.isEmpty())
            m_form->focusOption(keys.first());
    });

    m_form->setAccessibleName(tr("Options"));
    m_form->setGroupTitles({{QStringLiteral("data"), tr("Data set")},
                            {QStringLiteral("model"), tr("Model")},
                            {QStringLiteral("objective"), tr("Objective")},
                            {QStringLiteral("noise"), tr("Noise")},
                            {QStringLiteral("optimizer"), tr("Optimiser")},
                            {QStringLiteral("training"), tr("Training")}});
    m_form->setExpertOpen(workbench.settings().value(QStringLiteral("expert_open"), false).toBool());
    connect(m_form, &OptionForm::expertToggled, this,
            [this](bool isOpen) { m_workbench.settings().set(QStringLiteral("expert_open"), isOpen); });
    ExperimentDocument& document = workbench.document();
    connect(m_form, &OptionForm::edited, this, [this, &document](const QString& key, const Json& value) {
        if (const Result<void> set = document.set(key.toStdString(), value); !set)
            m_form->setIssue(key, coreText(set.error()));
    });
    connect(m_form, &OptionForm::typed, &workbench, &Workbench::holdTyping);
    connect(m_form, &OptionForm::finished, &workbench, &Workbench::finishTyping);
    // Leaving a field ends the step that undo takes back.
    connect(qApp, &QApplication::focusChanged, this, [this, &document](QWidget* old, QWidget*) {
        if (old != nullptr && m_form->isAncestorOf(old))
            document.endEdit();
    });
    connect(&document, &ExperimentDocument::changed, this, &ExperimentPanel::showExperiment);
    connect(&document, &ExperimentDocument::modelChanged, this, &ExperimentPanel::showIssues);
    PreflightService& preflight = workbench.preflight();
    connect(&preflight, &PreflightService::dataOpened, this, &ExperimentPanel::showData);
    connect(&preflight, &PreflightService::busyChanged, this, [this](bool, const QString& activity) {
        if (m_workbench.preflight().data().dataset == nullptr && !activity.isEmpty())
            m_data->say(activity);
    });
    connect(&preflight, &PreflightService::dataFailed, this, [this](const QString& message) {
        showData();
        m_data->setToolTip(plainTip(message));
    });
    setMinimumWidth(fontMetrics().averageCharWidth() * 50); // what the form needs
    showExperiment();
}

void ExperimentPanel::buildPresets() {
    m_presets->setAccessibleName(tr("Preset"));
    m_presets->setToolTip(tr("Start from a ready-made experiment"));
    m_presets->setPlaceholderText(tr("Presets…"));
    m_presets->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_presets->setMinimumContentsLength(10);
    for (const Preset& preset : presets()) {
        m_presets->addItem(coreText(std::string(preset.label)), QString::fromUtf8(preset.id));
        m_presets->setItemData(m_presets->count() - 1, coreText(std::string(preset.help)), Qt::ToolTipRole);
    }
    m_presets->setCurrentIndex(-1);
    connect(m_presets, &QComboBox::activated, this, [this](int index) {
        const QString id = m_presets->itemData(index).toString();
        m_presets->setCurrentIndex(-1); // it says what to start from, not what is there now
        emit presetChosen(id);
    });
}

void ExperimentPanel::buildSourceMenu() {
    m_source->setText(tr("Data…"));
    m_source->setAccessibleName(tr("Choose the data"));
    m_source->setToolTip(tr("Choose what to learn from. Dropping pictures or a folder on the window does the same."));
    m_source->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(m_source);
    connect(menu->addAction(tr("&Folder of pictures…")), &QAction::triggered, this, [this] { askForFolder(); });
    connect(menu->addAction(tr("F&ile (picture, IDX, .npy, .npz, .safetensors)…")), &QAction::triggered, this,
            [this] { askForFile(); });
    menu->addSeparator();
    const auto add = [this, menu](const QString& text, const QString& source) {
        connect(menu->addAction(text), &QAction::triggered, this, [this, source] { emit sourceChosen(source); });
    };
    add(tr("Built-in &shapes"), QStringLiteral("builtin:shapes"));
    add(tr("Built-in &photographs"), QStringLiteral("builtin:photos"));
    add(tr("Fashion-&MNIST"), QStringLiteral("fashion-mnist:train"));
    m_source->setMenu(menu);
}

void ExperimentPanel::askForFolder() {
    auto* dialog = new QFileDialog(this, tr("A folder of pictures"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setDirectory(m_workbench.settings().value(QStringLiteral("data_folder")).toString());
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        m_workbench.settings().set(QStringLiteral("data_folder"), path);
        emit sourceChosen(QStringLiteral("folder:") + path);
    });
    dialog->open();
}

void ExperimentPanel::askForFile() {
    auto* dialog = new QFileDialog(this, tr("A file with data"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setDirectory(m_workbench.settings().value(QStringLiteral("data_folder")).toString());
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        m_workbench.settings().set(QStringLiteral("data_folder"), QFileInfo(path).path());
        emit sourceChosen(path);
    });
    dialog->open();
}

void ExperimentPanel::showExperiment() {
    m_form->setValues(m_workbench.document().experiment().options());
    showData();
}

void ExperimentPanel::showIssues() {
    m_form->clearIssues();
    const QMap<QString, QString>& issues = m_workbench.document().issues();
    for (auto it = issues.begin(); it != issues.end(); ++it)
        m_form->setIssue(it.key(), it.value());
}

void ExperimentPanel::showData() {
    const OpenedDataset& opened = m_workbench.preflight().data();
    if (opened.dataset == nullptr) {
        const ExperimentDocument& document = m_workbench.document();
        const bool hasFailed =
            !m_workbench.preflight().failureFor(document.experiment(), document.baseFolder()).isEmpty();
        m_data->say(hasFailed ? tr("No data: %1 below says why.").arg(m_form->label(QStringLiteral("data.source")))
                              : tr("Opening the data…"));
        return;
    }
    QString text = QString::fromStdString(opened.dataset->description());
    QStringList details;
    for (const std::string& note : opened.report.notes)
        details << coreText(note);
    if (!opened.report.skipped.empty())
        text += tr(" · %1 skipped (see the tooltip)").arg(opened.report.skipped.size());
    for (const SkippedFile& file : opened.report.skipped)
        details << QStringLiteral("%1: %2").arg(QString::fromStdString(file.path), coreText(file.reason));
    m_data->say(text);
    m_data->setToolTip(plainTip(details.join(QLatin1Char('\n'))));
}

void ExperimentPanel::focusFilter() {
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

} // namespace hourglass
