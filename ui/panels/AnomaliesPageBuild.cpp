// What the Anomalies page is made of; what it does is in AnomaliesPage.cpp.

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>

#include "core/data/ImageCodec.h"
#include "ui/bridge/Workbench.h"
#include "ui/models/ScoreGalleryModel.h"
#include "ui/panels/AnomaliesPage.h"
#include "ui/panels/AnomalyCharts.h"
#include "ui/panels/AnomalyDataChooser.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/SampleInspector.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/ScoreGallery.h"
#include "ui/widgets/StatusLabel.h"

namespace hourglass {

namespace {

const QString kScoreKey = QStringLiteral("anomalies/score"), kQuantileKey = QStringLiteral("anomalies/quantile"),
              kOrderKey = QStringLiteral("anomalies/order");
constexpr std::chrono::milliseconds kTypingRest{300}, kReorder{60};
constexpr int64_t kLongestSide = 160; // of a thumbnail, in pixels

QImage thumbnailOf(const Dataset& data, int64_t row) {
    Tensor picture(data.sampleShape());
    data.read(std::span(&row, 1), picture.values());
    const int64_t h = picture.shape()[1], w = picture.shape()[2], longest = std::max(h, w);
    if (longest > kLongestSide)
        picture = resizeImage(picture, std::max<int64_t>(1, h * kLongestSide / longest),
                              std::max<int64_t>(1, w * kLongestSide / longest));
    return toImage(picture);
}

} // namespace

AnomaliesPage::AnomaliesPage(Workbench& workbench, QWidget* parent)
    : ModelPage(parent), m_workbench(workbench), m_service(new AnomalyService(workbench.controller(), this)),
      m_data(new AnomalyDataChooser(workbench, this)), m_model(new ModelChooser(workbench, this)),
      m_score(new QComboBox(this)), m_threshold(new QDoubleSpinBox(this)), m_quantile(new QDoubleSpinBox(this)),
      m_normal(new QComboBox(this)), m_order(new QComboBox(this)),
      m_reason(new StatusLabel(tr("About the normal class"), this)), m_centre(new QStackedWidget(this)),
      m_hint(new StatusLabel(tr("What is needed"), this)),
      m_checkFirst(new QPushButton(tr("Check the validation part"), this)),
      m_note(new StatusLabel(tr("About the check"), this)),
      m_work(new WorkBar(tr("Checking progress"), tr("Stop checking (Esc)"), this)) {
    setAccessibleName(tr("Anomalies page"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 4, 6, 4);
    column->setSpacing(4);
    column->addLayout(buildBar());
    column->addLayout(buildThresholdRow());
    column->addWidget(m_reason);
    m_centre->addWidget(buildEmptyState());
    m_centre->addWidget(buildResults());
    column->addWidget(m_centre, 1);
    column->addLayout(buildFoot());

    m_soon.setSingleShot(true);
    m_soon.setInterval(kTypingRest);
    connect(&m_soon, &QTimer::timeout, this, &AnomaliesPage::start);
    m_reorder.setSingleShot(true);
    m_reorder.setInterval(kReorder);
    connect(&m_reorder, &QTimer::timeout, m_samplesModel, &ScoreGalleryModel::triageChanged);
    connect(m_work, &WorkBar::cancelled, this, &AnomaliesPage::cancel);
    listenTo(m_work);
    auto* again = new QShortcut(Qt::CTRL | Qt::Key_Return, this);
    again->setContext(Qt::WidgetWithChildrenShortcut);
    connect(again, &QShortcut::activated, this, &AnomaliesPage::start);
    connectService();
    showState();
}

QToolButton* AnomaliesPage::addButton(const QString& text, const QString& tip, const std::function<void()>& act) {
    auto* button = new QToolButton(this);
    button->setText(text);
    button->setAccessibleName(QString(text).remove(QLatin1Char('&')).remove(QStringLiteral("…")));
    button->setToolTip(tip);
    if (act)
        connect(button, &QToolButton::clicked, this, act);
    return button;
}

QLayout* AnomaliesPage::buildBar() {
    auto* bar = new QHBoxLayout;
    QToolButton* folder =
        addButton(tr("F&older…"),
                  tr("Choose a folder of pictures to check. Dropping one here does the same; the arrow "
                     "leads to files and named sources."),
                  [this] { m_data->askForFolder(); });
    auto* menu = new QMenu(folder);
    menu->addAction(tr("Folder of pictures…"), m_data, &AnomalyDataChooser::askForFolder);
    menu->addAction(tr("Data file…"), m_data, &AnomalyDataChooser::askForFile);
    menu->addAction(tr("Source by name…"), m_data, &AnomalyDataChooser::askForName);
    folder->setMenu(menu);
    folder->setPopupMode(QToolButton::MenuButtonPopup);
    m_score->addItems({tr("Error"), tr("−ELBO")});
    m_score->setAccessibleName(tr("Score"));
    m_score->setToolTip(tr("What a sample is scored by: the error of its reconstruction, or, of a variational model, "
                           "how improbable it finds the sample. The error tells more of gray pictures."));
    m_score->setItemData(0, tr("Mean squared error of the reconstruction"), Qt::ToolTipRole);
    m_score->setCurrentIndex(m_workbench.settings().value(kScoreKey, 0).toInt() == 1 ? 1 : 0);
    m_again = addButton(tr("Chec&k"), {}, [this] { start(); });
    auto* label = new QLabel(tr("w&ith"), this);
    label->setBuddy(m_model);
    bar->addWidget(folder);
    bar->addWidget(m_data, 1);
    bar->addWidget(label);
    bar->addWidget(m_model, 1);
    bar->addWidget(m_score);
    bar->addWidget(m_again);
    connect(m_data, &AnomalyDataChooser::chosen, this, &AnomaliesPage::start);
    connect(m_data, &QComboBox::activated, this, &AnomaliesPage::startSoon);
    connect(m_model, &ModelChooser::chosen, this, [this] {
        m_isOld = true;
        if (m_wasAsked && isVisible())
            startSoon();
        else
            showState();
    });
    connect(m_score, &QComboBox::activated, this, [this](int score) {
        m_workbench.settings().set(kScoreKey, score);
        if (m_wasAsked)
            startSoon();
    });
    return bar;
}

QLayout* AnomaliesPage::buildThresholdRow() {
    auto* row = new QHBoxLayout;
    const auto add = [&](const QString& text, QWidget* widget, const QString& name, const QString& tip) {
        auto* label = new QLabel(text, this);
        label->setBuddy(widget);
        label->setToolTip(tip);
        widget->setAccessibleName(name);
        widget->setToolTip(tip);
        row->addWidget(label);
        row->addWidget(widget);
    };
    add(tr("Thresho&ld"), m_threshold, tr("Threshold"),
        tr("A sample with a higher score is called an anomaly. Drag the line of the histogram, or type a score."));
    m_threshold->setKeyboardTracking(false);
    m_threshold->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_threshold->setFixedWidth(fontMetrics().averageCharWidth() * 14);
    connect(m_threshold, &QDoubleSpinBox::valueChanged, this, [this](double threshold) {
        m_triage->setThreshold(threshold);
        showThreshold();
    });
    add(tr("&Quantile"), m_quantile, tr("Quantile"),
        tr("The part of the training samples that passes for normal: at 0.99, one in a hundred of them is a false "
           "alarm. Raise it for fewer false alarms, lower it to miss fewer anomalies."));
    m_quantile->setRange(0, 1);
    m_quantile->setDecimals(4);
    m_quantile->setSingleStep(0.005);
    m_quantile->setKeyboardTracking(false);
    m_quantile->setValue(m_workbench.settings().value(kQuantileKey, 0.99).toDouble());
    connect(m_quantile, &QDoubleSpinBox::valueChanged, this, [this](double quantile) {
        m_workbench.settings().set(kQuantileKey, quantile);
        m_triage->setQuantile(quantile);
        showThreshold();
    });
    add(tr("&Normal is"), m_normal, tr("Normal class"),
        tr("Which class of the data is normal; the others are anomalies. Without it there are scores, and no ROC "
           "curve. Pictures have classes by subfolder, IDX files by a file of labels."));
    m_normal->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_normal->setMinimumContentsLength(6);
    m_normal->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(m_normal, &QComboBox::currentIndexChanged, this, &AnomaliesPage::takeNormal);
    m_order->addItems({tr("Highest first"), tr("Nearest first")});
    m_order->setItemData(1, tr("Those nearest to the threshold first: the doubtful ones"), Qt::ToolTipRole);
    m_order->setAccessibleName(tr("Order of the samples"));
    m_order->setToolTip(tr("Show the samples with the highest scores first, or those nearest to the threshold"));
    m_order->setCurrentIndex(m_workbench.settings().value(kOrderKey, 0).toInt() == 1 ? 1 : 0);
    m_order->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_order->setMinimumContentsLength(8);
    row->addWidget(m_order);
    connect(m_order, &QComboBox::currentIndexChanged, this, [this](int order) {
        m_workbench.settings().set(kOrderKey, order);
        m_samplesModel->setOrder(static_cast<AnomalyTriage::Order>(order));
        m_gallery->scrollToTop();
    });
    m_reason->setWordWrap(true);
    m_reason->hide();
    return row;
}

QWidget* AnomaliesPage::buildEmptyState() {
    auto* empty = new QWidget(this);
    auto* column = new QVBoxLayout(empty);
    column->addStretch(1);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.4);
    auto* title = new QLabel(tr("Drop a folder of pictures to check, or choose what to check"), empty);
    title->setFont(large);
    title->setAlignment(Qt::AlignCenter);
    title->setWordWrap(true);
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setWordWrap(true);
    m_checkFirst->setAccessibleName(m_checkFirst->text());
    connect(m_checkFirst, &QPushButton::clicked, this, [this] {
        m_data->setCurrentIndex(0);
        start();
    });
    column->addWidget(title);
    column->addSpacing(6);
    column->addWidget(m_hint);
    column->addSpacing(12);
    column->addWidget(m_checkFirst, 0, Qt::AlignHCenter);
    column->addStretch(1);
    return empty;
}

QWidget* AnomaliesPage::buildResults() {
    m_results = new QSplitter(Qt::Vertical, this);
    m_samples = new QSplitter(Qt::Horizontal, m_results);
    m_gallery = new ScoreGallery(m_samples);
    m_samplesModel = new ScoreGalleryModel(thumbnailOf, this);
    m_gallery->setModel(m_samplesModel);
    m_gallery->setToolTip(tr("A triangle marks what lies above the threshold, a cross what its label says to be judged "
                             "wrongly. Arrows walk, Space has a closer look."));
    m_inspector = new SampleInspector(m_workbench, m_samples);
    m_samples->addWidget(m_gallery);
    m_samples->addWidget(m_inspector);
    m_samples->setChildrenCollapsible(false);
    m_charts = new AnomalyCharts(m_workbench, m_results);
    connect(m_charts, &AnomalyCharts::thresholdMoved, this, [this](double threshold) {
        m_triage->setThreshold(threshold);
        showThreshold();
    });
    m_results->addWidget(m_charts);
    m_results->addWidget(m_samples);
    m_results->setChildrenCollapsible(false);
    m_results->setStretchFactor(0, 2);
    m_results->setStretchFactor(1, 3);
    connect(m_gallery, &ScoreGallery::chosen, this, &AnomaliesPage::inspectCurrent);
    connect(m_gallery, &ScoreGallery::looked, this, &AnomaliesPage::toggleQuickLook);
    return m_results;
}

QLayout* AnomaliesPage::buildFoot() {
    m_note->setWordWrap(true);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_note->setMinimumHeight(m_work->sizeHint().height()); // or the samples would jump
    m_skipped = addButton({}, tr("Which files could not be used, and why"), [this] { showSkipped(); });
    m_skipped->setAccessibleName(tr("Skipped files"));
    m_saveScores = addButton(tr("S&ave scores…"), tr("Save name, score, class and verdict of every sample as CSV"),
                             [this] { askSaveScores(); });
    m_savePictures = addButton(tr("Save &picture"), tr("Save the histogram or the ROC curve as PNG"), {});
    auto* menu = new QMenu(m_savePictures);
    menu->addAction(tr("Histogram…"), this,
                    [this] { askSavePicture(m_charts->histogram(), QStringLiteral("histogram.png")); });
    QAction* roc =
        menu->addAction(tr("ROC curve…"), this, [this] { askSavePicture(m_charts->roc(), QStringLiteral("roc.png")); });
    connect(menu, &QMenu::aboutToShow, this,
            [this, roc] { roc->setEnabled(m_triage != nullptr && m_triage->roc().has_value()); });
    m_savePictures->setMenu(menu);
    m_savePictures->setPopupMode(QToolButton::InstantPopup);
    auto* foot = new QHBoxLayout;
    foot->addWidget(m_note, 1);
    foot->addWidget(m_work, 1);
    for (QToolButton* button : {m_skipped, m_saveScores, m_savePictures})
        foot->addWidget(button);
    return foot;
}

} // namespace hourglass
