#include "ui/widgets/ImageStrip.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <cmath>

#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr double kTileGap = 4, kBandGap = 10, kStripMargin = 6;
constexpr int kLeastHeight = 24; // of an image, to be recognised

} // namespace

ImageStrip::ImageStrip(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Sample images"));
    setToolTip(tr("Click a sample, or walk with the arrows and press Enter, to compare it in full"));
    setRows({tr("Original"), tr("Noisy"), tr("Reconstruction")});
    setEmptyText(tr("Reconstructions of a few validation images appear here while training."));
}

void ImageStrip::setRows(const QStringList& labels) {
    m_labels = labels;
    m_rows.assign(static_cast<size_t>(labels.size()), {});
    m_currentRow = std::clamp(m_currentRow, 0, std::max(0, static_cast<int>(labels.size()) - 1));
    m_arrangement = arrange();
    update();
}

void ImageStrip::setRow(int row, const Tensor& images) {
    std::vector<QImage>& into = m_rows.at(static_cast<size_t>(row));
    const Shape& shape = images.shape();
    const bool isBatch = shape.rank() == 4 && (shape[1] == 1 || shape[1] == 3) && images.elements() > 0;
    const auto count = isBatch ? static_cast<size_t>(shape[0]) : size_t{0};
    const bool isSame = count > 0 && into.size() == count && into.front().width() == shape[3] &&
                        into.front().height() == shape[2] &&
                        into.front().format() == imageFormat(static_cast<int>(shape[1]));
    if (!isSame)
        into.clear();
    for (size_t i = 0; i < count; ++i) {
        if (isSame)
            fillImage(into[i], images.sample(static_cast<int64_t>(i)), static_cast<int>(shape[1]));
        else
            into.push_back(toImage(images, static_cast<int64_t>(i)));
    }
    if (!isSame)
        m_arrangement = arrange();
    m_current = std::clamp(m_current, 0, std::max(0, sampleCount() - 1));
    update();
}

void ImageStrip::clear() {
    m_captions.clear();
    setRows(m_labels);
}

void ImageStrip::setCaptions(const QStringList& captions) {
    m_captions = captions;
    m_arrangement = arrange();
    update();
}

void ImageStrip::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

void ImageStrip::setChoosesImages(bool isOn) {
    m_choosesImages = isOn;
    update();
}

void ImageStrip::setHint(const QString& hint) {
    m_hint = hint;
    setToolTip(hint);
}

int ImageStrip::sampleCount() const {
    size_t count = 0;
    for (const auto& row : m_rows)
        count = std::max(count, row.size());
    return static_cast<int>(count);
}

QSize ImageStrip::imageSize() const {
    for (const auto& row : m_rows)
        if (!row.empty())
            return row.front().size();
    return {};
}

QSize ImageStrip::sizeHint() const {
    const double pixel = 2 / devicePixelRatioF();
    const QSizeF image = sampleCount() > 0 ? QSizeF(imageSize()) * pixel : QSizeF(56, 56);
    const double rows = static_cast<double>(m_labels.size()), columns = std::max(sampleCount(), 6);
    const double captions = m_captions.isEmpty() ? 0 : fontMetrics().height();
    return QSizeF(fontMetrics().averageCharWidth() * 16 + columns * (image.width() + kTileGap),
                  rows * (image.height() + kTileGap) + captions + 2 * kStripMargin)
        .toSize()
        .boundedTo({800, 400});
}

QSize ImageStrip::minimumSizeHint() const {
    return {fontMetrics().averageCharWidth() * 24,
            (kLeastHeight + static_cast<int>(kTileGap)) * static_cast<int>(m_labels.size()) + 12};
}

