// window_gap [SECONDS]: how fluid the window stays while it trains on all cores, with 10,000 points in the chart and
// previews on: half of the time Compare is panned, half of the time the curves are watched. Prints the longest time in
// which the event loop answered nothing, and how long the window took to be usable. Settings and runs are its own.
//
//   xvfb-run -s "-screen 0 1280x800x24" build/release/bin/window_gap 60

#include <QApplication>
#include <QElapsedTimer>
#include <QMouseEvent>
#include <QTimer>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include "core/base/ComputeEnvironment.h"
#include "tests/support/TestSupport.h"
#include "ui/MainWindow.h"
#include "ui/bridge/ComputeThread.h"
#include "ui/bridge/Workbench.h"
#include "ui/panels/ComparePage.h"
#include "ui/panels/TrainPage.h"
#include "ui/widgets/CompareImageView.h"
#include "ui/widgets/CompareView.h"
#include "ui/widgets/EventLoopMonitor.h"
#include "ui/widgets/LogModel.h"
#include "ui/widgets/LossChart.h"

using namespace hourglass;

namespace {

// Since the process was started, dynamic linking included (to 10 ms).
double secondsSinceStart() {
    std::ifstream stat("/proc/self/stat");
    std::string text((std::istreambuf_iterator<char>(stat)), {});
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    std::string field;
    for (int i = 3; i <= 22; ++i)
        fields >> field;
    double up = 0;
    std::ifstream("/proc/uptime") >> up;
    return up - std::stod(field) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

void drag(QWidget* view, double phase) {
    const QPointF centre = QRectF(view->rect()).center();
    const auto send = [&](QEvent::Type type, QPointF place, Qt::MouseButtons buttons) {
        QMouseEvent event(type, place, view->mapToGlobal(place),
                          type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton, buttons, Qt::NoModifier);
        QApplication::sendEvent(view, &event);
    };
    send(QEvent::MouseButtonPress, centre, Qt::LeftButton);
    send(QEvent::MouseMove, centre + QPointF(6 * std::cos(phase), 6 * std::sin(phase)), Qt::LeftButton);
    send(QEvent::MouseButtonRelease, centre, Qt::NoButton);
}

void report(const char* what, const EventLoopMonitor& monitor) {
    std::printf("%-22s longest gap %6.1f ms  (%d beats)\n", what,
                static_cast<double>(monitor.longestGap().count()) / 1e6, monitor.beats());
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
    ensureComputeEnvironment(argv);
    const QApplication application(argc, argv);
    const double seconds = argc > 1 ? std::atof(argv[1]) : 60;
    const test::TemporaryFolder folder;
    Settings settings(toText(folder / "settings.ini"));
    LogModel log;
    ComputeThread compute;
    Workbench bench(compute, settings, RunStore(folder / "runs"));
    MainWindow window(bench, log);
    window.show();
    QTimer::singleShot(0, &window, [] { std::printf("usable after           %.2f s\n", secondsSinceStart()); });

    // Endless, on all cores, in steps of many milliseconds.
    bench.document().set("training.epochs", 1000000).value();
    bench.document().set("model.layers", {1024, 512}).value();
    bench.document().set("training.batch_size", 256).value();
    bench.start();
    auto* train = window.findChild<TrainPage*>();
    auto* compare = window.findChild<ComparePage*>();
    EventLoopMonitor monitor;
    QTimer panning;
    double phase = 0;
    CompareImageView* pane = compare->view()->pane(ComparePane::Reconstruction);
    QObject::connect(&panning, &QTimer::timeout, pane, [&] { drag(pane, phase += 0.1); });

    const auto half = static_cast<int>(seconds * 500);
    QTimer::singleShot(3000, &window, [&] { // warm: the run is going, the programs are compiled
        std::vector<QPointF> points;
        const double first =
            bench.controller().snapshot() ? static_cast<double>(bench.controller().snapshot()->step) : 0;
        for (int i = 0; i < 10'000; ++i)
            points.emplace_back(first * i / 10'000.0, 0.01 + 0.1 / (1 + i));
        train->lossChart()->clear();
        train->lossChart()->appendMany(Curve::Training, points);
        compare->showPreviewed(0);
        window.findChild<QTabWidget*>()->setCurrentWidget(compare);
        compare->view()->transform()->zoomTo(20, pane->mapping(), QRectF(pane->rect()).center());
        panning.start(16);
        monitor.start();
    });
    QTimer::singleShot(3000 + half, &window, [&] {
        report("Compare, panned", monitor);
        panning.stop();
        window.findChild<QTabWidget*>()->setCurrentWidget(train);
        monitor.start();
    });
    QTimer::singleShot(3000 + 2 * half, &window, [&] {
        report("Train, curves", monitor);
        const auto snapshot = bench.controller().snapshot();
        std::printf("meanwhile              %.0f samples/s, %d points in the chart\n",
                    snapshot ? snapshot->samplesPerSecond : 0, train->lossChart()->pointCount(Curve::Training));
        window.close();
    });
    return QApplication::exec();
}
