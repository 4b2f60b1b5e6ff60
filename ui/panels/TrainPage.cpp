#include "ui/panels/TrainPage.h"

#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/bridge/CoreText.h"
#include "ui/bridge/Workbench.h"
#include "ui/panels/CoachLine.h"
#include "ui/panels/WatchArea.h"
#include "ui/panels/Words.h"
#include "ui/widgets/ArchitectureStrip.h"
#include "ui/widgets/ImageStrip.h"
#include "ui/widgets/LossChart.h"
#include "ui/widgets/TabOrder.h"

namespace hourglass {

namespace {

LayerBlock::Kind kindOf(LayerInfo::Kind kind) {
    switch (kind) {
    case LayerInfo::Kind::Input:
        return LayerBlock::Kind::Input;
    case LayerInfo::Kind::Code:
        return LayerBlock::Kind::Code;
    case LayerInfo::Kind::Output:
        return LayerBlock::Kind::Output;
    case LayerInfo::Kind::Layer:
        break;
    }
    return LayerBlock::Kind::Layer;
}

} // namespace

TrainPage::TrainPage(Workbench& workbench, QWidget* parent)
    : QWidget(parent), m_workbench(workbench), m_architecture(new ArchitectureStrip(this)),
      m_preflight(new QLabel(this)), m_loss(new LossChart(tr("Reconstruction"), {}, this)),
      m_watch(new WatchArea(workbench, this)), m_coach(new CoachLine(workbench, this)),
      m_charts(new QSplitter(Qt::Horizontal, this)), m_strip(new ImageStrip(this)) {
    setAccessibleName(tr("Train"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 4, 6, 4);
    column->setSpacing(4);
    column->addWidget(m_architecture);
    m_architecture->setMaximumHeight(m_architecture->fontMetrics().height() * 7);
    column->addWidget(m_preflight);
    column->addWidget(m_coach);
    buildCharts();
    auto* halves = new QSplitter(Qt::Vertical);
    halves->setObjectName(QStringLiteral("train_splitter"));
    halves->addWidget(m_charts);
    halves->addWidget(m_strip);
    halves->setStretchFactor(0, 5);
    halves->setStretchFactor(1, 4);
    halves->setChildrenCollapsible(false);
    column->addWidget(halves, 1);

    m_preflight->setAccessibleName(tr("Pre-flight"));
    m_preflight->setToolTip(tr("What a run would take. The time is measured on a few batches."));
    m_preflight->setTextFormat(Qt::PlainText); // with names of data
    m_preflight->setWordWrap(true);
    connect(m_architecture, &ArchitectureStrip::blockActivated, this, [this](int index) {
        const auto kind = m_architecture->blocks()[static_cast<size_t>(index)].kind;
        emit optionWanted(kind == LayerBlock::Kind::Input  ? QStringLiteral("data.source")
                          : kind == LayerBlock::Kind::Code ? QStringLiteral("model.code_size")
                                                           : QStringLiteral("model.layers"));
    });
    connect(m_strip, &ImageStrip::activated, this, &TrainPage::sampleActivated);

    TrainingController& controller = workbench.controller();
    PreflightService& preflight = workbench.preflight();
    connect(&workbench.document(), &ExperimentDocument::modelChanged, this, &TrainPage::showModel);
    connect(&preflight, &PreflightService::estimated, this, &TrainPage::showEstimate);
    connect(&preflight, &PreflightService::failed, m_preflight, &QLabel::setText);
    connect(&preflight, &PreflightService::dataFailed, m_preflight, &QLabel::clear); // said above and in the form
    connect(&preflight, &PreflightService::busyChanged, this, [this](bool, const QString& activity) {
        if (m_workbench.preflight().data().dataset == nullptr && !activity.isEmpty())
            m_preflight->setText(activity);
    });
    connect(&workbench, &Workbench::runChanged, this, &TrainPage::showRun);
    connect(&controller, &TrainingController::rowsAdded, this, &TrainPage::showRows);
    connect(&controller, &TrainingController::progressed, this,
            [this](const std::shared_ptr<const Snapshot>& snapshot) { showProgress(*snapshot); });
    connect(&workbench.previews(), &PreviewService::finished, this, &TrainPage::showPreview);
    showModel();
}

void TrainPage::buildCharts() {
    m_charts->addWidget(m_loss);
    m_charts->addWidget(m_watch);
    m_charts->setStretchFactor(0, 1);
    m_charts->setStretchFactor(1, 1);
    m_charts->setChildrenCollapsible(false);
    m_watch->setRateOffered(m_workbench.settings().value(QStringLiteral("rate_chart"), false).toBool());
    m_loss->setSmoothing(m_workbench.settings().value(QStringLiteral("smoothing"), 0.6).toDouble());
    m_loss->setLogarithmic(m_workbench.settings().value(QStringLiteral("log_axis"), false).toBool());
    connect(m_loss, &LossChart::settingsChanged, this, [this] {
        m_workbench.settings().set(QStringLiteral("smoothing"), m_loss->smoothing());
        m_workbench.settings().set(QStringLiteral("log_axis"), m_loss->isLogarithmic());
    });
    m_watch->curve()->follow(*m_loss);
    for (LossChart* chart : {m_loss, m_watch->curve()}) {
        connect(chart, &LossChart::failed, this, &TrainPage::failed);
        connect(chart, &LossChart::exported, this, &TrainPage::exported);
    }
    connect(m_watch, &WatchArea::emptyChanged, this, &TrainPage::placeCharts);
    placeCharts();
}

// Side by side where there is room for both, in one place otherwise.
void TrainPage::placeCharts() {
    const int both = m_loss->minimumSizeHint().width() + m_watch->minimumSizeHint().width() + 40;
    const bool isNarrow = !m_watch->isEmpty() && width() < both;
    if (isNarrow && !m_watch->hasMain()) {
        m_watch->takeMain(m_loss);
        tabInReadingOrder(m_charts);
    } else if (!isNarrow && m_watch->hasMain()) {
        m_charts->insertWidget(0, m_watch->releaseMain());
        tabInReadingOrder(m_charts);
        m_loss->show();
    }
    m_watch->setVisible(!m_watch->isEmpty());
}

// In a low window the curves and pictures need the room more than the network, which does not change while it learns.
void TrainPage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    m_architecture->setVisible(height() >= fontMetrics().height() * 30);
    placeCharts();
}

// Esc that nothing on the page has a use for.
void TrainPage::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Escape || !m_coach->dismiss())
        QWidget::keyPressEvent(event);
}

