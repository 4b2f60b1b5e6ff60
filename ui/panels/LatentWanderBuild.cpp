// What the pad tool is made of; what it does is in LatentWander.cpp.

#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSlider>
#include <QStackedWidget>
#include <QToolButton>

#include "ui/panels/LatentMap.h"
#include "ui/panels/LatentWander.h"
#include "ui/widgets/CodeBars.h"
#include "ui/widgets/ImageView.h"
#include "ui/widgets/LatentPad.h"
#include "ui/widgets/Steady.h"
#include "ui/widgets/TabOrder.h"

namespace hourglass {

namespace {

constexpr int kSliderReach = 300;                             // hundredths of σ
constexpr int kWanderWidthForTwo = 300, kWanderLowRoom = 400; // pixels

QToolButton* textButton(QWidget* parent, const QString& text, const QString& name, const QString& tip) {
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setAccessibleName(name);
    button->setToolTip(tip);
    return button;
}

} // namespace

LatentWander::LatentWander(LatentService& service, const LatentMap& map, QWidget* parent)
    : QWidget(parent), m_service(service), m_map(map), m_pair(new QBoxLayout(QBoxLayout::TopToBottom)),
      m_pad(new LatentPad(this)), m_output(new QStackedWidget(this)), m_picture(new ImageView(this)),
      m_row(new CodeBars(this)), m_sliders(new QWidget(this)), m_between(new QSlider(Qt::Horizontal, this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(2, 4, 2, 0);
    column->setSpacing(4);
    m_picture->setAccessibleName(tr("Decoded picture"));
    m_picture->setHelp(tr("What the decoder makes of this place"));
    m_picture->setEmptyText(tr("The decoder's picture."));
    m_row->setAccessibleName(tr("Decoded values"));
    m_output->addWidget(m_picture);
    m_output->addWidget(m_row);
    m_pair->addWidget(m_pad, 1);
    m_pair->addWidget(m_output, 1);
    m_pair->setSpacing(4);
    column->addLayout(m_pair, 3);
    column->addLayout(buildButtons());
    column->addLayout(buildInterpolation());
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(m_sliders);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setMinimumHeight(fontMetrics().height() * 2);
    column->addWidget(scroll, 2);
    connect(m_pad, &LatentPad::moved, this, [this](QPointF place) {
        const auto [x, y] = m_map.shownAxes();
        moveAxis(x, place.x());
        if (m_coordinates.size() > 1)
            moveAxis(y, place.y());
        m_code = codeAt(*m_codes, *m_map.axes(), m_base, m_coordinates);
        decode();
    });
    connect(&service, &LatentService::decoded, this,
            [this](const std::shared_ptr<const LatentAnswer>& answer) { show(*answer); });
    setEnabled(false);
}

QLayout* LatentWander::buildButtons() {
    auto* row = new QHBoxLayout;
    auto* middle = textButton(this, tr("&Reset"), tr("Reset the place"), tr("Go to the mean of all codes"));
    m_start = textButton(this, tr("From samp&le"), tr("Start at the sample"), {});
    row->addWidget(middle);
    row->addWidget(m_start);
    row->addStretch(1);
    connect(middle, &QToolButton::clicked, this, &LatentWander::reset);
    connect(m_start, &QToolButton::clicked, this, &LatentWander::startAtSample);
    return row;
}

QLayout* LatentWander::buildInterpolation() {
    auto* row = new QHBoxLayout;
    m_setA = textButton(this, tr("A"), tr("Sample A"), tr("Start from the sample that is marked on the map"));
    m_setB = textButton(this, tr("B"), tr("Sample B"), tr("End at the sample that is marked on the map"));
    m_between->setRange(0, 100);
    m_between->setAccessibleName(tr("Between A and B"));
    m_between->setEnabled(false);
    row->addWidget(m_setA);
    row->addWidget(m_between, 1);
    row->addWidget(m_setB);
    connect(m_setA, &QToolButton::clicked, this, [this] { setEnd(m_a); });
    connect(m_setB, &QToolButton::clicked, this, [this] { setEnd(m_b); });
    connect(m_between, &QSlider::valueChanged, this, &LatentWander::interpolate);
    return row;
}

// One for each axis that the pad does not have.
void LatentWander::buildSliders() {
    const LatentAxes& axes = *m_map.axes();
    const auto [x, y] = m_map.shownAxes();
    std::vector<int> wanted;
    for (int axis = 0; axis < static_cast<int>(axes.count()); ++axis)
        if (axis != x && axis != y)
            wanted.push_back(axis);
    const auto nameOf = [&](int axis) {
        return axes.kind == LatentAxes::Kind::Values ? tr("value %1").arg(axis + 1) : tr("axis %1").arg(axis + 1);
    };
    const bool isSame =
        std::equal(wanted.begin(), wanted.end(), m_axes.begin(), m_axes.end(), [&](int axis, const Axis& one) {
            return axis == one.axis && one.slider->accessibleName() == nameOf(axis);
        });
    if (isSame && !m_axes.empty())
        return;
    m_axes.clear();
    delete m_sliders->layout();
    qDeleteAll(m_sliders->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
    auto* grid = new QGridLayout(m_sliders);
    grid->setContentsMargins(0, 0, 6, 0);
    grid->setVerticalSpacing(2);
    for (const int axis : wanted) {
        auto* name = new QLabel(nameOf(axis), m_sliders);
        auto* slider = new Steady<QSlider>(Qt::Horizontal, m_sliders); // the list is scrolled by the wheel
        auto* value = new QLabel(m_sliders);
        slider->setRange(-kSliderReach, kSliderReach);
        slider->setPageStep(50);
        slider->setSingleStep(10);
        slider->setAccessibleName(name->text());
        slider->setToolTip(tr("Moves the code along %1, from −3σ to 3σ of the data").arg(name->text()));
        value->setMinimumWidth(fontMetrics().horizontalAdvance(tr("%1 σ").arg(QStringLiteral("−3.0"))));
        value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        const int row = grid->rowCount();
        grid->addWidget(name, row, 0);
        grid->addWidget(slider, row, 1);
        grid->addWidget(value, row, 2);
        m_axes.push_back({axis, slider, value});
        connect(slider, &QSlider::valueChanged, this, [this, axis](int hundredths) {
            moveAxis(axis, hundredths / 100.0);
            m_code = codeAt(*m_codes, *m_map.axes(), m_base, m_coordinates);
            showPlace();
            decode();
        });
    }
    grid->setRowStretch(grid->rowCount(), 1);
    grid->setColumnStretch(1, 1);
    tabInReadingOrder(this);
}

void LatentWander::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    m_pair->setDirection(width() >= kWanderWidthForTwo || height() < kWanderLowRoom ? QBoxLayout::LeftToRight
                                                                                    : QBoxLayout::TopToBottom);
}

} // namespace hourglass
