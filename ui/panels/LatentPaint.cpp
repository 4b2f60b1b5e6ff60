#include "ui/panels/LatentPaint.h"

#include <QBoxLayout>
#include <QLabel>
#include <QSlider>
#include <QToolButton>

#include "ui/panels/LatentMap.h"
#include "ui/widgets/CodeBars.h"
#include "ui/widgets/CodeScatter.h"
#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/ImageView.h"
#include "ui/widgets/PaintView.h"

namespace hourglass {

namespace {

constexpr int kPaintWidthForTwo = 260, kPaintLowRoom = 400; // pixels

} // namespace

LatentPaint::LatentPaint(LatentService& service, const LatentMap& map, QWidget* parent)
    : QWidget(parent), m_service(service), m_map(map), m_pair(new QBoxLayout(QBoxLayout::TopToBottom)),
      m_canvas(new PaintView(this)), m_output(new ImageView(this)), m_bars(new CodeBars(this)),
      m_note(new QLabel(this)), m_size(new QSlider(Qt::Horizontal, this)), m_value(new QSlider(Qt::Horizontal, this)),
      m_undo(new QToolButton(this)), m_redo(new QToolButton(this)), m_reset(new QToolButton(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(2, 4, 2, 0);
    column->setSpacing(4);
    m_pair->setSpacing(4);
    m_pair->addWidget(m_canvas, 1);
    m_pair->addWidget(m_output, 1);
    column->addLayout(m_pair, 3);
    for (QWidget* view :
         {static_cast<QWidget*>(m_canvas), static_cast<QWidget*>(m_output), static_cast<QWidget*>(m_bars)})
        view->setMinimumHeight(fontMetrics().height() * 2); // or a low window could not be low
    column->addLayout(buildBrush());
    column->addLayout(buildButtons());
    column->addWidget(m_bars, 1);
    column->addWidget(m_note);
    m_output->setAccessibleName(tr("Reconstruction of the canvas"));
    m_output->setHelp(tr("What the decoder makes of the canvas' code"));
    m_output->setEmptyText(tr("Its reconstruction."));
    m_bars->setAccessibleName(tr("Code of the canvas"));
    m_bars->setToolTip(tr("One bar per value of the code; a whisker is ± σ, where the encoder gives one"));
    m_bars->setEmptyText(tr("The code's values."));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setAccessibleName(tr("About the canvas"));
    connect(m_canvas, &PaintView::painted, this, &LatentPaint::encode);
    connect(m_canvas, &PaintView::strokesChanged, this, &LatentPaint::showBrush);
    connect(&service, &LatentService::encoded, this,
            [this](const std::shared_ptr<const LatentAnswer>& answer) { show(*answer); });
    codesChanged();
}

QLayout* LatentPaint::buildBrush() {
    auto* row = new QHBoxLayout;
    const auto add = [&](const QString& text, QSlider* slider, const QString& name, const QString& tip) {
        auto* label = new QLabel(text, this);
        label->setBuddy(slider);
        slider->setAccessibleName(name);
        slider->setToolTip(tip);
        slider->setMinimumWidth(40);
        row->addWidget(label);
        row->addWidget(slider, 1);
        connect(slider, &QSlider::valueChanged, this, &LatentPaint::showBrush);
    };
    m_size->setRange(1, 16);
    m_size->setValue(3);
    m_value->setRange(0, 100);
    m_value->setValue(100);
    add(tr("&Brush"), m_size, tr("Brush size"), tr("Diameter of the brush in pixels, 1 to 16"));
    add(tr("Va&lue"), m_value, tr("Brush value"),
        tr("What the left button paints, from black to white; the right button paints the opposite"));
    return row;
}

QLayout* LatentPaint::buildButtons() {
    auto* row = new QHBoxLayout;
    const auto add = [&](QToolButton* button, const QString& text, const QString& name, const QString& tip,
                         void (PaintView::*act)()) {
        button->setText(text);
        button->setAccessibleName(name);
        button->setToolTip(tip);
        connect(button, &QToolButton::clicked, m_canvas, act);
        row->addWidget(button);
    };
    add(m_undo, tr("Undo"), tr("Undo the stroke"), tr("Take the last stroke back (Ctrl+Z on the canvas)"),
        &PaintView::undo);
    add(m_redo, tr("Redo"), tr("Redo the stroke"), tr("Bring the stroke back (Ctrl+Shift+Z on the canvas)"),
        &PaintView::redo);
    add(m_reset, tr("Reset"), tr("Reset the canvas"), tr("The sample as it was"), &PaintView::reset);
    row->addStretch(1);
    return row;
}

void LatentPaint::showBrush() {
    m_canvas->setBrush(m_size->value(), static_cast<float>(m_value->value()) / 100);
    m_undo->setEnabled(m_canvas->canUndo());
    m_redo->setEnabled(m_canvas->canRedo());
    m_reset->setEnabled(m_canvas->canUndo());
}

// A model that has learnt on encodes what is on the canvas anew.
void LatentPaint::codesChanged() {
    m_codes = m_map.codes();
    const bool hasPictures = m_codes != nullptr && !m_codes->thumbnails.isEmpty();
    setEnabled(hasPictures);
    m_canvas->setEmptyText(m_codes != nullptr && !hasPictures
                               ? tr("These samples are no pictures to paint on.")
                               : tr("Click a point on the map: its picture can be painted on here."));
    if (m_codes != nullptr)
        m_bars->setRange(m_codes->low, m_codes->high);
    currentChanged();
}

void LatentPaint::currentChanged() {
    const int sample = m_codes != nullptr ? m_map.scatter()->current() : -1;
    const bool isOther = sample != m_sample || m_codes == nullptr ||
                         m_codes->samples->sampleShape().elements() != m_canvas->picture().elements() ||
                         m_samples == nullptr || (sample >= 0 && m_samples->id(sample) != m_codes->samples->id(sample));
    m_samples = m_codes != nullptr ? m_codes->samples : nullptr;
    m_sample = sample;
    if (isOther)
        takeSample();
    else
        encode();
}

void LatentPaint::takeSample() {
    if (m_sample < 0 || !isEnabled()) {
        m_canvas->setPicture({});
        m_output->setImage(QImage());
        m_bars->setValues({});
        m_note->clear();
        return;
    }
    Tensor picture(m_samples->sampleShape());
    const int64_t row = m_sample;
    m_samples->read(std::span(&row, 1), picture.values());
    m_canvas->setPicture(picture);
    encode();
}

// Only what is looked at.
void LatentPaint::encode() {
    m_isStale = !isVisible();
    if (!m_isStale && m_codes != nullptr && !m_canvas->isEmpty())
        m_service.encode(m_codes, m_canvas->picture());
}

void LatentPaint::show(const LatentAnswer& answer) {
    if (m_canvas->isEmpty())
        return;
    m_output->setImage(toImage(answer.picture));
    m_bars->setValues(answer.code.values(),
                      answer.deviation ? std::span<const float>(answer.deviation->values()) : std::span<const float>());
    m_note->setText(tr("error (MSE) %1").arg(QLocale().toString(answer.error, 'g', 3)));
}

void LatentPaint::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_isStale)
        encode();
}

void LatentPaint::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    m_pair->setDirection(width() >= kPaintWidthForTwo || height() < kPaintLowRoom ? QBoxLayout::LeftToRight
                                                                                  : QBoxLayout::TopToBottom);
}

} // namespace hourglass
