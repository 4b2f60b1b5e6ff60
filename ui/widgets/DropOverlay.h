#pragma once

// The layer that lies over a window while something is dragged across it: named zones, the one under the cursor lit.
// It watches its parent's drags by itself and decides nothing about what was dropped (the drop router does).

#include <QMimeData>
#include <QUrl>
#include <QWidget>

#include <functional>
#include <vector>

namespace hourglass {

struct DropZone {
    QString id;    // "dataset"
    QString title; // "Use as data set"
    QString hint = {};
};

class DropOverlay : public QWidget {
    Q_OBJECT

public:
    // Covers `window` while a drag that carries files, folders or an image is over it or anything in it.
    explicit DropOverlay(QWidget* window);

    void setZones(std::vector<DropZone> zones); // also in the middle of a drag
    // Asked when a drag enters, so that the zones can depend on what it carries.
    void setZoneChooser(std::function<std::vector<DropZone>(const QMimeData&)> chooser);
    QString litZone() const;
    QRectF zoneRect(int index) const;
    static bool accepts(const QMimeData& carried);

signals:
    // The data live only during the call.
    void dropped(const QMimeData* data, const QString& zone);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void begin(const QMimeData& carried);
    void end();
    void light(QPointF place);
    bool follow(QDropEvent* event, QPointF place);
    bool drop(QDropEvent* event, QPointF place);

    std::vector<DropZone> m_zones;
    std::function<std::vector<DropZone>(const QMimeData&)> m_chooser;
    int m_lit = -1;
    QPointF m_place;         // of the cursor
    bool m_isTarget = false; // the drag has arrived at the overlay itself
};

} // namespace hourglass
