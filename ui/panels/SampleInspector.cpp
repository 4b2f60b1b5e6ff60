#include "ui/panels/SampleInspector.h"

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>

#include "ui/bridge/Workbench.h"
#include "ui/panels/Words.h"
#include "ui/widgets/HeatmapOverlay.h"
#include "ui/widgets/ImageConvert.h"

namespace hourglass {

namespace {

const QString kOpacityKey = QStringLiteral("anomalies/opacity"), kMaskKey = QStringLiteral("anomalies/mask"),
              kFactorKey = QStringLiteral("anomalies/mask_factor");

} // namespace

SampleInspector::SampleInspector(Workbench& workbench, QWidget* parent)
    : QWidget(parent), m_workbench(workbench), m_transform(new ViewTransform(this)),
      m_original(new ImageView(this, m_transform)), m_reconstruction(new ImageView(this, m_transform)),
      m_heatmap(new HeatmapOverlay(this, m_transform)), m_text(new QLabel(this)),
      m_opacity(new QSlider(Qt::Horizontal, this)), m_mask(new QCheckBox(tr("&Mask above"), this)),
      m_factor(new QDoubleSpinBox(this)), m_controls(new QWidget(this)) {
    setAccessibleName(tr("The sample in full"));
    auto* views = new QHBoxLayout;
    views->setSpacing(4);
    const std::tuple<ImageView*, QString, QString> panes[] = {
        {m_original, tr("Original"), tr("The sample as the model gets it")},
        {m_reconstruction, tr("Reconstruction"), tr("What the model makes of it")},
        {m_heatmap, tr("Error"),
         tr("Squared error of each pixel over the original: dark where it is small, pale where it is four times what "
            "the mask allows")}};
    for (const auto& [view, title, help] : panes) {
        view->setTitle(title);
        view->setAccessibleName(title);
        view->setHelp(help);
        view->setMinimumSize(56, 56);
        views->addWidget(view, 1);
    }
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setAccessibleName(tr("About the sample"));
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);

    auto* controls = new QHBoxLayout(m_controls);
    controls->setContentsMargins(0, 0, 0, 0);
    auto* label = new QLabel(tr("Opacit&y"), m_controls);
    label->setBuddy(m_opacity);
    m_opacity->setRange(0, 100);
    m_opacity->setAccessibleName(tr("Opacity of the error"));
    m_opacity->setToolTip(tr("How much of the original the colours of the error cover, in percent"));
    m_opacity->setMinimumWidth(40);
    m_mask->setAccessibleName(tr("Show the mask"));
    m_mask->setToolTip(tr("Draw a line around the pixels that err more than this many times the threshold"));
    m_factor->setRange(0.1, 100);
    m_factor->setSingleStep(0.5);
    m_factor->setDecimals(1);
    m_factor->setPrefix(QStringLiteral("× "));
    m_factor->setAccessibleName(tr("Level of the mask"));
    m_factor->setToolTip(tr("A pixel is in the mask when its squared error is more than this many times the threshold, "
                            "which is the error that a whole sample may have on average. Raise it to see only the "
                            "worst."));
    controls->addWidget(label);
    controls->addWidget(m_opacity, 1);
    controls->addWidget(m_mask);
    controls->addWidget(m_factor);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(3);
    column->addLayout(views, 1);
    column->addWidget(m_controls);
    column->addWidget(m_text);

    Settings& settings = workbench.settings();
    connect(m_opacity, &QSlider::valueChanged, this, [this, &settings](int value) {
        m_heatmap->setOpacity(value / 100.0);
        settings.set(kOpacityKey, value);
    });
    connect(m_mask, &QCheckBox::toggled, this, [this, &settings](bool isOn) {
        m_heatmap->setMaskShown(isOn);
        settings.set(kMaskKey, isOn);
        showTexts();
    });
    connect(m_factor, &QDoubleSpinBox::valueChanged, this, [this, &settings](double factor) {
        settings.set(kFactorKey, factor);
        applyLevel();
    });
    m_opacity->setValue(settings.value(kOpacityKey, 60).toInt());
    m_mask->setChecked(settings.value(kMaskKey, true).toBool());
    m_heatmap->setMaskShown(m_mask->isChecked());
    m_factor->setValue(settings.value(kFactorKey, 4.0).toDouble());
    clear({});
}

void SampleInspector::clear(const QString& why) {
    m_inspection = nullptr;
    m_about.clear();
    for (ImageView* view : {m_original, m_reconstruction}) {
        view->setImage(QImage());
        view->setVisible(view == m_original || !why.isEmpty());
    }
    m_heatmap->setPicture({}, {});
    for (QWidget* widget : std::initializer_list<QWidget*>{m_reconstruction, m_heatmap, m_controls})
        widget->hide();
    m_original->setEmptyText(why);
    m_text->hide();
}

void SampleInspector::show(std::shared_ptr<const AnomalyInspection> inspection) {
    m_inspection = std::move(inspection);
    m_original->setImage(toImage(m_inspection->original));
    m_reconstruction->setImage(toImage(m_inspection->reconstruction));
    m_heatmap->setPicture(m_inspection->original, m_inspection->errors);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_reconstruction, m_heatmap, m_controls, m_text})
        widget->show();
    showTexts();
}

void SampleInspector::setErrorLevel(double level) {
    m_level = level;
    applyLevel();
}

void SampleInspector::applyLevel() {
    m_heatmap->setLevel(m_level * m_factor->value());
    showTexts();
}

void SampleInspector::setText(const QString& text) {
    m_about = text;
    showTexts();
}

void SampleInspector::showTexts() {
    QString text = m_about;
    if (m_inspection != nullptr && m_mask->isChecked())
        text +=
            QStringLiteral(" · ") + countText(m_heatmap->pixelsAbove(), tr("1 pixel masked"), tr("%1 pixels masked"));
    m_text->setText(text);
}

} // namespace hourglass