bool ImageStrip::fits(double scale, Arrangement& into) const {
    const QSize size = imageSize();
    double labels = 0;
    for (const QString& label : m_labels)
        labels = std::max<double>(labels, fontMetrics().horizontalAdvance(label));
    const double captions = into.hasCaptions ? fontMetrics().height() : 0;
    const auto rows = static_cast<double>(m_rows.size());
    into.scale = scale;
    into.left = kStripMargin + labels + 8;
    into.top = kStripMargin;
    double caption = 0;
    for (const QString& each : into.hasCaptions ? m_captions : QStringList())
        caption = std::max<double>(caption, fontMetrics().horizontalAdvance(each));
    into.imageWidth = size.width() * scale;
    into.tileWidth = std::max(into.imageWidth, caption) + kTileGap;
    into.tileHeight = size.height() * scale + kTileGap;
    into.bandHeight = rows * into.tileHeight + captions + kBandGap;
    into.columns =
        std::clamp(static_cast<int>((width() - into.left - kStripMargin + kTileGap) / into.tileWidth), 0, into.samples);
    if (into.columns == 0)
        return false;
    const int bands = (into.samples + into.columns - 1) / into.columns;
    return bands * into.bandHeight - kBandGap - kTileGap + 2 * kStripMargin <= height();
}

// The largest whole scale in device pixels at which everything fits, if there is one.
bool ImageStrip::fitsWholePixels(Arrangement& into) const {
    const double pixel = 1 / devicePixelRatioF();
    int whole = 0;
    while (whole < 64 && fits((whole + 1) * pixel, into))
        ++whole;
    return whole > 0 && fits(whole * pixel, into);
}

ImageStrip::Arrangement ImageStrip::arrange() const {
    Arrangement best;
    if (sampleCount() == 0)
        return best;
    const double pixel = 1 / devicePixelRatioF();
    const double least = std::min(pixel, kLeastHeight / static_cast<double>(imageSize().height()));
    for (best.samples = sampleCount(); best.samples > 0; --best.samples)
        for (const bool hasCaptions : {true, false}) {
            best.hasCaptions = hasCaptions && !m_captions.isEmpty();
            if (fitsWholePixels(best))
                return best;
            for (int percent = 99; percent / 100.0 * pixel >= least; --percent)
                if (fits(percent / 100.0 * pixel, best))
                    return best;
        }
    best.samples = 1; // too small for anything: one, cut off
    best.hasCaptions = false;
    (void)fits(least, best);
    best.columns = 1;
    return best;
}

QRectF ImageStrip::imageRect(int row, int sample) const {
    const Arrangement& a = m_arrangement;
    if (a.scale == 0 || sample < 0 || sample >= a.samples || row < 0 || row >= m_labels.size())
        return {};
    const double ratio = devicePixelRatioF();
    const double x = a.left + (sample % a.columns) * a.tileWidth;
    const double y = a.top + (sample / a.columns) * a.bandHeight + row * a.tileHeight;
    return {std::round(x * ratio) / ratio, std::round(y * ratio) / ratio, a.imageWidth, a.tileHeight - kTileGap};
}

