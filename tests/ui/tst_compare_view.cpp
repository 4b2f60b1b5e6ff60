// The compare viewer as a person uses it: panes, flipping, the divider, the lens.

#include <QtTest>
#include <QtWidgets>

#include "ui/bridge/PoolJob.h"
#include "ui/widgets/CompareImageView.h"
#include "ui/widgets/CompareView.h"

using namespace hourglass;

namespace {

Tensor flat(float value) {
    Tensor tensor({1, 32, 32});
    std::fill(tensor.values().begin(), tensor.values().end(), value);
    return tensor;
}

// Original white, noisy mid gray, reconstruction black: what is on screen can be told by its level.
constexpr int kWhite = 255, kGray = 128, kBlack = 0;

struct Shown {
    CompareView view;
    Shown() {
        view.resize(800, 700);
        view.setImages({flat(1), flat(0.5f), flat(0)});
        view.show();
        (void)QTest::qWaitForWindowExposed(&view);
        view.setFocus();
    }
    int levelAt(ComparePane pane, QPoint place) {
        CompareImageView* widget = view.pane(pane);
        const QImage picture = widget->grab().toImage();
        return picture.pixelColor((QPointF(place) * picture.devicePixelRatio()).toPoint()).green();
    }
    int middle(ComparePane pane) {
        const CompareImageView* widget = view.pane(pane);
        return levelAt(pane, widget->toWidget({16.5, 20.5}).toPoint());
    }
};

} // namespace

