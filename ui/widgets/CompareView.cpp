#include "ui/widgets/CompareView.h"

#include <QButtonGroup>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QKeyEvent>
#include <QToolButton>

#include "ui/bridge/CoreText.h"
#include "ui/bridge/PoolJob.h"
#include "ui/widgets/CompareImageView.h"
#include "ui/widgets/TabOrder.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr int64_t kQuickElements = 1'000'000; // what may be prepared within a frame

} // namespace

CompareView::CompareView(QWidget* parent)
    : QWidget(parent), m_transform(new ViewTransform(this)), m_modeButtons(new QButtonGroup(this)) {
    setAccessibleName(tr("Compare"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(4, 2, 4, 0);
    bar->setSpacing(2);
    column->addLayout(bar);
    m_grid = new QGridLayout;
    m_grid->setSpacing(6);
    column->addLayout(m_grid, 1);
    buildPanes();
    buildBar(bar);
    setTitles({paneTitle(ComparePane::Original), paneTitle(ComparePane::Noisy), paneTitle(ComparePane::Reconstruction),
               paneTitle(ComparePane::Difference)});
    setEmptyText(tr("Nothing to compare yet. Train (F5), then choose a sample, or drop an image here."));
    arrange();
}

void CompareView::buildPanes() {
    for (ComparePane each : kComparePanes) {
        auto* view = new CompareImageView(this, m_transform);
        view->setHelp(tr("Wheel zooms, dragging pans. Keys: + − zoom, 0 fits, Ctrl+1 is 100 %, 1–4 flip, B is the "
                         "divider, Alt+← and "
                         "Alt+→ move it, hold L for the lens"));
        connect(view, &ImageView::viewRectChanged, this, [this, view](const QRectF& rect) {
            if (view->isVisibleTo(this) && !rect.isEmpty())
                emit viewRectChanged(rect);
        });
        connect(view, &ImageView::pixelHovered, this,
                [this](QPoint pixel) { emit pixelHovered(pixel, pixelValues(*m_shownImages, m_titles, pixel)); });
        connect(view, &CompareImageView::dividerMoved, this, [this](double fraction) { m_divider = fraction; });
        m_panes[static_cast<size_t>(each)] = view;
    }
}

QToolButton* CompareView::addToggle(QLayout* bar, const QString& text, const QString& tip) {
    auto* button = new QToolButton(this);
    button->setText(text);
    button->setAccessibleName(text);
    button->setToolTip(tip);
    button->setCheckable(true);
    button->setAutoRaise(true);
    bar->addWidget(button);
    return button;
}

void CompareView::buildBar(QLayout* bar) {
    const std::array modes{std::pair(tr("Side by side"), tr("All chosen panes at once (Esc)")),
                           std::pair(tr("Before–after"), tr("One image, a divider to drag between two versions (B)")),
                           std::pair(tr("Single"), tr("One image at a time; keys 1–4 flip it in place"))};
    for (size_t i = 0; i < modes.size(); ++i)
        m_modeButtons->addButton(addToggle(bar, modes[i].first, modes[i].second), static_cast<int>(i));
    m_modeButtons->button(0)->setChecked(true);
    connect(m_modeButtons, &QButtonGroup::idClicked, this, [this](int id) { setMode(static_cast<Mode>(id)); });
    m_lens = addToggle(bar, tr("Lens"), {});
    connect(m_lens, &QToolButton::toggled, this, [this] { refreshOverlays(); });
    static_cast<QBoxLayout*>(bar)->addStretch(1);
    for (ComparePane each : kComparePanes) {
        QToolButton* button = addToggle(bar, {}, {});
        button->setChecked(true);
        connect(button, &QToolButton::clicked, this, [this, each](bool isOn) {
            if (m_mode == Mode::SideBySide)
                setPaneShown(each, isOn);
            else
                setCurrent(each);
        });
        m_paneButtons[static_cast<size_t>(each)] = button;
    }
    m_gain = new QDoubleSpinBox(this);
    m_gain->setRange(1, 50);
    m_gain->setDecimals(0);
    m_gain->setValue(4);
    m_gain->setPrefix(tr("gain ", "before a number"));
    m_gain->setAccessibleName(tr("Gain of the difference"));
    connect(m_gain, &QDoubleSpinBox::valueChanged, this, [this] { prepare(m_images); });
    bar->addWidget(m_gain);
}

void CompareView::setTitles(const std::array<QString, 4>& titles) {
    m_titles = titles;
    m_byKey.clear();
    for (ComparePane each : kComparePanes) {
        QToolButton* button = m_paneButtons[static_cast<size_t>(each)];
        button->setVisible(!title(each).isEmpty());
        if (title(each).isEmpty())
            continue;
        m_byKey.push_back(each);
        const QString key = QString::number(m_byKey.size());
        pane(each)->setTitle(title(each));
        pane(each)->setMark(key);
        button->setText(key);
        button->setAccessibleName(tr("Show %1").arg(title(each)));
        button->setToolTip(tr("%1: show or hide it; one at a time, flip to it (key %2)").arg(title(each), key));
    }
    if (title(m_current).isEmpty())
        m_current = m_byKey.front();
    const QString after = title(ComparePane::Reconstruction).toLower();
    m_lens->setToolTip(tr("Show “%1” about the cursor (hold L)").arg(after));
    m_gain->setToolTip(tr("How much the difference is amplified. Red: “%1” is brighter; blue: darker.").arg(after));
    arrange();
}

void CompareView::setImages(CompareImages images) {
    prepare(std::make_shared<const CompareImages>(std::move(images)));
}

void CompareView::prepare(std::shared_ptr<const CompareImages> images) {
    m_images = images;
    const int preparation = ++m_preparation; // whatever was on its way is out of date
    const auto work = [images, gain = static_cast<float>(m_gain->value()), isDark = theme::isDark(palette())] {
        return makeCompareLayers(*images, gain, isDark);
    };
    if (images->elements() <= kQuickElements)
        return present(images, work());
    runInPool(m_replies, "drawing a picture", work, [this, preparation, images](const Result<CompareLayers>& layers) {
        if (preparation == m_preparation)
            present(images, layers);
    });
}

void CompareView::present(std::shared_ptr<const CompareImages> images, const Result<CompareLayers>& layers) {
    const QSize before = layer(ComparePane::Original).size();
    m_shownImages = std::move(images);
    m_layers = layers ? *layers : CompareLayers();
    showEmptyText(layers ? m_emptyText : coreText(layers.error()));
    if (layer(ComparePane::Original).size() != before)
        m_transform->fit();
    for (ComparePane each : kComparePanes)
        pane(each)->setImage(layer(each));
    arrange();
    emit imagesShown();
}

void CompareView::clear() {
    for (ComparePane each : kComparePanes)
        setMetrics(each, {});
    setImages({});
}

bool CompareView::hasImages() const {
    return std::any_of(m_layers.begin(), m_layers.end(), [](const ImageLayer& each) { return !each.isNull(); });
}

void CompareView::refreshOverlays() {
    const bool hasLens = m_lens->isChecked() || m_isLensHeld;
    for (ComparePane each : kComparePanes) {
        const ComparePane other =
            each == ComparePane::Reconstruction ? ComparePane::Original : ComparePane::Reconstruction;
        const bool isDivided = m_mode == Mode::Divider && each == m_current && hasLayer(other);
        pane(each)->setOverlay(layer(other), title(other));
        pane(each)->setDivider(isDivided ? std::optional(m_divider) : std::nullopt);
        pane(each)->setLens(hasLens && !isDivided);
    }
}

void CompareView::setMetrics(ComparePane which, const QString& wholeImage, const QString& view) {
    const int before = pane(which)->captionWidth();
    pane(which)->setMetric(view.isEmpty() ? wholeImage : tr("%1 · view %2").arg(wholeImage, view));
    if (pane(which)->captionWidth() > before + fontMetrics().averageCharWidth())
        arrange();
}

void CompareView::setEmptyText(const QString& text) {
    m_emptyText = text;
    showEmptyText(text);
}

void CompareView::showEmptyText(const QString& text) {
    for (CompareImageView* view : m_panes)
        view->setEmptyText(text);
}

void CompareView::setMode(Mode mode) {
    const bool isNew = mode != m_mode;
    m_mode = mode;
    m_modeButtons->button(static_cast<int>(mode))->setChecked(true);
    arrange();
    if (isNew)
        emit modeChanged(mode);
}

bool CompareView::leaveSinglePicture() {
    if (m_mode == Mode::SideBySide || !hasImages())
        return false;
    setMode(Mode::SideBySide);
    return true;
}

void CompareView::setCurrent(ComparePane which) {
    m_current = which;
    arrange();
}

void CompareView::setPaneShown(ComparePane which, bool isShown) {
    m_isShown[static_cast<size_t>(which)] = isShown;

    arrange();
}

bool CompareView::isPaneShown(ComparePane which) const {
    return !pane(which)->isHidden();
}

void CompareView::setLens(bool isOn) {
    m_lens->setChecked(isOn);
}

void CompareView::setGain(double gain) {
    m_gain->setValue(gain);
}

QWidget* CompareView::firstShown() const {
    for (CompareImageView* view : m_panes)
        if (!view->isHidden())
            return view;
    return m_panes.front();
}

QRectF CompareView::viewRect() const {
    for (const CompareImageView* view : m_panes)
        if (!view->isHidden() && !view->image().isNull())
            return view->visibleImageRect();
    return {};
}

// Puts the panes that are to be seen into the arrangement of rows that makes them largest.
void CompareView::arrange() {
    QList<CompareImageView*> shown;
    for (ComparePane each : kComparePanes) {
        const bool isChosen = m_mode == Mode::SideBySide ? m_isShown[static_cast<size_t>(each)] : each == m_current;
        if (isChosen && (hasLayer(each) || m_mode != Mode::SideBySide))
            shown << pane(each);
        m_paneButtons[static_cast<size_t>(each)]->setEnabled(hasLayer(each));
        m_paneButtons[static_cast<size_t>(each)]->setChecked(isChosen);
    }
    if (shown.isEmpty() || !hasImages())
        shown = {pane(m_mode == Mode::SideBySide ? ComparePane::Original : m_current)};
    // All in one row only where none has to cut its caption short.
    int caption = 0;
    for (const CompareImageView* view : shown)
        caption = std::max(caption, view->captionWidth());
    const bool isWide =
        width() > 2 * height() && width() >= static_cast<int>(shown.size()) * (caption + m_grid->spacing());
    const int columns = shown.size() <= 2 ? (width() >= height() ? static_cast<int>(shown.size()) : 1)
                        : isWide          ? static_cast<int>(shown.size())
                                          : 2;
    QWidget* focused = focusWidget();
    for (CompareImageView* view : m_panes) {
        m_grid->removeWidget(view);
        view->setVisible(shown.contains(view));
    }
    for (int i = 0; i < 4; ++i) {
        m_grid->setColumnStretch(i, i < columns ? 1 : 0);
        m_grid->setRowStretch(i, i * columns < shown.size() ? 1 : 0);
    }
    for (int i = 0; i < shown.size(); ++i)
        m_grid->addWidget(shown[i], i / columns, i % columns);
    tabInReadingOrder(this);
    setFocusProxy(shown.first()); // the frame round the panes has nothing to show the focus with
    if (focused != nullptr && focused->isHidden())
        shown.first()->setFocus();
    m_gain->setEnabled(hasLayer(ComparePane::Difference));
    m_lens->setEnabled(hasImages());
    for (QAbstractButton* button : m_modeButtons->buttons())
        button->setEnabled(hasImages());
    refreshOverlays();
    if (hasImages())
        emit viewRectChanged(viewRect());
}

void CompareView::keyPressEvent(QKeyEvent* event) {
    const int digit = event->key() - Qt::Key_1;
    if (digit >= 0 && digit < static_cast<int>(m_byKey.size()) && hasLayer(m_byKey[static_cast<size_t>(digit)])) {
        m_current = m_byKey[static_cast<size_t>(digit)];
        return setMode(m_mode == Mode::Divider ? Mode::Divider : Mode::Single);
    }
    if (event->key() == Qt::Key_L && !event->isAutoRepeat()) {
        m_isLensHeld = true;
        return refreshOverlays();
    }
    if (event->key() == Qt::Key_B && hasImages())
        return setMode(m_mode == Mode::Divider ? Mode::SideBySide : Mode::Divider);
    if (event->key() == Qt::Key_Escape && leaveSinglePicture())
        return;
    QWidget::keyPressEvent(event);
}

void CompareView::keyReleaseEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_L || event->isAutoRepeat())
        return QWidget::keyReleaseEvent(event);
    m_isLensHeld = false;
    refreshOverlays();
}

void CompareView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void CompareView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        prepare(m_images);
}

} // namespace hourglass