void ImageStrip::paintEvent(QPaintEvent*) {
    m_arrangement = arrange(); // the window may have moved to a screen of another density
    QPainter painter(this);
    const Arrangement& a = m_arrangement;
    if (a.scale == 0) {
        painter.setPen(theme::mutedText(palette()));
        painter.drawText(QRectF(rect()).adjusted(12, 8, -12, -8), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    painter.setRenderHint(QPainter::SmoothPixmapTransform, a.scale * devicePixelRatioF() < 1);
    painter.setPen(theme::mutedText(palette()));
    const int last = static_cast<int>(m_labels.size()) - 1;
    for (int sample = 0; sample < a.samples; sample += a.columns)
        for (int row = 0; row <= last; ++row) {
            QRectF place = imageRect(row, sample);
            place.setLeft(kStripMargin);
            place.setRight(a.left - 8);
            painter.drawText(place.adjusted(0, -20, 0, 20), Qt::AlignRight | Qt::AlignVCenter, m_labels[row]);
        }
    for (int sample = 0; sample < a.samples; ++sample) {
        for (int row = 0; row <= last; ++row) {
            const std::vector<QImage>& images = m_rows[static_cast<size_t>(row)];
            const QRectF place = imageRect(row, sample);
            if (static_cast<size_t>(sample) < images.size())
                painter.drawImage(place, images[static_cast<size_t>(sample)]);
            else
                painter.fillRect(place, theme::canvas(palette()));
        }
        if (a.hasCaptions && sample < m_captions.size()) {
            const QRectF under = imageRect(last, sample);
            const QRectF place(under.left(), under.bottom() + 1, a.tileWidth, fontMetrics().height());
            painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter, m_captions[sample]);
        }
    }
    if (focusPolicy() == Qt::NoFocus) // samples to look at, not to choose
        return;
    const QRectF chosen =
        m_choosesImages ? imageRect(m_currentRow, m_current) : imageRect(0, m_current) | imageRect(last, m_current);
    QColor frame = palette().color(QPalette::Highlight);
    frame.setAlphaF(hasFocus() ? 1.0f : 0.5f);
    painter.setPen(QPen(frame, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(chosen.adjusted(-2, -2, 2, 2));
}

int ImageStrip::sampleAt(QPointF place) const {
    for (int sample = 0; sample < sampleCount(); ++sample)
        if ((imageRect(0, sample) | imageRect(static_cast<int>(m_labels.size()) - 1, sample)).contains(place))
            return sample;
    return -1;
}

int ImageStrip::rowAt(QPointF place, int sample) const {
    if (!m_choosesImages)
        return 0;
    for (int row = 0; row < m_labels.size(); ++row)
        if (sample < countIn(row) && imageRect(row, sample).contains(place))
            return row;
    return -1;
}

void ImageStrip::setCurrentImage(int row, int sample) {
    row = m_choosesImages ? std::clamp(row, 0, std::max(0, static_cast<int>(m_labels.size()) - 1)) : 0;
    sample = std::clamp(sample, 0, std::max(0, (m_choosesImages ? countIn(row) : sampleCount()) - 1));
    if (sample == m_current && row == m_currentRow)
        return;
    m_current = sample;
    m_currentRow = row;
    update();
    emit currentChanged(sample);
}

bool ImageStrip::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int sample = sampleAt(help->pos());
        if (sample >= 0 && m_hint.isEmpty()) {
            QToolTip::showText(help->globalPos(),
                               tr("Sample %1 of %2. Click to compare it in full.").arg(sample + 1).arg(sampleCount()),
                               this);
            return true;
        }
    }
    if (event->type() == QEvent::FontChange) {
        m_arrangement = arrange();
        update();
    }
    return QWidget::event(event);
}

void ImageStrip::resizeEvent(QResizeEvent*) {
    m_arrangement = arrange();
}

void ImageStrip::mousePressEvent(QMouseEvent* event) {
    const int sample =
        event->button() == Qt::LeftButton && focusPolicy() != Qt::NoFocus ? sampleAt(event->position()) : -1;
    const int row = sample >= 0 ? rowAt(event->position(), sample) : -1;
    if (row < 0)
        return event->ignore();
    setCurrentImage(row, sample);
    activate();
}

void ImageStrip::activate() {
    if (m_choosesImages && m_current < countIn(m_currentRow))
        emit imageActivated(m_currentRow, m_current);
    else if (!m_choosesImages)
        emit activated(m_current);
}

// Up and down lead to another row where images are chosen, else to another band of the same samples.
void ImageStrip::walk(int rows, int samples) {
    if (m_choosesImages)
        return setCurrentImage(m_currentRow + rows, m_current + samples);
    const int next = m_current + samples + rows * m_arrangement.columns;
    if (next >= 0 && next < m_arrangement.samples)
        setCurrent(next);
}

void ImageStrip::keyPressEvent(QKeyEvent* event) {
    if (m_arrangement.samples == 0)
        return event->ignore();
    switch (event->key()) {
    case Qt::Key_Left:
        return walk(0, -1);
    case Qt::Key_Right:
        return walk(0, 1);
    case Qt::Key_Up:
        return walk(-1, 0);
    case Qt::Key_Down:
        return walk(1, 0);
    case Qt::Key_Home:
        return setCurrent(0);
    case Qt::Key_End:
        return setCurrent(m_arrangement.samples - 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        return activate();
    default:
        event->ignore();
    }
}

} // namespace hourglass
