#include "ui/widgets/ArchitectureStrip.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr double kBlockMargin = 8, kGapShare = 0.34; // of a column, between blocks

} // namespace

ArchitectureStrip::ArchitectureStrip(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Architecture"));
    setEmptyText(tr("The layers appear here once data and model fit together."));
}

std::vector<double> ArchitectureStrip::relativeHeights(const std::vector<LayerBlock>& blocks) {
    std::vector<double> logs;
    for (const LayerBlock& block : blocks)
        logs.push_back(std::log(std::max(block.relativeSize, 1e-9)));
    if (logs.empty())
        return {};
    const auto [low, high] = std::minmax_element(logs.begin(), logs.end());
    const double lowest = *low, span = *high - *low;
    for (double& value : logs)
        value = span > 1e-9 ? 0.15 + 0.85 * (value - lowest) / span : 1.0;
    return logs;
}

void ArchitectureStrip::setBlocks(std::vector<LayerBlock> blocks) {
    if (blocks == m_blocks)
        return;
    m_blocks = std::move(blocks);
    m_heights = relativeHeights(m_blocks);
    m_current = std::min(m_current, static_cast<int>(m_blocks.size()) - 1);
    QStringList words;
    for (const LayerBlock& block : m_blocks)
        words << block.name + QLatin1Char(' ') + block.shape;
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    update();
}

void ArchitectureStrip::setCaption(const QString& text) {
    m_caption = text;
    update();
}

void ArchitectureStrip::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

// Where blocks stand: above their two lines of text and the caption.
QRectF ArchitectureStrip::bandRect() const {
    const double text = hasLabels() ? fontMetrics().lineSpacing() * 2 + 4 : 0;
    const double caption = m_caption.isEmpty() ? 0 : fontMetrics().lineSpacing() + 4;
    return QRectF(rect()).adjusted(kBlockMargin, kBlockMargin, -kBlockMargin, -(text + caption + 4));
}

double ArchitectureStrip::columnWidth() const {
    const double widest = fontMetrics().averageCharWidth() * 18.0; // a few layers need not fill a wide window
    return m_blocks.empty() ? 0 : std::min(widest, (width() - 2 * kBlockMargin) / static_cast<double>(m_blocks.size()));
}

bool ArchitectureStrip::hasLabels() const {
    return columnWidth() >= fontMetrics().averageCharWidth() * 4.0;
}

QRectF ArchitectureStrip::blockRect(int index) const {
    if (index < 0 || index >= static_cast<int>(m_blocks.size()))
        return {};
    const QRectF band = bandRect();
    const double column = columnWidth();
    const double start = band.center().x() - column * static_cast<double>(m_blocks.size()) / 2;
    const double height = std::max(4.0, band.height() * m_heights[static_cast<size_t>(index)]);
    const double width = std::max(3.0, column * (1 - kGapShare));
    return {start + column * index + (column - width) / 2, band.center().y() - height / 2, width, height};
}

void ArchitectureStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme::mutedText(palette()));
    if (m_blocks.empty()) {
        painter.drawText(QRectF(rect()).adjusted(12, 8, -12, -8), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    if (!m_caption.isEmpty()) {
        const QRectF strip(kBlockMargin, height() - fontMetrics().lineSpacing() - 4, width() - 2 * kBlockMargin,
                           fontMetrics().lineSpacing());
        painter.drawText(strip, Qt::AlignCenter,
                         fontMetrics().elidedText(m_caption, Qt::ElideRight, static_cast<int>(strip.width())));
    }
    for (int i = 0; i + 1 < static_cast<int>(m_blocks.size()); ++i)
        paintFlow(painter, i);
    for (int i = 0; i < static_cast<int>(m_blocks.size()); ++i)
        paintBlock(painter, i);
}

// The sloped sides between two blocks, which make the silhouette.
void ArchitectureStrip::paintFlow(QPainter& painter, int index) {
    const QRectF from = blockRect(index), to = blockRect(index + 1);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme::mix(palette().color(QPalette::Window), palette().color(QPalette::WindowText), 0.08));
    painter.drawPolygon(QPolygonF({from.topRight(), to.topLeft(), to.bottomLeft(), from.bottomRight()}));
}

void ArchitectureStrip::paintBlock(QPainter& painter, int index) {
    const LayerBlock& block = m_blocks[static_cast<size_t>(index)];
    const QRectF place = blockRect(index);
    const QColor window = palette().color(QPalette::Window), text = palette().color(QPalette::WindowText);
    const QColor accent = theme::trainCurve(palette());
    const bool isEnd = block.kind == LayerBlock::Kind::Input || block.kind == LayerBlock::Kind::Output;
    const QColor fill = block.kind == LayerBlock::Kind::Code ? theme::validationCurve(palette())
                        : isEnd                              ? theme::mix(window, text, 0.35)
                                                             : theme::mix(window, accent, 0.75);
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    painter.drawRoundedRect(place, 2, 2);
    if (index == m_current && hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(place.adjusted(-3, -3, 3, 3), 4, 4);
    }
    if (!hasLabels())
        return;
    const double column = columnWidth();
    QRectF line(place.center().x() - column / 2 + 1, bandRect().bottom() + 4, column - 2, fontMetrics().lineSpacing());
    painter.setPen(text);
    painter.drawText(line, Qt::AlignCenter,
                     fontMetrics().elidedText(block.shape, Qt::ElideRight, static_cast<int>(line.width())));
    line.translate(0, fontMetrics().lineSpacing());
    painter.setPen(theme::mutedText(palette()));
    painter.drawText(line, Qt::AlignCenter,
                     fontMetrics().elidedText(block.name, Qt::ElideRight, static_cast<int>(line.width())));
}

int ArchitectureStrip::blockAt(QPointF place) const {
    for (int i = 0; i < static_cast<int>(m_blocks.size()); ++i) {
        const double centre = blockRect(i).center().x();
        if (std::abs(place.x() - centre) <= columnWidth() / 2)
            return i;
    }
    return -1;
}

bool ArchitectureStrip::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    auto* help = static_cast<QHelpEvent*>(event);
    const int index = blockAt(help->pos());
    if (index < 0) {
        QToolTip::hideText();
        return true;
    }
    const LayerBlock& block = m_blocks[static_cast<size_t>(index)];
    const QString text =
        QStringLiteral("<b>%1</b><br>%2<br>%3")
            .arg(block.name.toHtmlEscaped(), block.shape.toHtmlEscaped(), block.detail.toHtmlEscaped());
    QToolTip::showText(help->globalPos(), text, this);
    return true;
}

void ArchitectureStrip::mousePressEvent(QMouseEvent* event) {
    const int index = event->button() == Qt::LeftButton ? blockAt(event->position()) : -1;
    if (index < 0)
        return event->ignore();
    m_current = index;
    update();
    emit blockActivated(index);
}

void ArchitectureStrip::keyPressEvent(QKeyEvent* event) {
    const int last = static_cast<int>(m_blocks.size()) - 1;
    const bool isLeft = event->key() == Qt::Key_Left, isRight = event->key() == Qt::Key_Right;
    if (last >= 0 && (isLeft || isRight)) {
        m_current = std::clamp(m_current + (isRight ? 1 : -1), 0, last);
        update();
    } else if (m_current >= 0 && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
        emit blockActivated(m_current);
    } else {
        event->ignore();
    }
}

} // namespace hourglass
