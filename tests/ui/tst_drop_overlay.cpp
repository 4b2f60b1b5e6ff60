// Drags across a window, sent to the top-level window as the platform does.

#include <QtTest>
#include <QtWidgets>

#include "ui/widgets/DropOverlay.h"

using namespace hourglass;

namespace {

struct Window {
    QWidget window;
    QLineEdit* edit = new QLineEdit(&window);
    DropOverlay* overlay = nullptr;
    QMimeData files;

    Window() {
        window.resize(600, 300);
        edit->setGeometry(100, 100, 200, 30);
        overlay = new DropOverlay(&window);
        overlay->setZones({{"dataset", "Use as data set", "folder or images"}, {"denoise", "Denoise or compare"}});
        files.setUrls({QUrl::fromLocalFile("/tmp/a.png")});
        files.setText("/tmp/a.png");
        window.show();
        (void)QTest::qWaitForWindowExposed(&window);
    }
    template <typename Event>
    bool send(QPoint place, const QMimeData& data) {
        Event event(place, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window.windowHandle(), &event);
        return event.isAccepted();
    }
    void leave() {
        QDragLeaveEvent event;
        QCoreApplication::sendEvent(window.windowHandle(), &event);
    }
};

} // namespace

class TestDropOverlay : public QObject {
    Q_OBJECT

private slots:
    void drag_showsZonesAndLightsTheOneUnderTheCursor() {
        Window w;
        QVERIFY(w.overlay->isHidden());
        QVERIFY(w.send<QDragEnterEvent>({20, 20}, w.files));
        QVERIFY(w.overlay->isVisible());
        QCOMPARE(w.overlay->size(), w.window.size());
        QVERIFY(w.send<QDragMoveEvent>({100, 150}, w.files));
        QCOMPARE(w.overlay->litZone(), QStringLiteral("dataset"));
        const QImage before = w.window.grab().toImage();
        QVERIFY(w.send<QDragMoveEvent>({500, 150}, w.files));
        QCOMPARE(w.overlay->litZone(), QStringLiteral("denoise"));
        QVERIFY(before != w.window.grab().toImage());
    }
    void drop_reportsZoneAndUrls() {
        Window w;
        QString zone;
        QList<QUrl> urls;
        QObject::connect(w.overlay, &DropOverlay::dropped, w.overlay, [&](const QMimeData* data, const QString& where) {
            zone = where;
            urls = data->urls();
        });
        w.send<QDragEnterEvent>({20, 20}, w.files);
        w.send<QDragMoveEvent>({500, 150}, w.files);
        QVERIFY(w.send<QDropEvent>({500, 150}, w.files));
        QCOMPARE(zone, QStringLiteral("denoise"));
        QCOMPARE(urls, QList<QUrl>{QUrl::fromLocalFile("/tmp/a.png")});
        QVERIFY(w.overlay->isHidden());
    }
    void drag_enteringOverLineEdit_isNotTakenForText() {
        Window w;
        QVERIFY(w.send<QDragEnterEvent>({150, 110}, w.files));
        QVERIFY(w.overlay->isVisible());
        QVERIFY(w.send<QDropEvent>({150, 110}, w.files));
        QCOMPARE(w.edit->text(), QString());
    }
    void drag_leaving_hides() {
        Window w;
        w.send<QDragEnterEvent>({20, 20}, w.files);
        w.leave();
        QTRY_VERIFY(w.overlay->isHidden());
        w.send<QDragEnterEvent>({20, 20}, w.files);
        w.send<QDragMoveEvent>({300, 150}, w.files);
        w.leave();
        QTRY_VERIFY(w.overlay->isHidden());
    }
    void drag_ofText_isIgnored() {
        Window w;
        QMimeData text;
        text.setText("hello");
        w.send<QDragEnterEvent>({20, 20}, text);
        QVERIFY(w.overlay->isHidden());
    }
    void drag_ofImage_isAccepted() {
        Window w;
        QMimeData image;
        image.setImageData(QImage(4, 4, QImage::Format_RGB32));
        QVERIFY(w.send<QDragEnterEvent>({20, 20}, image));
    }
    void zones_chosenByContent() {
        Window w;
        w.overlay->setZoneChooser([](const QMimeData& data) {
            return std::vector<DropZone>{{data.hasImage() ? "image" : "files", "x"}};
        });
        w.send<QDragEnterEvent>({20, 20}, w.files);
        QCOMPARE(w.overlay->litZone(), QStringLiteral("files"));
    }
};

QTEST_MAIN(TestDropOverlay)
#include "tst_drop_overlay.moc"
