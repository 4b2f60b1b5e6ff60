#include "ui/widgets/LossChart.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QSlider>
#include <QVBoxLayout>

#include "ui/models/PlainTip.h"
#include "ui/widgets/CurveCanvas.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr std::chrono::milliseconds kFrame{33};

// The slider spends most of its way near 1, where smoothing changes: weight = 1 − 10^(−3·position), 0 to 0.999.
double weightOf(int position) {
    return 1 - std::pow(10.0, -3.0 * position / 1000.0);
}
int positionOf(double weight) {
    return static_cast<int>(std::lround(-std::log10(1 - weight) * 1000.0 / 3.0));
}

} // namespace

// The title, and beside it the unit, which is elided where there is no room; the tip has it in full then.
class LossChart::Heading : public QLabel {
public:
    using QLabel::QLabel;

    // The title is never cut.
    void say(const QString& title, const QString& unit) {
        m_title = title;
        m_unit = unit;
        QFont bold = font();
        bold.setBold(true);
        m_titleWidth = QFontMetrics(bold).horizontalAdvance(title + QLatin1Char(' '));
        setMinimumWidth(m_titleWidth);
        setText(QStringLiteral("<b>%1</b> %2").arg(title.toHtmlEscaped(), unit.toHtmlEscaped()));
        elide();
    }

protected:
    void resizeEvent(QResizeEvent* event) override {
        QLabel::resizeEvent(event);
        elide();
    }
    void paintEvent(QPaintEvent* event) override {
        if (toolTip().isEmpty())
            return QLabel::paintEvent(event);
        QPainter painter(this);
        painter.setPen(palette().color(QPalette::WindowText));
        const QRect room = rect().adjusted(m_titleWidth, 0, 0, 0);
        painter.drawText(room, Qt::AlignVCenter, fontMetrics().elidedText(m_unit, Qt::ElideRight, room.width()));
        QFont bold = font();
        bold.setBold(true);
        painter.setFont(bold);
        painter.drawText(rect(), Qt::AlignVCenter, m_title);
    }

private:
    void elide() {
        const bool isCut = m_titleWidth + fontMetrics().horizontalAdvance(m_unit) > width();
        setToolTip(isCut ? plainTip(m_title + QLatin1Char(' ') + m_unit) : QString());
    }

    QString m_title, m_unit;
    int m_titleWidth = 0;
};

LossChart::LossChart(const QString& title, const QString& unit, QWidget* parent)
    : QWidget(parent), m_title(title), m_canvas(new CurveCanvas(m_data, this)), m_heading(new Heading(this)),
      m_legend(new QLabel(this)), m_sliderCaption(new QLabel(tr("Smooth"), this)),
      m_slider(new QSlider(Qt::Horizontal, this)), m_sliderValue(new QLabel(this)),
      m_log(new QCheckBox(tr("Log"), this)), m_axis(new QComboBox(this)) {
    m_column = new QVBoxLayout(this);
    m_column->setContentsMargins(6, 4, 6, 4);
    m_column->setSpacing(3);
    m_top = new QHBoxLayout;
    m_top->setSpacing(6);
    m_top->addWidget(m_heading);
    m_top->addWidget(m_legend);
    m_top->addStretch(1);
    buildControls(m_top);
    m_column->addLayout(m_top);
    m_column->addWidget(m_canvas, 1);

    m_heading->setTextFormat(Qt::RichText);
    m_unit = unit;
    setTitle(title);
    m_legend->setTextFormat(Qt::RichText);
    m_legend->setMinimumWidth(1);
    m_canvas->setToolTip({});
    m_canvas->setAccessibleDescription(
        tr("Wheel zooms, dragging pans, a double click shows everything. Left and Right walk the points."));
    setEmptyText(tr("No steps yet. Run (F5) starts the curve."));
    connect(m_canvas, &CurveCanvas::picked, this, &LossChart::picked);
    m_frame.setSingleShot(true);
    connect(&m_frame, &QTimer::timeout, this, [this] { draw(); });
    updateLegend();
    updateAxis();
}

