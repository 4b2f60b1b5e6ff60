// What the Denoise page is made of; what it does is in DenoisePage.cpp.

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QStackedWidget>
#include <QToolButton>

#include "ui/bridge/Workbench.h"
#include "ui/panels/DenoisePage.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/CompareView.h"
#include "ui/widgets/StatusLabel.h"

namespace hourglass {

namespace {

QString plainName(const QString& text) {
    return QString(text).remove(QLatin1Char('&')).remove(QStringLiteral("…"));
}

} // namespace

DenoisePage::DenoisePage(Workbench& workbench, QWidget* parent)
    : ModelPage(parent), m_workbench(workbench), m_model(new ModelChooser(workbench, this)),
      m_noiseLabel(new QLabel(tr("&Noise σ"), this)), m_noise(new QDoubleSpinBox(this)),
      m_centre(new QStackedWidget(this)), m_hint(new StatusLabel(tr("What is needed"), this)),
      m_openFirst(new QPushButton(tr("Open a picture…"), this)), m_view(new CompareView(this)),
      m_note(new StatusLabel(tr("About the result"), this)),
      m_work(new WorkBar(tr("Denoising progress"), tr("Stop denoising (Esc)"), this)), m_pixel(new QLabel(this)) {
    setAccessibleName(tr("Denoise page"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 4, 6, 4);
    column->setSpacing(4);
    column->addLayout(buildBar());
    m_centre->addWidget(buildEmptyState());
    m_centre->addWidget(m_view);
    column->addWidget(m_centre, 1);
    auto* foot = buildFoot();
    column->addWidget(m_note);
    column->addWidget(m_work);
    column->addLayout(foot);

    m_view->setTitles({tr("Before"), {}, tr("After"), tr("Removed")});
    m_view->setPaneShown(ComparePane::Difference, false); // two large pictures rather than three
    m_view->setCurrent(ComparePane::Original);
    m_view->setMode(CompareView::Mode::Divider);
    connect(m_view, &CompareView::pixelHovered, this,
            [this](QPoint, const QString& values) { m_pixel->setText(values); });
    connect(m_work, &WorkBar::cancelled, this, &DenoisePage::cancel);
    listenTo(m_work);
    const std::pair<QKeySequence, void (DenoisePage::*)()> keys[] = {
        {QKeySequence::Copy, &DenoisePage::copy}, {Qt::CTRL | Qt::Key_Return, &DenoisePage::denoiseAgain}};
    for (const auto& [key, act] : keys) {
        auto* shortcut = new QShortcut(key, this);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, this, act);
    }
    connectService();
    showState();
}

QToolButton* DenoisePage::addButton(const QString& text, const QString& tip, void (DenoisePage::*act)()) {
    auto* button = new QToolButton(this);
    button->setText(text);
    button->setAccessibleName(plainName(text));
    button->setToolTip(tip);
    connect(button, &QToolButton::clicked, this, act);
    return button;
}

QLayout* DenoisePage::buildBar() {
    auto* bar = new QHBoxLayout;
    bar->addWidget(
        addButton(tr("&Open picture…"),
                  tr("Choose the picture to denoise. Dropping one here or pasting it (Ctrl+V) does the same."),
                  &DenoisePage::askOpen));
    auto* label = new QLabel(tr("&Model"), this);
    label->setBuddy(m_model);
    bar->addSpacing(6);
    bar->addWidget(label);
    bar->addWidget(m_model, 1);
    bar->addWidget(m_noiseLabel);
    bar->addWidget(m_noise);
    m_noiseLabel->setBuddy(m_noise);
    m_noise->setRange(0, 255); // 0, which would leave nothing to do, stands for an estimate
    m_noise->setDecimals(1);
    m_noise->setKeyboardTracking(false);
    m_noise->setAccessibleName(tr("Noise level"));
    m_noise->setMinimumWidth(fontMetrics().averageCharWidth() * 16);
    connect(m_noise, &QDoubleSpinBox::valueChanged, this, [this](double level) {
        m_level = level;
        denoise();
    });
    connect(m_noise, &QDoubleSpinBox::editingFinished, this, &DenoisePage::showNoiseLevel);
    showNoiseControl();
    return bar;
}

QWidget* DenoisePage::buildEmptyState() {
    auto* empty = new QWidget(this);
    auto* column = new QVBoxLayout(empty);
    column->addStretch(1);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.4);
    auto* title = new QLabel(tr("Drop a picture here, or open one"), empty);
    title->setFont(large);
    title->setAlignment(Qt::AlignCenter);
    title->setWordWrap(true);
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setWordWrap(true);
    m_openFirst->setAccessibleName(plainName(m_openFirst->text()));
    m_openFirst->setToolTip(tr("PNG, JPEG, WebP, BMP or TIFF, 8 or 16 bit, of any size"));
    connect(m_openFirst, &QPushButton::clicked, this, &DenoisePage::askOpen);
    column->addWidget(title);
    column->addSpacing(6);
    column->addWidget(m_hint);
    column->addSpacing(12);
    column->addWidget(m_openFirst, 0, Qt::AlignHCenter);
    column->addStretch(1);
    return empty;
}

QLayout* DenoisePage::buildFoot() {
    m_note->setWordWrap(true);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_note->setMinimumHeight(m_work->sizeHint().height()); // or the picture would jump

    auto* foot = new QHBoxLayout;
    m_pixel->setAccessibleName(tr("Values under the cursor"));
    m_pixel->setMinimumWidth(1);
    m_again = addButton(tr("&Denoise"), {}, &DenoisePage::denoiseAgain);
    m_copy = addButton(tr("&Copy"), tr("Copy the denoised picture to the clipboard (Ctrl+C)"), &DenoisePage::copy);
    m_save = addButton(tr("&Save as…"), tr("Save the denoised picture; the extension chooses the format"),
                       &DenoisePage::askSave);
    m_copy->setAccessibleName(tr("Copy picture")); // out of context they are to be told from their like elsewhere
    m_save->setAccessibleName(tr("Save picture as"));
    foot->addWidget(m_pixel, 1);
    for (QToolButton* button : {m_again, m_copy, m_save})
        foot->addWidget(button);
    return foot;
}

} // namespace hourglass
