// What the Generate page is made of; what it does is in GeneratePage.cpp.

#include <QButtonGroup>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QTimer>
#include <QToolButton>

#include "ui/bridge/Workbench.h"
#include "ui/panels/GeneratePage.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/ImageView.h"
#include "ui/widgets/PictureTable.h"
#include "ui/widgets/StatusLabel.h"

namespace hourglass {

namespace {

constexpr int kMostSamples = 1000;

QLabel* labelFor(const QString& text, QWidget* buddy, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setBuddy(buddy);
    return label;
}

} // namespace

GeneratePage::GeneratePage(Workbench& workbench, QWidget* parent)
    : ModelPage(parent), m_workbench(workbench), m_model(new ModelChooser(workbench, this)),
      m_what(new QButtonGroup(this)), m_count(new QSpinBox(this)), m_columns(new QSpinBox(this)),
      m_start(new QComboBox(this)), m_place(new QSpinBox(this)), m_temperature(new QDoubleSpinBox(this)),
      m_seed(new QSpinBox(this)), m_resample(new QToolButton(this)), m_centre(new QStackedWidget(this)),
      m_hint(new StatusLabel(tr("What is needed"), this)), m_table(new PictureTable(this)), m_aside(new QWidget(this)),
      m_enlarged(new ImageView(m_aside)), m_note(new StatusLabel(tr("About the samples"), this)),
      m_work(new WorkBar(tr("Generating progress"), tr("Stop generating (Esc)"), this)), m_save(new QToolButton(this)),
      m_live(new QTimer(this)) {
    setAccessibleName(tr("Generate page"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 4, 6, 4);
    column->setSpacing(4);
    column->addLayout(buildModelRow());
    column->addLayout(buildWhatRow());
    column->addLayout(buildCodeRow());
    column->addWidget(buildCentre(), 1);
    column->addLayout(buildFoot());
    auto* again = new QShortcut(Qt::CTRL | Qt::Key_R, this);
    again->setContext(Qt::WidgetWithChildrenShortcut);
    connect(again, &QShortcut::activated, this, &GeneratePage::resample);
    m_live->setSingleShot(true);
    connect(m_live, &QTimer::timeout, this, &GeneratePage::refresh);
    connectService();
    showControls();
    showState();
}

QLayout* GeneratePage::buildModelRow() {
    auto* row = new QHBoxLayout;
    row->addWidget(labelFor(tr("&Model"), m_model, this));
    row->addWidget(m_model, 1);
    return row;
}

QLayout* GeneratePage::buildWhatRow() {
    const Settings& settings = m_workbench.settings();
    auto* row = new QHBoxLayout;
    const std::pair<QString, QString> kinds[] = {
        {tr("S&amples"), tr("New samples, decoded from random codes")},
        {tr("Traversa&l"), tr("A row for each dimension of the code, which runs from −3σ to 3σ while the others stay: "
                              "what it stands for")}};
    for (const auto& [text, tip] : kinds) {
        auto* button = new QToolButton(this);
        button->setText(text);
        button->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        button->setToolTip(tip);
        button->setCheckable(true);
        m_what->addButton(button, static_cast<int>(m_what->buttons().size()));
        row->addWidget(button);
    }
    m_what->button(settings.value(QStringLiteral("generate/traversal"), false).toBool() ? 1 : 0)->setChecked(true);
    connect(m_what, &QButtonGroup::idToggled, this, [this](int, bool isChecked) {
        if (!isChecked)
            return;
        m_workbench.settings().set(QStringLiteral("generate/traversal"), what() == What::Traversal);
        closeEnlarged();
        showControls();
        generate();
    });
    row->addSpacing(8);

    m_count->setRange(1, kMostSamples);
    m_count->setValue(settings.value(QStringLiteral("generate/count"), 64).toInt());
    m_count->setKeyboardTracking(false);
    m_count->setAccessibleName(tr("Count"));
    m_count->setToolTip(tr("How many samples. The first ones do not change when there are more."));
    connect(m_count, &QSpinBox::valueChanged, this, [this](int count) {
        m_workbench.settings().set(QStringLiteral("generate/count"), count);
        generate();
    });
    m_columns->setRange(0, 100);
    m_columns->setSpecialValueText(tr("fit"));
    m_columns->setValue(settings.value(QStringLiteral("generate/columns"), 0).toInt());
    m_columns->setKeyboardTracking(false);
    m_columns->setAccessibleName(tr("Columns"));
    m_columns->setToolTip(tr("Pictures in a row; “fit” (0) takes as many as make them largest on this page"));
    connect(m_columns, &QSpinBox::valueChanged, this, [this](int columns) {
        m_workbench.settings().set(QStringLiteral("generate/columns"), columns);
        m_table->setColumns(columns);
    });
    m_start->addItems({tr("the mean code"), tr("a random code"), tr("a validation sample")});
    m_start->setAccessibleName(tr("Start"));
    m_start->setToolTip(tr("The code whose other dimensions stay as they are. One of a validation sample shows what a "
                           "dimension does to that picture."));
    m_start->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_start->setMinimumContentsLength(8);
    connect(m_start, &QComboBox::activated, this, [this] {
        showControls();
        generate();
    });
    m_place->setRange(1, 1'000'000);
    m_place->setKeyboardTracking(false);
    m_place->setAccessibleName(tr("Sample"));
    m_place->setToolTip(tr("Which validation sample of the experiment's data to start from"));
    connect(m_place, &QSpinBox::valueChanged, this, &GeneratePage::generate);

    const auto add = [&](const QString& text, QWidget* control, std::vector<QWidget*>& group, int stretch = 0) {
        group.push_back(labelFor(text, control, this));
        group.push_back(control);
        row->addWidget(group[group.size() - 2]);
        row->addWidget(control, stretch);
    };
    add(tr("C&ount"), m_count, m_ofSamples);
    add(tr("Colum&ns"), m_columns, m_ofSamples);
    add(tr("Start w&ith"), m_start, m_ofTraversal, 1);
    m_ofTraversal.push_back(m_place);
    row->addWidget(m_place);
    row->addStretch(0);
    return row;
}

QLayout* GeneratePage::buildCodeRow() {
    auto* row = new QHBoxLayout;
    m_temperature->setRange(0, 3);
    m_temperature->setSingleStep(0.1);
    m_temperature->setDecimals(2);
    m_temperature->setValue(m_workbench.settings().value(QStringLiteral("generate/temperature"), 1.0).toDouble());
    m_temperature->setKeyboardTracking(false);
    m_temperature->setAccessibleName(tr("Temperature"));
    m_temperature->setToolTip(
        tr("Factor of the codes' standard deviation, from 0 to 3. Lower gives samples nearer to the "
           "mean, more alike and cleaner; higher gives stranger ones."));
    connect(m_temperature, &QDoubleSpinBox::valueChanged, this, [this](double temperature) {
        m_workbench.settings().set(QStringLiteral("generate/temperature"), temperature);
        generate();
    });
    m_seed->setRange(0, std::numeric_limits<int>::max());
    m_seed->setKeyboardTracking(false);
    m_seed->setAccessibleName(tr("Seed"));
    m_seed->setToolTip(tr("Names the codes that are drawn: the same seed gives the same codes, also in hourglass-cli"));
    connect(m_seed, &QSpinBox::valueChanged, this, &GeneratePage::generate);
    m_resample->setText(tr("&Resample"));
    m_resample->setAccessibleName(tr("Resample"));
    connect(m_resample, &QToolButton::clicked, this, &GeneratePage::resample);

    for (const auto& [text, control] :
         {std::pair<QString, QWidget*>{tr("Tem&perature"), m_temperature}, {tr("See&d"), m_seed}}) {
        QLabel* label = labelFor(text, control, this);
        row->addWidget(label);
        row->addWidget(control);
        m_ofSeed.push_back(label);
        m_ofSeed.push_back(control);
    }
    row->addWidget(m_resample);
    m_ofSeed.push_back(m_resample);
    row->addStretch(1);
    return row;
}

QWidget* GeneratePage::buildCentre() {
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setWordWrap(true);
    m_hint->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_hint->setMargin(24);

    m_table->setAccessibleName(tr("Generated pictures"));
    m_table->setToolTip(tr("Click a picture, or walk with the arrows and press Enter, to enlarge it; R draws others"));
    connect(m_table, &PictureTable::activated, this, &GeneratePage::enlarge);
    connect(m_table, &PictureTable::currentChanged, this, [this](int index) {
        if (m_aside->isVisible())
            enlarge(index);
    });
    auto* close = new QToolButton(m_aside);
    close->setText(tr("Close"));
    close->setAccessibleName(tr("Close the enlarged picture"));
    close->setToolTip(tr("Close the enlarged picture (Esc)"));
    connect(close, &QToolButton::clicked, this, &GeneratePage::closeEnlarged);
    auto* aside = new QVBoxLayout(m_aside);
    aside->setContentsMargins(0, 0, 0, 0);
    aside->addWidget(m_enlarged, 1);
    aside->addWidget(close, 0, Qt::AlignRight);
    m_aside->setMinimumWidth(fontMetrics().averageCharWidth() * 28);
    m_aside->hide();

    auto* halves = new QSplitter(Qt::Horizontal, this);
    halves->setObjectName(QStringLiteral("generate_splitter"));
    halves->addWidget(m_table);
    halves->addWidget(m_aside);
    halves->setStretchFactor(0, 3);
    halves->setStretchFactor(1, 2);
    halves->setChildrenCollapsible(false);
    m_centre->addWidget(m_hint);
    m_centre->addWidget(halves);
    return m_centre;
}

QLayout* GeneratePage::buildFoot() {
    m_note->setWordWrap(true);
    m_note->setMinimumHeight(m_work->sizeHint().height()); // or the pictures would jump
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_save->setText(tr("&Save as…"));
    m_save->setAccessibleName(tr("Save samples as"));
    m_save->setToolTip(tr("Save all of them as one picture (PNG and others), or as an array (.npy)"));
    connect(m_save, &QToolButton::clicked, this, &GeneratePage::askSave);
    auto* foot = new QHBoxLayout;
    foot->addWidget(m_note, 1);
    foot->addWidget(m_work, 1);
    foot->addWidget(m_save, 0, Qt::AlignBottom);
    return foot;
}

} // namespace hourglass
