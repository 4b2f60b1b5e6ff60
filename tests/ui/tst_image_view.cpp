// Colour conversion, view mapping and the image view with wheel, mouse and keys.

#include <QtTest>
#include <QtWidgets>

#include <limits>

#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/ImageView.h"

using namespace hourglass;

namespace {

QImage checker(int width, int height) {
    QImage image(width, height, QImage::Format_RGB32);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            image.setPixel(x, y, (x + y) % 2 == 0 ? 0xffffffff : 0xff000000);
    return image;
}

void wheel(QWidget* target, QPointF at, int turn) {
    QWheelEvent event(at, target->mapToGlobal(at), {}, {0, turn}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QCoreApplication::sendEvent(target, &event);
}

struct Shown {
    ImageView view;
    explicit Shown(const QImage& image, QSize size = {300, 300}) {
        view.setTitle("Noisy");
        view.setImage(image);
        view.resize(size);
        view.show();
        (void)QTest::qWaitForWindowExposed(&view);
    }
};

} // namespace

class TestImageView : public QObject {
    Q_OBJECT

private slots:
    void toByte_clipsAndRounds() {
        QCOMPARE(toByte(-1), uint8_t{0});
        QCOMPARE(toByte(0.5f), uint8_t{128});
        QCOMPARE(toByte(7), uint8_t{255});
        QCOMPARE(toByte(std::numeric_limits<float>::quiet_NaN()), uint8_t{0});
    }
    void toImage_planarRgb_interleaved() {
        const std::vector<float> values{1, 0, 0, 0.5f, 0, 1};
        const QImage image = toImage(Tensor({3, 1, 2}, values));
        QCOMPARE(image.size(), QSize(2, 1));
        QCOMPARE(image.pixelColor(0, 0), QColor(255, 0, 0));
        QCOMPARE(image.pixelColor(1, 0), QColor(0, 128, 255));
    }
    void toImage_batch_picksSample() {
        const std::vector<float> values{0, 0, 1, 1};
        QCOMPARE(toImage(Tensor({2, 1, 1, 2}, values), 1).pixelColor(0, 0), QColor(255, 255, 255));
    }
    void toImage_notAnImage_null() {
        QVERIFY(toImage(Tensor({5})).isNull());
        QVERIFY(toImage(Tensor({2, 4, 4})).isNull());
        QVERIFY(toImage(Tensor()).isNull());
    }

    void divergingColour_signAndGain() {
        for (bool isDark : {false, true}) {
            const QColor none = divergingColour(0, 1, isDark), above = divergingColour(1, 1, isDark),
                         below = divergingColour(-1, 1, isDark);
            QVERIFY(std::abs(none.red() - none.blue()) < 4);
            QVERIFY(above.red() > above.blue() + 60);
            QVERIFY(below.blue() > below.red() + 60);
            QCOMPARE(divergingColour(0.1f, 10, isDark), divergingColour(1, 1, isDark));
            QCOMPARE(divergingColour(5, 1, isDark), divergingColour(1, 1, isDark));
        }
    }
    void differenceImage_isValuesMinusReference() {
        const std::vector<float> a{1, 0.5f, 0}, b{0, 0.5f, 1};
        const QImage image = differenceImage(Tensor({1, 1, 3}, a), Tensor({1, 1, 3}, b), 1, false);
        QCOMPARE(image.pixel(0, 0), divergingColour(1, 1, false));
        QCOMPARE(image.pixel(1, 0), divergingColour(0, 1, false));
        QCOMPARE(image.pixel(2, 0), divergingColour(-1, 1, false));
        QVERIFY(differenceImage(Tensor({1, 1, 3}, a), Tensor({1, 3, 1}, b), 1, false).isNull());
    }

    void mapping_roundTrip_data() {
        QTest::addColumn<double>("zoom");
        QTest::addColumn<double>("ratio");
        for (double zoom : {0.1, 0.5, 1.0, 3.0, 17.0})
            for (double ratio : {1.0, 1.25, 2.0})
                QTest::addRow("zoom %g ratio %g", zoom, ratio) << zoom << ratio;
    }
    void mapping_roundTrip() {
        QFETCH(double, zoom);
        QFETCH(double, ratio);
        const ViewMapping mapping{{0, 20, 301, 277}, {640, 480}, ratio, zoom, {111.3, 222.7}};
        const QPointF back = mapping.toImage(mapping.toWidget({12.5, 400.25}));
        QVERIFY(std::abs(back.x() - 12.5) < 1e-9 && std::abs(back.y() - 400.25) < 1e-9);
        if (zoom >= 1) {
            const QPointF corner = mapping.imageRect().topLeft() * ratio;
            QVERIFY(std::abs(corner.x() - std::round(corner.x())) < 1e-9);
        }
    }
    void fitZoom_bigOrSmall() {
        QCOMPARE(ViewMapping::fitZoom({300, 300}, {600, 300}, 1), 0.5);
        QCOMPARE(ViewMapping::fitZoom({300, 300}, {28, 28}, 1), 10.0); // whole, not 10.7
        QCOMPARE(ViewMapping::fitZoom({300, 300}, {600, 300}, 2), 1.0);
    }

