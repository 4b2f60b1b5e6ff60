// What the Latent page is made of; what it does is in LatentPage.cpp.

#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QLabel>
#include <QMenu>
#include <QShortcut>
#include <QSplitter>
#include <QTabWidget>
#include <QToolButton>

#include "ui/bridge/Workbench.h"
#include "ui/models/PlainTip.h"
#include "ui/panels/LatentMap.h"
#include "ui/panels/LatentPage.h"
#include "ui/panels/LatentPaint.h"
#include "ui/panels/LatentSamplesView.h"
#include "ui/panels/LatentWander.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/CodeScatter.h"
#include "ui/widgets/StatusLabel.h"

namespace hourglass {

namespace {

const QString kFolderKey = QStringLiteral("data_folder");
const QString kToolKey = QStringLiteral("latent/tool");

} // namespace

LatentPage::LatentPage(Workbench& workbench, QWidget* parent)
    : ModelPage(parent), m_workbench(workbench), m_service(workbench.controller()), m_part(new QComboBox(this)),
      m_model(new ModelChooser(workbench, this)), m_again(new QToolButton(this)), m_split(new QSplitter(this)),
      m_map(new LatentMap(m_analysis, workbench.settings(), this)), m_tools(new QTabWidget(this)),
      m_samples(new LatentSamplesView(m_analysis, *m_map, this)),
      m_clusters(new LatentClustersView(m_analysis, *m_map, this)), m_wander(new LatentWander(m_service, *m_map, this)),
      m_paint(new LatentPaint(m_service, *m_map, this)), m_note(new StatusLabel(tr("About the codes"), this)),
      m_work(new WorkBar(tr("Encoding progress"), tr("Stop encoding (Esc)"), this)) {
    setAccessibleName(tr("Latent page"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 4, 6, 4);
    column->setSpacing(4);
    column->addLayout(buildBar());
    m_split->addWidget(m_map);
    m_split->addWidget(m_tools);
    m_split->setStretchFactor(0, 1);
    m_split->setStretchFactor(1, 1);
    m_split->setSizes({560, 440});
    m_split->setChildrenCollapsible(false);
    column->addWidget(m_split, 1);
    column->addWidget(m_note);
    column->addWidget(m_work);
    m_note->setWordWrap(true);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_note->setMinimumHeight(m_work->sizeHint().height()); // or the map would jump
    m_tools->setDocumentMode(true);
    m_tools->setAccessibleName(tr("Tools"));
    m_tools->addTab(m_samples, tr("Samples"));
    m_tools->addTab(m_clusters, tr("Clusters"));
    m_tools->addTab(m_wander, tr("Pad"));
    m_tools->addTab(m_paint, tr("Paint"));
    m_tools->setTabToolTip(0, tr("Neighbours of the marked sample, and the chosen ones"));
    m_tools->setTabToolTip(1, tr("Examples of each cluster"));
    m_tools->setTabToolTip(2, tr("Wander through the codes and see what is decoded"));
    m_tools->setTabToolTip(3, tr("Paint on a sample and see what that does to its code"));
    m_tools->setUsesScrollButtons(false);
    m_tools->setCurrentIndex(std::clamp(workbench.settings().value(kToolKey, 0).toInt(), 0, m_tools->count() - 1));
    connect(m_tools, &QTabWidget::currentChanged, this,
            [this](int index) { m_workbench.settings().set(kToolKey, index); });
    connect(m_map, &LatentMap::axesChanged, m_wander, &LatentWander::axesChanged);
    connect(m_map, &LatentMap::clustersChanged, m_clusters, &LatentClustersView::clustersChanged);
    connect(m_map->scatter(), &CodeScatter::currentChanged, m_paint, &LatentPaint::currentChanged);
    connect(m_map->scatter(), &CodeScatter::currentChanged, m_samples, &LatentSamplesView::currentChanged);
    connect(m_map->scatter(), &CodeScatter::chosenChanged, m_samples, &LatentSamplesView::chosenChanged);
    connect(m_map->scatter(), &CodeScatter::currentChanged, m_wander, &LatentWander::currentChanged);
    auto* again = new QShortcut(Qt::CTRL | Qt::Key_Return, this);
    again->setContext(Qt::WidgetWithChildrenShortcut);
    connect(again, &QShortcut::activated, this, &LatentPage::collect);
    connectService();
    connectWorkbench();
    showState();
}

QLayout* LatentPage::buildBar() {
    auto* bar = new QHBoxLayout;
    m_part->addItems({tr("Validation part"), tr("Training part")});
    m_part->setAccessibleName(tr("Samples"));
    m_part->setToolTip(tr("Which samples are encoded, at most %1 of them: of the experiment's data the part that the "
                          "model has not learnt from (or all, where there is none), or the part that it has")
                           .arg(CodeView::kMostRows));
    m_part->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_part->setMinimumContentsLength(9);
    auto* label = new QLabel(tr("&Samples"), this);
    label->setBuddy(m_part);
    bar->addWidget(label);
    bar->addWidget(m_part, 1);
    connect(m_part, &QComboBox::activated, this, [this](int index) {
        const bool isOther = index > 1;
        m_other = isOther ? m_part->itemData(index).toString() : QString();
        collect();
    });

    auto* other = new QToolButton(this);
    other->setText(tr("D&ata…"));
    other->setAccessibleName(tr("Other data"));
    other->setToolTip(tr("Encode other samples: a folder of pictures, a file, or a data set by its name. Dropping them "
                         "here does the same; the experiment's data stay"));
    other->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(other);
    menu->addAction(tr("&Folder of pictures…"), this, &LatentPage::askFolder);
    menu->addAction(tr("F&ile…"), this, &LatentPage::askFile);
    menu->addAction(tr("By &name…"), this, &LatentPage::askName);
    other->setMenu(menu);
    bar->addWidget(other);

    auto* model = new QLabel(tr("&Model"), this);
    model->setBuddy(m_model);
    bar->addSpacing(6);
    bar->addWidget(model);
    bar->addWidget(m_model, 1);
    m_again->setText(tr("Enco&de"));
    m_again->setAccessibleName(tr("Encode"));
    m_again->setToolTip(tr("Encode the samples again, with the model as it is now (Ctrl+Return)"));
    connect(m_again, &QToolButton::clicked, this, &LatentPage::collect);
    bar->addWidget(m_again);
    return bar;
}

void LatentPage::useData(const QString& source) {
    int at = m_part->findData(source);
    if (at < 0) {
        const QString name = source.section(QLatin1Char('/'), -1);
        m_part->addItem(name.isEmpty() ? source : name, source);
        at = m_part->count() - 1;
        m_part->setItemData(at, plainTip(source), Qt::ToolTipRole);
    }
    m_part->setCurrentIndex(at);
    m_other = source;
    collect();
}

void LatentPage::askFolder() {
    auto* dialog = new QFileDialog(this, tr("A folder of pictures to encode"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    dialog->setDirectory(m_workbench.settings().value(kFolderKey).toString());
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
        m_workbench.settings().set(kFolderKey, folder);
        useData(QStringLiteral("folder:") + folder);
    });
    dialog->open();
}

void LatentPage::askFile() {
    auto* dialog = new QFileDialog(this, tr("Samples to encode"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setDirectory(m_workbench.settings().value(kFolderKey).toString());
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        m_workbench.settings().set(kFolderKey, QFileInfo(file).path());
        useData(file);
    });
    dialog->open();
}

void LatentPage::askName() {
    auto* dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Samples to encode"));
    dialog->setLabelText(tr("A data set by its name, such as fashion-mnist:test, or a path"));
    dialog->setTextValue(m_other);
    connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString& name) {
        if (!name.trimmed().isEmpty())
            useData(name.trimmed());
    });
    dialog->open();
}

} // namespace hourglass
