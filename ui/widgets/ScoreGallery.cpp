#include "ui/widgets/ScoreGallery.h"

#include <QApplication>
#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include "ui/models/ScoreGalleryModel.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr int kPicture = 72, kSpace = 6;

class Delegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {kPicture + 2 * kSpace, kPicture + 2 * kSpace + 2 * option.fontMetrics.height()};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        painter->save();
        const bool isSelected = option.state & QStyle::State_Selected;
        const QPalette& palette = option.palette;
        if (isSelected)
            painter->fillRect(option.rect.adjusted(1, 1, -1, -1), palette.color(QPalette::Highlight));
        const QRect box(option.rect.left() + (option.rect.width() - kPicture) / 2, option.rect.top() + kSpace, kPicture,
                        kPicture);
        paintPicture(*painter, box, palette, index);
        const QColor text = palette.color(isSelected ? QPalette::HighlightedText : QPalette::Text);
        const bool isAbove = index.data(ScoreGalleryModel::AboveRole).toBool();
        if (isAbove)
            paintMark(*painter, box, palette);
        const int line = option.fontMetrics.height();
        QRect row(option.rect.left() + 2, box.bottom() + 4, option.rect.width() - 4, line);
        painter->setPen(text);
        painter->drawText(row, Qt::AlignCenter, index.data(Qt::DisplayRole).toString());
        row.translate(0, line);
        const bool isWrong = index.data(ScoreGalleryModel::WrongRole).toBool();
        QString second = index.data(ScoreGalleryModel::ClassRole).toString();
        if (isWrong)
            second = QStringLiteral("✗ ") + (isAbove ? QCoreApplication::translate("ScoreGallery", "alarm")
                                                     : QCoreApplication::translate("ScoreGallery", "missed"));
        painter->setPen(isSelected ? text : isWrong ? theme::errorText(palette) : theme::mutedText(palette));
        painter->drawText(row, Qt::AlignCenter, option.fontMetrics.elidedText(second, Qt::ElideRight, row.width()));
        if (option.state & QStyle::State_HasFocus) {
            painter->setPen(QPen(palette.color(QPalette::WindowText), 1, Qt::DotLine));
            painter->setBrush(Qt::NoBrush);
            painter->drawRect(option.rect.adjusted(1, 1, -2, -2));
        }
        painter->restore();
    }

private:
    static void paintPicture(QPainter& painter, const QRect& box, const QPalette& palette, const QModelIndex& index) {
        const auto picture = index.data(Qt::DecorationRole).value<QImage>();
        if (picture.isNull()) {
            painter.fillRect(box, theme::canvas(palette));
            painter.setPen(theme::mutedText(palette));
            painter.drawText(box.adjusted(2, 2, -2, -2), Qt::AlignCenter | Qt::TextWrapAnywhere,
                             index.data(ScoreGalleryModel::NameRole).toString().left(60));
            return;
        }
        const QSize size = picture.size().scaled(box.size(), Qt::KeepAspectRatio);
        QRect place({0, 0}, size);
        place.moveCenter(box.center());
        painter.setRenderHint(QPainter::SmoothPixmapTransform, picture.width() > size.width());
        painter.drawImage(place, picture);
    }

    static void paintMark(QPainter& painter, const QRect& box, const QPalette& palette) {
        const QColor colour = theme::errorText(palette);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(colour, 3));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(box).adjusted(-1.5, -1.5, 1.5, 1.5));
        const QRectF corner(box.right() - 16, box.top() - 1, 18, 16);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        painter.drawRect(corner);
        painter.setBrush(palette.color(QPalette::Base));
        painter.drawPolygon(QPolygonF{{corner.center().x(), corner.top() + 3},
                                      {corner.left() + 4, corner.bottom() - 4},
                                      {corner.right() - 4, corner.bottom() - 4}});
    }
};

} // namespace

ScoreGallery::ScoreGallery(QWidget* parent) : QListView(parent) {
    setAccessibleName(tr("Samples by score"));
    setItemDelegate(new Delegate(this));
    setFlow(QListView::LeftToRight);
    setWrapping(true);
    setResizeMode(QListView::Adjust);
    setUniformItemSizes(true); // or every one of tens of thousands would be asked
    setSelectionMode(QAbstractItemView::SingleSelection);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    connect(this, &QListView::doubleClicked, this, &ScoreGallery::looked);
}

void ScoreGallery::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QListView::currentChanged(current, previous);
    if (current.isValid())
        emit chosen(current);
}

void ScoreGallery::keyPressEvent(QKeyEvent* event) {
    const bool isLook =
        event->key() == Qt::Key_Space || event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (isLook && currentIndex().isValid() && event->modifiers() == Qt::NoModifier)
        emit looked();
    else
        QListView::keyPressEvent(event);
}

void ScoreGallery::changeEvent(QEvent* event) {
    QListView::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        doItemsLayout();
}

} // namespace hourglass
