#pragma once

// A window on the Latent page, as its tests drive it.

#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/io/ExportModel.h"
#include "tests/support/SmallModels.h"
#include "tests/ui/WindowDriver.h"
#include "ui/panels/LatentMap.h"
#include "ui/panels/LatentPage.h"
#include "ui/widgets/CodeScatter.h"

namespace hourglass::test {

// A window on the Latent page with 200 of the built-in shapes, and a model file for them in its folder.
struct LatentPageDriver {
    WindowDriver driver;
    std::filesystem::path modelFile = driver.folder() / "net.safetensors";

    explicit LatentPageDriver(int64_t code = 5, double validation = 0.5) {
        useSmall(driver, {{"data.validation_fraction", validation}});
        write(smallModel("undercomplete", "dense", {{"model.layers", {16}}, {"model.code_size", code}}, {1, 32, 32}));
        driver.window().resize(1280, 800);
        driver.key(Qt::Key_4, Qt::AltModifier);
    }
    void write(const LoadedModel& model) {
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        exportModel(model, "safetensors", modelFile, {}, *executor).value();
    }
    void useModel() {
        QVERIFY(drop(modelFile));
        QTRY_VERIFY2_WITH_TIMEOUT(isDone(), qPrintable(note()), kPatience);
    }
    bool drop(const std::filesystem::path& path) {
        return driver.drop({QUrl::fromLocalFile(toText(path))}, QPointF(600, 400));
    }
    LatentPage* page() { return driver.window().findChild<LatentPage*>(); }
    LatentMap* map() { return page()->map(); }
    CodeScatter* scatter() { return map()->scatter(); }
    bool isDone() { return map()->codes() != nullptr && !page()->service().isBusy(); }
    QString note() {
        return driver.has<QLabel>("About the codes") ? driver.find<QLabel>("About the codes")->text() : "";
    }
    void showTool(int tool) { driver.find<QTabWidget>("Tools")->setCurrentIndex(tool); }
    // As a person clicks a point of the map; whether it is the one that is hit.
    void clickPoint(int point) { driver.click(scatter(), scatter()->toWidget(scatter()->pointAt(point)).toPoint()); }
    void drag(QWidget* widget, const QList<QPoint>& way, Qt::KeyboardModifiers keys = {}) {
        QWindow* window = driver.window().windowHandle();
        const auto at = [&](QPoint place) { return widget->mapTo(&driver.window(), place); };
        QTest::mousePress(window, Qt::LeftButton, keys, at(way.front()));
        for (const QPoint place : way) {
            QMouseEvent move(QEvent::MouseMove, place, widget->mapToGlobal(place), Qt::NoButton, Qt::LeftButton, keys);
            QCoreApplication::sendEvent(widget, &move);
        }
        QTest::mouseRelease(window, Qt::LeftButton, keys, at(way.back()));
    }
};

} // namespace hourglass::test