class TestCompareView : public QObject {
    Q_OBJECT

private slots:
    void sideBySide_showsAllFour() {
        Shown shown;
        for (ComparePane pane : kComparePanes)
            QVERIFY(shown.view.isPaneShown(pane));
        QCOMPARE(shown.middle(ComparePane::Original), kWhite);
        QCOMPARE(shown.middle(ComparePane::Noisy), kGray);
        QCOMPARE(shown.middle(ComparePane::Reconstruction), kBlack);
        const QRect left = shown.view.pane(ComparePane::Original)->geometry();
        QCOMPARE(shown.view.pane(ComparePane::Noisy)->geometry().top(), left.top());
    }
    void withoutNoisy_paneIsLeftOut() {
        Shown shown;
        shown.view.setImages({flat(1), std::nullopt, flat(0)});
        QVERIFY(!shown.view.isPaneShown(ComparePane::Noisy));
        QVERIFY(shown.view.isPaneShown(ComparePane::Difference));
    }
    void paneButton_click_hidesPane() {
        Shown shown;
        for (QToolButton* button : shown.view.findChildren<QToolButton*>())
            if (button->accessibleName() == "Show Noisy")
                QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(!shown.view.isPaneShown(ComparePane::Noisy));
    }
    void digits_flipInPlace_escapeReturns() {
        Shown shown;
        QTest::keyClick(&shown.view, Qt::Key_3);
        QCOMPARE(shown.view.mode(), CompareView::Mode::Single);
        QVERIFY(shown.view.isPaneShown(ComparePane::Reconstruction) && !shown.view.isPaneShown(ComparePane::Original));
        QCoreApplication::processEvents(); // let the layout settle
        const QRect place = shown.view.pane(ComparePane::Reconstruction)->geometry();
        QTest::keyClick(&shown.view, Qt::Key_1);
        QCoreApplication::processEvents();
        QCOMPARE(shown.view.pane(ComparePane::Original)->geometry(), place);
        QTest::keyClick(shown.view.pane(ComparePane::Original), Qt::Key_2); // also from within a pane
        QCOMPARE(shown.view.current(), ComparePane::Noisy);
        QTest::keyClick(&shown.view, Qt::Key_Escape);
        QCOMPARE(shown.view.mode(), CompareView::Mode::SideBySide);
    }
    void divider_dragged_movesBorderBetweenImages() {
        Shown shown;
        QTest::keyClick(&shown.view, Qt::Key_B);
        QCOMPARE(shown.view.mode(), CompareView::Mode::Divider);
        QCoreApplication::processEvents();
        CompareImageView* pane = shown.view.pane(ComparePane::Noisy);
        const QPoint middle(pane->width() / 2, pane->height() / 2);
        const QPoint left = middle - QPoint(100, 60), right = middle + QPoint(100, -60);
        QCOMPARE(shown.levelAt(ComparePane::Noisy, left), kGray);
        QCOMPARE(shown.levelAt(ComparePane::Noisy, right), kBlack);
        QTest::mousePress(pane, Qt::LeftButton, {}, middle);
        QTest::mouseMove(pane, middle + QPoint(150, 0));
        QTest::mouseRelease(pane, Qt::LeftButton, {}, middle + QPoint(150, 0));
        QCOMPARE(shown.levelAt(ComparePane::Noisy, right), kGray);
        const double before = *pane->divider();
        QTest::keyClick(pane, Qt::Key_Left, Qt::AltModifier);
        QVERIFY(*pane->divider() < before);
    }
    void lens_heldL_showsReconstruction() {
        Shown shown;
        CompareImageView* pane = shown.view.pane(ComparePane::Original);
        const QPoint place = pane->toWidget({16.5, 16.5}).toPoint();
        QTest::mouseMove(pane, place);
        QTest::keyPress(&shown.view, Qt::Key_L);
        QTRY_COMPARE(shown.levelAt(ComparePane::Original, place), kBlack);
        QTest::keyRelease(&shown.view, Qt::Key_L);
        QTRY_COMPARE(shown.levelAt(ComparePane::Original, place), kWhite);
    }
    void zoom_inOnePane_movesAll() {
        Shown shown;
        QSignalSpy moved(&shown.view, &CompareView::viewRectChanged);
        QTest::keyClick(shown.view.pane(ComparePane::Original), Qt::Key_Plus);
        QTest::keyClick(shown.view.pane(ComparePane::Original), Qt::Key_Plus);
        QTest::keyClick(shown.view.pane(ComparePane::Original), Qt::Key_Plus);
        QVERIFY(moved.count() > 0);
        QCOMPARE(shown.view.pane(ComparePane::Difference)->mapping().zoom,
                 shown.view.pane(ComparePane::Original)->mapping().zoom);
        QVERIFY(shown.view.viewRect().width() < 32);
    }
    void metrics_shownInCaption() {
        Shown shown;
        shown.view.setMetrics(ComparePane::Reconstruction, "31.2 dB", "29.8 dB");
        QCOMPARE(shown.view.pane(ComparePane::Reconstruction)->caption(),
                 QStringLiteral("Reconstruction · 31.2 dB · view 29.8 dB"));
    }
    void hover_saysAllValues() {
        Shown shown;
        QSignalSpy hovered(&shown.view, &CompareView::pixelHovered);
        CompareImageView* pane = shown.view.pane(ComparePane::Original);
        QTest::mouseMove(pane, pane->toWidget({3.5, 4.5}).toPoint());
        QTRY_VERIFY(!hovered.isEmpty());
        QCOMPARE(hovered.last()[1].toString(),
                 QStringLiteral("(3, 4)  original 1.000  noisy 0.500  reconstruction 0.000"));
    }
    void gain_changesDifference() {
        Shown shown;
        shown.view.setImages({flat(0.5f), flat(0.5f), flat(0.55f)});
        const int before = shown.middle(ComparePane::Difference);
        shown.view.setGain(20);
        QVERIFY(shown.middle(ComparePane::Difference) < before - 50);
    }
    void largeImages_preparedAside_latestWins() {
        Shown shown;
        QSignalSpy shownAgain(&shown.view, &CompareView::imagesShown);
        const Tensor large({1, 1200, 1200});
        shown.view.setImages({large, std::nullopt, large});
        QCOMPARE(shownAgain.count(), 0); // the previous images stay meanwhile
        QCOMPARE(shown.middle(ComparePane::Original), kWhite);
        QTRY_COMPARE(shownAgain.count(), 1);
        QCOMPARE(shown.view.pane(ComparePane::Original)->image().width(), 1200);
        shown.view.setImages({large, std::nullopt, large});
        shown.view.setImages({flat(0.5f), std::nullopt, flat(0)}); // overtakes the one on its way
        QCOMPARE(shownAgain.count(), 2);
        workPool().waitForDone();
        QCoreApplication::processEvents();
        QCOMPARE(shownAgain.count(), 2);
        QCOMPARE(shown.view.pane(ComparePane::Original)->image().width(), 32);
    }
    void empty_onePaneSaysWhatToDo() {
        Shown shown;
        shown.view.clear();
        QVERIFY(shown.view.isPaneShown(ComparePane::Original) && !shown.view.isPaneShown(ComparePane::Noisy));
        const QImage before = shown.view.grab().toImage();
        shown.view.setEmptyText({});
        QVERIFY(before != shown.view.grab().toImage());
    }
};

QTEST_MAIN(TestCompareView)
#include "tst_compare_view.moc"