    void zoomed_pixels_exactAndUnsmoothed() {
        Shown shown(checker(28, 28));
        const QImage picture = shown.view.grab().toImage().convertToFormat(QImage::Format_RGB32);
        const double ratio = picture.devicePixelRatio();
        for (int x = 0; x < 5; ++x) {
            const QPointF corner = shown.view.toWidget({x + 0.0, 3.0});
            for (double inside : {0.3, 4.5, 9.3}) { // all over the 10 × 10 square, not only its middle
                const QPoint place = ((corner + QPointF(inside, inside)) * ratio).toPoint();
                QCOMPARE(picture.pixel(place), (x + 3) % 2 == 0 ? 0xffffffff : 0xff000000);
            }
        }
    }
    void below100_smooth() {
        Shown shown(checker(1024, 1024));
        const QColor middle = shown.view.grab().toImage().pixelColor(150, 160);
        QVERIFY2(std::abs(middle.red() - 128) < 80, qPrintable(middle.name())); // neither of the checker's two
    }
    void wheel_zoomsAboutCursor() {
        Shown shown(checker(64, 64));
        const QPointF at(90, 120);
        const QPointF before = shown.view.toImage(at);
        wheel(&shown.view, at, 240);
        QVERIFY(!shown.view.transform()->isFit());
        const QPointF after = shown.view.toImage(at);
        QVERIFY((after - before).manhattanLength() < 0.5);
        QVERIFY(shown.view.mapping().zoom > 4);
    }
    void drag_pans() {
        Shown shown(checker(64, 64));
        const QPointF start = shown.view.toWidget({32, 32});
        QTest::mousePress(&shown.view, Qt::LeftButton, {}, {150, 150});
        QTest::mouseMove(&shown.view, {170, 140});
        QTest::mouseRelease(&shown.view, Qt::LeftButton, {}, {170, 140});
        const QPointF moved = shown.view.toWidget({32, 32}) - start;
        QVERIFY((moved - QPointF(20, -10)).manhattanLength() < 1.1);
    }
    void keys_zoomFitPan() {
        Shown shown(checker(64, 64));
        QTest::keyClick(&shown.view, Qt::Key_1);
        QCOMPARE(shown.view.mapping().zoom, 1.0);
        QTest::keyClick(&shown.view, Qt::Key_Plus);
        QCOMPARE(shown.view.mapping().zoom, 1.25);
        QTest::keyClick(&shown.view, Qt::Key_Minus);
        QTest::keyClick(&shown.view, Qt::Key_Minus);
        QCOMPARE(shown.view.mapping().zoom, 0.8);
        const QPointF centre = shown.view.mapping().centre;
        QTest::keyClick(&shown.view, Qt::Key_Right);
        QVERIFY(shown.view.mapping().centre.x() > centre.x());
        QTest::keyClick(&shown.view, Qt::Key_0);
        QVERIFY(shown.view.transform()->isFit());
    }
    void linkedViews_moveTogether() {
        ViewTransform transform;
        ImageView a(nullptr, &transform), b(nullptr, &transform);
        for (ImageView* view : {&a, &b}) {
            view->setImage(checker(64, 64));
            view->resize(200, 200);
        }
        QSignalSpy moved(&b, &ImageView::viewRectChanged);
        wheel(&a, {50, 50}, 480);
        QCOMPARE(a.visibleImageRect(), b.visibleImageRect());
        QVERIFY(moved.count() >= 1);
        QVERIFY(a.visibleImageRect().width() < 64);
    }
    void hover_reportsPixel() {
        Shown shown(checker(28, 28));
        QSignalSpy hovered(&shown.view, &ImageView::pixelHovered);
        QTest::mouseMove(&shown.view, shown.view.toWidget({3.5, 5.5}).toPoint());
        QTRY_VERIFY(!hovered.isEmpty());
        QCOMPARE(hovered.last()[0].toPoint(), QPoint(3, 5));
        QCOMPARE(hovered.last()[1].value<QColor>(), QColor(255, 255, 255));
    }
    void caption_titleAndMetric() {
        Shown shown(checker(8, 8));
        shown.view.setMetric("14.15 dB · SSIM 0.31");
        QCOMPARE(shown.view.caption(), QStringLiteral("Noisy · 14.15 dB · SSIM 0.31"));
    }
    void empty_showsText() {
        Shown shown{QImage()};
        const QImage before = shown.view.grab().toImage();
        shown.view.setEmptyText({});
        QVERIFY(before != shown.view.grab().toImage());
        wheel(&shown.view, {50, 50}, 120); // nothing to zoom, nothing happens
        QVERIFY(shown.view.transform()->isFit());
    }
};

QTEST_MAIN(TestImageView)
#include "tst_image_view.moc"
