// map_speed: how long the map of the codes takes to answer the mouse over 10,000 points in ten classes. A frame has 16
// ms.
//
//   xvfb-run -s "-screen 0 1280x800x24" build/release/bin/map_speed

#include <QApplication>
#include <QElapsedTimer>
#include <QMouseEvent>
#include <QWindow>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ui/widgets/CodeScatter.h"

using namespace hourglass;

namespace {

constexpr int kPoints = 10'000, kClasses = 10;

void fill(CodeScatter& scatter) {
    std::vector<QPointF> points;
    std::vector<int> classes;
    for (int i = 0; i < kPoints; ++i) {
        points.emplace_back(std::cos(i) * std::sqrt(i), std::sin(i) * std::sqrt(i));
        classes.push_back(i % kClasses);
    }
    QStringList names;
    for (int i = 0; i < kClasses; ++i)
        names << QStringLiteral("Ankle boot %1").arg(i);
    scatter.setPoints(std::move(points));
    scatter.setCategories(std::move(classes), names);
}

void mouse(CodeScatter& scatter, QEvent::Type type, QPointF place, Qt::MouseButtons buttons = {}) {
    const Qt::MouseButton button = type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton;
    QMouseEvent event(type, place, scatter.mapToGlobal(place), button, buttons, {});
    QApplication::sendEvent(&scatter, &event);
    scatter.repaint();
}

// Milliseconds of the quickest of some: what the machine does besides does not count.
template <typename Act>
void report(const char* what, const Act& act) {
    double least = 1e9;
    for (int i = 0; i < 12; ++i) {
        QElapsedTimer clock;
        clock.start();
        act(i);
        least = std::min(least, static_cast<double>(clock.nsecsElapsed()) / 1e6);
    }
    std::printf("%-26s %6.1f ms\n", what, least);
}

} // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    CodeScatter scatter;
    scatter.resize(560, 560);
    fill(scatter);
    scatter.show();
    while (scatter.windowHandle() == nullptr || !scatter.windowHandle()->isExposed())
        QApplication::processEvents();
    const auto hover = [&](int i) { mouse(scatter, QEvent::MouseMove, scatter.toWidget(scatter.pointAt(i * 700))); };
    report("hover", hover);
    QKeyEvent all(QEvent::KeyPress, Qt::Key_A, Qt::ControlModifier);
    QApplication::sendEvent(&scatter, &all);
    report("hover, all of them chosen", hover);
    mouse(scatter, QEvent::MouseButtonPress, {200, 200}, Qt::LeftButton);
    report("step of a pan", [&](int i) { mouse(scatter, QEvent::MouseMove, {210.0 + i, 210}, Qt::LeftButton); });
    return 0;
}