LossChart::~LossChart() {
    delete m_canvas; // before the data that it reads
}

void LossChart::buildControls(QLayout* row) {
    m_sliderCaption->setBuddy(m_slider);
    m_slider->setRange(0, 1000);
    m_slider->setPageStep(100);
    m_slider->setSingleStep(20);
    m_slider->setFixedWidth(72);
    m_slider->setAccessibleName(tr("Smoothing"));
    m_slider->setToolTip(
        tr("Weight of the training curve's moving average, 0 (none) to 0.999. The raw values stay visible, faint."));
    m_slider->setValue(positionOf(m_data.smoothing()));
    m_sliderValue->setFixedWidth(fontMetrics().horizontalAdvance(QStringLiteral("0.999")) + 2);
    m_sliderValue->setText(QString::number(m_data.smoothing(), 'g', 3));
    connect(m_slider, &QSlider::valueChanged, this, [this](int position) {
        m_data.setSmoothing(weightOf(position));
        m_sliderValue->setText(QString::number(weightOf(position), 'f', weightOf(position) > 0.985 ? 3 : 2));
        schedule();
        emit settingsChanged();
    });
    m_log->setAccessibleName(tr("Logarithmic axis"));
    m_log->setToolTip(
        tr("Logarithmic value axis: equal ratios look equally far apart. Values of 0 or less are left out."));
    connect(m_log, &QCheckBox::toggled, this, [this](bool isLog) {
        m_canvas->setLogarithmic(isLog);
        emit settingsChanged();
    });
    m_axis->addItems({tr("Epochs"), tr("Steps")});
    m_axis->setAccessibleName(tr("Horizontal axis"));
    m_axis->setToolTip(tr("Count epochs (passes over the data) or steps (batches)"));
    connect(m_axis, &QComboBox::currentIndexChanged, this, [this] {
        updateAxis();
        emit settingsChanged();
    });
    auto* more = new QPushButton(this);
    more->setText(tr("Export"));
    more->setAccessibleName(tr("Export the curves"));
    more->setToolTip(tr("Save the values as CSV or the picture as PNG"));
    more->setFlat(true);
    auto* menu = new QMenu(more);
    connect(menu->addAction(tr("Values as CSV…")), &QAction::triggered, this, [this] { askForFile(true); });
    connect(menu->addAction(tr("Picture as PNG…")), &QAction::triggered, this, [this] { askForFile(false); });
    menu->addSeparator();
    connect(menu->addAction(tr("Show everything")), &QAction::triggered, this, [this] { m_canvas->showEverything(); });
    more->setMenu(menu);
    for (QWidget* widget :
         std::initializer_list<QWidget*>{m_sliderCaption, m_slider, m_sliderValue, m_log, m_axis, more})
        row->addWidget(widget);
    const QList<QWidget*> order{m_slider, m_log, m_axis, more, m_canvas};
    for (qsizetype i = 1; i < order.size(); ++i)
        QWidget::setTabOrder(order[i - 1], order[i]);
}

void LossChart::append(Curve curve, double x, double y) {
    m_data.append(curve, x, y);
    schedule();
}

void LossChart::appendMany(Curve curve, std::span<const QPointF> points) {
    for (const QPointF& point : points)
        m_data.append(curve, point.x(), point.y());
    schedule();
}

void LossChart::clear() {
    m_data.clear();
    setBest(std::nullopt);
    m_canvas->showEverything();
}

int LossChart::pointCount(Curve curve) const {
    return static_cast<int>(m_data.raw(curve).size());
}

void LossChart::setBest(std::optional<double> step) {
    m_canvas->setBest(step);
}

void LossChart::setTrainingIncludes(const QString& text) {
    m_includes = text;
    updateLegend();
}

