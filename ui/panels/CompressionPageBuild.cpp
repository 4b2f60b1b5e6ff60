// What the Compression page is made of; what it does is in CompressionPage.cpp.

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QSpinBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableWidget>
#include <QToolButton>

#include "ui/bridge/Workbench.h"
#include "ui/panels/CompressionPage.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/RatePlot.h"
#include "ui/widgets/StatusLabel.h"

namespace hourglass {

namespace {

constexpr int kMostPictures = 100'000, kPictures = 1000;

} // namespace

CompressionPage::CompressionPage(Workbench& workbench, QWidget* parent)
    : ModelPage(parent), m_workbench(workbench), m_model(new ModelChooser(workbench, this)),
      m_limit(new QSpinBox(this)), m_measure(new QPushButton(tr("Me&asure"), this)), m_centre(new QStackedWidget(this)),
      m_hint(new StatusLabel(tr("What is needed"), this)), m_table(new QTableWidget(this)), m_plot(new RatePlot(this)),
      m_note(new StatusLabel(tr("About the measurement"), this)),
      m_work(new WorkBar(tr("Measuring progress"), tr("Stop measuring (Esc)"), this)), m_save(new QToolButton(this)) {
    setAccessibleName(tr("Compression page"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 4, 6, 4);
    column->setSpacing(4);
    column->addLayout(buildBar());
    column->addWidget(buildCentre(), 1);
    column->addLayout(buildFoot());
    auto* again = new QShortcut(Qt::CTRL | Qt::Key_Return, this);
    again->setContext(Qt::WidgetWithChildrenShortcut);
    connect(again, &QShortcut::activated, this, &CompressionPage::measure);
    connectService();
    showState();
}

QLayout* CompressionPage::buildBar() {
    auto* bar = new QHBoxLayout;
    const auto add = [&](const QString& text, QWidget* control, int stretch) {
        auto* label = new QLabel(text, this);
        label->setBuddy(control);
        bar->addWidget(label);
        bar->addWidget(control, stretch);
    };
    add(tr("&Model"), m_model, 1);
    add(tr("&Pictures"), m_limit, 0);
    m_limit->setRange(1, kMostPictures);
    m_limit->setValue(m_workbench.settings().value(QStringLiteral("compression/pictures"), kPictures).toInt());
    m_limit->setAccessibleName(tr("Pictures"));
    m_limit->setToolTip(tr("How many validation samples of the experiment's data are measured at most, evenly spread. "
                           "More take longer and give surer numbers."));
    connect(m_limit, &QSpinBox::valueChanged, this,
            [this](int count) { m_workbench.settings().set(QStringLiteral("compression/pictures"), count); });
    m_measure->setAccessibleName(tr("Measure"));
    connect(m_measure, &QPushButton::clicked, this, &CompressionPage::measure);
    bar->addWidget(m_measure);
    return bar;
}

QWidget* CompressionPage::buildCentre() {
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setWordWrap(true);
    m_hint->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_hint->setMargin(24);

    m_table->setAccessibleName(tr("Compression table"));
    m_table->setToolTip(
        tr("What each way of storing the pictures costs and leaves. The row that is chosen is ringed in "
           "the plot."));
    m_table->setColumnCount(6);
    m_table->setHorizontalHeaderLabels(
        {tr("Stored as"), tr("Bytes"), tr("Ratio"), tr("MSE"), tr("PSNR (dB)"), tr("SSIM")});
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(m_table->fontMetrics().height() + 6);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setTabKeyNavigation(false);
    m_table->setAlternatingRowColors(true);
    connect(m_table, &QTableWidget::currentCellChanged, this, [this](int row) { m_plot->setCurrent(row); });
    m_plot->setAccessibleName(tr("Compression plot"));
    m_plot->setToolTip(tr("Up and to the left is better: more decibels from fewer bytes. The table has the numbers."));
    connect(m_plot, &RatePlot::chosen, m_table, [this](int row) { m_table->setCurrentCell(row, 0); });

    auto* halves = new QSplitter(Qt::Vertical, this);
    halves->setObjectName(QStringLiteral("compression_splitter"));
    halves->addWidget(m_table);
    halves->addWidget(m_plot);
    halves->setStretchFactor(0, 4);
    halves->setStretchFactor(1, 5);
    halves->setChildrenCollapsible(false);
    m_centre->addWidget(m_hint);
    m_centre->addWidget(halves);
    return m_centre;
}

QLayout* CompressionPage::buildFoot() {
    m_note->setWordWrap(true);
    m_note->setMinimumHeight(m_work->sizeHint().height()); // or the plot would jump
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_save->setText(tr("&Save as…"));
    m_save->setAccessibleName(tr("Save measurement as"));
    m_save->setToolTip(tr("Save the table as comma-separated values (.csv), or the plot as a picture (.png)"));
    connect(m_save, &QToolButton::clicked, this, &CompressionPage::askSave);
    auto* foot = new QHBoxLayout;
    foot->addWidget(m_note, 1);
    foot->addWidget(m_work, 1);
    foot->addWidget(m_save, 0, Qt::AlignBottom);
    return foot;
}

} // namespace hourglass
