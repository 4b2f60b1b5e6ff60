// anomaly_gap [SAMPLES]: how fluid the window stays when a large data set has been scored for anomalies: the longest
// time in which the event loop answered nothing while the results came up, while the normal class was changed, and what
// a step of the dragged threshold took, painting included. Settings and data are its own.
//
//   QT_QPA_PLATFORM=offscreen build/release/bin/anomaly_gap 60000

#include <QApplication>
#include <QComboBox>
#include <QElapsedTimer>
#include <QMouseEvent>
#include <QTabWidget>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "core/base/ComputeEnvironment.h"
#include "core/base/Random.h"
#include "tests/support/SmallModels.h"
#include "tests/support/TestSupport.h"
#include "ui/MainWindow.h"
#include "ui/bridge/AnomalyService.h"
#include "ui/bridge/ComputeThread.h"
#include "ui/bridge/Workbench.h"
#include "ui/panels/AnomaliesPage.h"
#include "ui/widgets/EventLoopMonitor.h"
#include "ui/widgets/LogModel.h"
#include "ui/widgets/ScoreHistogram.h"

using namespace hourglass;

namespace {

constexpr int64_t kSide = 16;
constexpr int kSteps = 200; // of a drag

void writeIdx(const std::filesystem::path& path, std::initializer_list<int64_t> sizes, auto byteAt) {
    std::ofstream file(path, std::ios::binary);
    file.put(0).put(0).put(8).put(static_cast<char>(sizes.size()));
    int64_t all = 1;
    for (const int64_t size : sizes) {
        for (int shift = 24; shift >= 0; shift -= 8)
            file.put(static_cast<char>(size >> shift));
        all *= size;
    }
    for (int64_t i = 0; i < all; ++i)
        file.put(static_cast<char>(byteAt(i)));
}

// Noise of a brightness that tells ten classes apart a little.
std::filesystem::path writeSamples(const std::filesystem::path& folder, int64_t samples) {
    const auto labelOf = [](int64_t row) { return row * 2654435761 % 4294967296 % 10; };
    const RandomStream noise(1);
    writeIdx(folder / "many-images-idx3-ubyte", {samples, kSide, kSide}, [&](int64_t i) {
        return static_cast<int64_t>(noise.uniform(static_cast<uint64_t>(i)) * 160) + 8 * labelOf(i / (kSide * kSide));
    });
    writeIdx(folder / "many-labels-idx1-ubyte", {samples}, labelOf);
    return folder / "many-images-idx3-ubyte";
}

void report(const char* what, const EventLoopMonitor& monitor) {
    std::printf("%-22s longest gap %6.1f ms\n", what, static_cast<double>(monitor.longestGap().count()) / 1e6);
    std::fflush(stdout);
}

void drag(const char* what, AnomaliesPage& page) {
    auto* histogram = page.findChild<ScoreHistogram*>();
    std::vector<double> times;
    for (int i = 0; i <= kSteps + 1; ++i) {
        const QPointF place(histogram->plot().left() + histogram->plot().width() * i / (kSteps + 1), 40);
        const auto type = i == 0       ? QEvent::MouseButtonPress
                          : i > kSteps ? QEvent::MouseButtonRelease
                                       : QEvent::MouseMove;
        QMouseEvent event(type, place, histogram->mapToGlobal(place), i == 0 ? Qt::LeftButton : Qt::NoButton,
                          Qt::LeftButton, Qt::NoModifier);
        QElapsedTimer timer;
        timer.start();
        QApplication::sendEvent(histogram, &event);
        QApplication::processEvents();
        times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
    std::sort(times.begin(), times.end());
    std::printf("%-22s median %.1f ms, 95 %% %.1f ms, longest %.1f ms\n", what, times[times.size() / 2],
                times[times.size() * 95 / 100], times.back());
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
    ensureComputeEnvironment(argv);
    const QApplication application(argc, argv);
    const int64_t samples = argc > 1 ? std::atoll(argv[1]) : 60'000;
    const test::TemporaryFolder folder;
    const std::filesystem::path data = writeSamples(folder.path(), samples);
    Settings settings(toText(folder / "settings.ini"));
    LogModel log;
    ComputeThread compute;
    Workbench bench(compute, settings, RunStore(folder / "runs"));
    MainWindow window(bench, log);
    window.show();
    const LoadedModel model = test::smallModel("undercomplete", "dense", {{"model.layers", {8}}}, {1, kSide, kSide});
    bench.controller().setModel({model.model, model.weights, folder / "model.safetensors"});
    auto* page = window.findChild<AnomaliesPage*>();
    window.findChild<QTabWidget*>()->setCurrentWidget(page);
    EventLoopMonitor monitor;
    const auto later = [&](int after, auto act) { QTimer::singleShot(after, &window, act); };
    QObject::connect(page->findChild<AnomalyService*>(), &AnomalyService::failed, &window, [&](const QString& why) {
        std::printf("%s\n", qPrintable(why));
        QApplication::exit(1);
    });
    const auto boxNamed = [&](const char* name) {
        const auto boxes = page->findChildren<QComboBox*>();
        return *std::find_if(boxes.begin(), boxes.end(),
                             [&](QComboBox* box) { return box->accessibleName() == QString(name); });
    };
    auto *normal = boxNamed("Normal class"), *order = boxNamed("Order of the samples");
    QObject::connect(page->findChild<AnomalyService*>(), &AnomalyService::finished, &window, [&] {
        later(1500, [&] {
            report("results of a check", monitor);
            monitor.start();
            normal->setCurrentIndex(2);
            later(1500, [&] {
                report("another normal class", monitor);
                monitor.stop();
                drag("a step of the drag", *page);
                order->setCurrentIndex(1);
                drag("nearest first", *page);
                window.close();
            });
        });
    });
    later(1500, [&] {
        monitor.start();
        page->useData(toText(data));
    });
    return QApplication::exec();
}