bool TrainPage::isRateShown() const {
    return m_watch->isRateOffered();
}

void TrainPage::setRateShown(bool isShown) {
    m_watch->setRateOffered(isShown);
    if (isShown)
        m_watch->chooseRate();
    m_workbench.settings().set(QStringLiteral("rate_chart"), isShown);
}

void TrainPage::showModel() {
    const std::shared_ptr<const Model> model = m_workbench.document().model();
    if (model == nullptr) {
        m_architecture->setBlocks({});
        m_architecture->setCaption({});
        const QMap<QString, QString>& issues = m_workbench.document().issues();
        m_architecture->setEmptyText(issues.isEmpty() ? tr("The layers appear here once the data are open.")
                                                      : issues.first());
        return;
    }
    std::vector<LayerBlock> blocks;
    for (const LayerInfo& layer : model->layers) {
        double size = 1;
        QStringList sizes;
        for (size_t i = 1; i < layer.shape.size(); ++i) {
            sizes << QString::fromStdString(layer.shape[i].toString());
            if (layer.shape[i].isFixed())
                size *= static_cast<double>(layer.shape[i].fixedSize());
        }
        LayerBlock block{.name = layerName(layer),
                         .shape = layer.kind == LayerInfo::Kind::Input ? shapeText(model->sampleShape)
                                                                       : sizes.join(QStringLiteral("×")),
                         .relativeSize = size,
                         .kind = kindOf(layer.kind)};
        block.detail = layer.parameters > 0
                           ? tr("%1 · %2 parameters").arg(coreText(layer.detail), QLocale().toString(layer.parameters))
                           : coreText(layer.detail);
        blocks.push_back(std::move(block));
    }
    m_architecture->setBlocks(std::move(blocks));
    QString caption = tr("%1 parameters").arg(QLocale().toString(model->layout->parameterCount()));
    if (const std::optional<double> ratio = model->compressionRatio())
        caption += tr(" · compression %1×").arg(QLocale().toString(*ratio, 'f', *ratio < 10 ? 1 : 0));
    m_architecture->setCaption(caption);
    describeLoss();
}

void TrainPage::showEstimate(const Preflight& estimate) {
    QStringList parts;
    const QLocale locale;
    parts << countText(estimate.validationSamples, tr("%1 training and 1 validation sample"),
                       tr("%2 training and %1 validation samples"))
                 .arg(locale.toString(estimate.trainingSamples))
          << countText(estimate.stepsPerEpoch, tr("1 step per epoch"), tr("%1 steps per epoch"))
          << tr("about %1 MB").arg(locale.toString(std::max<int64_t>(1, estimate.memoryBytes >> 20)));
    if (estimate.secondsPerEpoch > 0) {
        const auto epochs =
            static_cast<double>(m_workbench.document().experiment().options().integer("training.epochs"));
        parts << tr("%1 per epoch, %2 in all")
                     .arg(durationText(estimate.secondsPerEpoch), durationText(estimate.secondsPerEpoch * epochs));
    }
    for (const std::string& warning : estimate.warnings)
        parts << coreText(warning);
    m_preflight->setText(parts.join(QStringLiteral(" · ")));
}

} // namespace hourglass