// Beside the title, where it is read more easily than along the axis.
void LossChart::setUnit(const QString& unit) {
    m_unit = unit;
    m_heading->say(m_title, unit);
    m_canvas->setAccessibleName(unit.isEmpty() ? tr("%1 curves").arg(m_title) : tr("%1 curves, %2").arg(m_title, unit));
    emit unitChanged();
}

void LossChart::setTitle(const QString& title) {
    m_title = title;
    setAccessibleName(title);
    setUnit(m_unit);
}

void LossChart::setHeadingVisible(bool isVisible) {
    m_heading->setVisible(isVisible);
}

void LossChart::setCurves(bool hasTraining, bool hasValidation) {
    m_hasTraining = hasTraining;
    m_hasValidation = hasValidation;
    updateLegend();
}

void LossChart::setEmptyText(const QString& text) {
    m_canvas->setEmptyText(text);
}

void LossChart::setStepsPerEpoch(double steps) {
    m_stepsPerEpoch = steps;
    updateAxis();
}

void LossChart::setSmoothing(double weight) {
    m_slider->setValue(positionOf(std::clamp(weight, 0.0, 0.999)));
}

void LossChart::follow(const LossChart& leader) {
    for (QWidget* widget : std::initializer_list<QWidget*>{m_sliderCaption, m_slider, m_sliderValue})
        widget->hide();
    m_isFollowing = true;
    const auto take = [this, &leader] {
        setSmoothing(leader.smoothing());
        m_axis->setCurrentIndex(leader.m_axis->currentIndex());
    };
    connect(&leader, &LossChart::settingsChanged, this, take);
    take();
    updateAxis();
}

void LossChart::setLogarithmic(bool isLog) {
    m_log->setChecked(isLog);
}

bool LossChart::isLogarithmic() const {
    return m_log->isChecked();
}

void LossChart::schedule() {
    if (!m_frame.isActive())
        m_frame.start(kFrame);
}

void LossChart::draw() {
    if (isVisible())
        m_canvas->refresh();
}

void LossChart::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    schedule();
}

// The legend stands beside the heading, or below it where there is no room.
void LossChart::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    int wanted = m_legend->sizeHint().width();
    for (int i = 0; i < m_top->count(); ++i)
        if (const QWidget* widget = m_top->itemAt(i)->widget();
            widget != nullptr && widget != m_legend && !widget->isHidden())
            wanted += widget->sizeHint().width() + m_top->spacing();
    const bool isBeside = m_top->indexOf(m_legend) >= 0, fits = wanted + 30 < width();
    if (fits == isBeside)
        return;
    (isBeside ? m_top : m_column)->removeWidget(m_legend);
    if (fits)
        m_top->insertWidget(1, m_legend);
    else
        m_column->insertWidget(1, m_legend);
}

void LossChart::updateLegend() {
    const auto swatch = [](const QColor& colour, const QString& text) {
        return QStringLiteral("<span style='color:%1'>▬</span>&nbsp;%2").arg(colour.name(), text.toHtmlEscaped());
    };
    QStringList curves;
    if (m_hasTraining)
        curves << swatch(theme::trainCurve(palette()),
                         m_includes.isEmpty() ? tr("training") : tr("training (includes %1)").arg(m_includes));
    if (m_hasValidation)
        curves << swatch(theme::validationCurve(palette()), tr("validation"));
    m_legend->setText(curves.join(QStringLiteral(" &nbsp; ")));
    m_legend->setVisible(!curves.isEmpty());
}

void LossChart::updateAxis() {
    m_axis->setVisible(m_stepsPerEpoch > 0 && !m_isFollowing);
    const bool isEpochs = m_stepsPerEpoch > 0 && m_axis->currentIndex() == 0;
    m_canvas->setXUnit(isEpochs ? m_stepsPerEpoch : 1, isEpochs ? tr("epoch") : tr("step"));
}

void LossChart::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        updateLegend();
}

} // namespace hourglass
