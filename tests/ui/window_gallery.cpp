// window_gallery DIR [MODEL PICTURE]: pictures of the whole window in the states that people meet, light and dark, to
// be looked at; with a trained model and a noisy picture, of the Denoise page alone. Not a test.

#include "tests/ui/WindowDriver.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

QPalette darkPalette() {
    QPalette palette;
    const QColor window(0x2b, 0x2d, 0x30), base(0x1e, 0x1f, 0x22), text(0xdf, 0xe1, 0xe5);
    for (const auto role : {QPalette::Window, QPalette::Button, QPalette::ToolTipBase})
        palette.setColor(role, window);
    palette.setColor(QPalette::Base, base);
    palette.setColor(QPalette::AlternateBase, QColor(0x26, 0x28, 0x2b));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText})
        palette.setColor(role, text);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, QColor(0x78, 0x7b, 0x80));
    palette.setColor(QPalette::PlaceholderText, QColor(0x8a, 0x8d, 0x92));
    palette.setColor(QPalette::Highlight, QColor(0x2f, 0x65, 0xca));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, QColor(0x6b, 0x9b, 0xfa));
    return palette;
}

void waitUntil(const std::function<bool()>& claim) {
    (void)QTest::qWaitFor(claim, kPatience);
}

void take(WindowDriver& driver, const QString& path) {
    QTest::qWait(100); // the next frame
    driver.window().grab().save(path);
}

void walk(const QString& prefix) {
    WindowDriver driver;
    auto& controller = driver.bench().controller();
    waitUntil([&] { return driver.bench().document().model() != nullptr; });
    take(driver, prefix + "1-first.png");
    writePhotographs(driver.folder() / "photographs", 12);
    writeText(driver.folder() / "notes.txt", "x");
    driver.drop({QUrl::fromLocalFile(toText(driver.folder() / "photographs"))}, {500, 400});
    waitUntil([&] { return driver.bench().document().model() && !driver.bench().preflight().isBusy(); });
    driver.key(Qt::Key_F5);
    waitUntil([&] { return controller.snapshot() && controller.snapshot()->epoch >= 5; });
    take(driver, prefix + "2-training.png");
    driver.key(Qt::Key_2, Qt::AltModifier);
    waitUntil([&] { return controller.snapshot()->epoch >= 7; });
    take(driver, prefix + "3-compare.png");
    driver.drop({QUrl::fromLocalFile(toText(driver.folder() / "photographs/photograph 04.png"))},
                {400, 400}); // Compare
    QTest::qWait(1000);
    driver.drop({QUrl::fromLocalFile(toText(driver.folder() / "notes.txt"))}, {500, 400});
    take(driver, prefix + "4-dropped-refused.png");
    const QSize whole = driver.window().size();
    QImage clear(1200, 900, QImage::Format_ARGB32);
    clear.fill(QColor(40, 120, 90, 128));
    clear.save(toText(driver.folder() / "<b>clear.png"));
    driver.window().resize(900, 600);
    driver.drop(urlsOf({driver.folder() / "<b>clear.png"}), {450, 300});
    QTest::qWait(1000);
    take(driver, prefix + "4b-transparent-small.png");
    driver.window().resize(whole);
    driver.key(Qt::Key_F5, Qt::ShiftModifier);
    waitUntil([&] { return !controller.isActive(); });
    driver.bench().newExperiment("sample");
    for (const auto& [key, value] : std::vector<std::pair<std::string, Json>>{{"optimizer.kind", "sgd"},
                                                                              {"optimizer.learning_rate", 10},
                                                                              {"objective.reduction", "element_sum"},
                                                                              {"model.output_activation", "identity"}})
        driver.bench().document().set(key, value).value();
    driver.key(Qt::Key_F5);
    waitUntil([&] { return controller.state() == TrainingController::State::Failed; });
    driver.key(Qt::Key_1, Qt::AltModifier);
    take(driver, prefix + "5-failed.png");
    driver.bench().document().set("objective.loss", "bce").value();
    driver.bench().document().set("model.layers", {65536, 65536}).value();
    driver.window().resize(900, 600);
    take(driver, prefix + "6-impossible.png");
}

void denoise(const QString& prefix, const QString& model, const QString& picture) {
    WindowDriver driver;
    waitUntil([&] { return driver.bench().document().model() != nullptr; });
    driver.key(Qt::Key_3, Qt::AltModifier);
    take(driver, prefix + "7-denoise-empty.png");
    driver.drop({QUrl::fromLocalFile(picture)}, {600, 400});
    waitUntil([&] { return driver.has<QLabel>("About the result"); });
    take(driver, prefix + "8-denoise-no-model.png");
    bool hasProgress = false;
    const auto look =
        QObject::connect(&driver.bench().denoiser(), &DenoiseService::progressed, &driver.window(),
                         [&](const PictureProgress& progress) {
                             if (progress.fraction > 0.3 && driver.has<QProgressBar>("Denoising progress") &&
                                 !std::exchange(hasProgress, true))
                                 driver.window().grab().save(prefix + "9-denoise-progress.png");
                         });
    driver.drop({QUrl::fromLocalFile(model)}, {600, 400});
    waitUntil([&] { return driver.bench().denoiser().isBusy(); });
    waitUntil([&] { return !driver.bench().denoiser().isBusy(); });
    QObject::disconnect(look);
    QTest::qWait(500); // layers of large pictures are prepared elsewhere
    take(driver, prefix + "10-denoise-divider.png");
    driver.key(Qt::Key_B);
    take(driver, prefix + "11-denoise-side-by-side.png");
    driver.window().resize(900, 600);
    QTest::qWait(200);
    take(driver, prefix + "12-denoise-small.png");
    driver.key(Qt::Key_B);
    take(driver, prefix + "13-denoise-small-divider.png");
    driver.click(driver.find<QToolButton>("Save picture as"));
    QTest::qWait(200);
    if (const auto* dialog = driver.window().findChild<QFileDialog*>())
        const_cast<QFileDialog*>(dialog)->grab().save(prefix + "14-denoise-save.png");
    driver.key(Qt::Key_Escape);
    driver.key(Qt::Key_F5);
    waitUntil([&] { return driver.bench().controller().snapshot() != nullptr; });
    driver.find<QComboBox>("Model")->showPopup();
    QTest::qWait(200);
    QApplication::activePopupWidget()->grab().save(prefix + "15-denoise-models.png");
    QApplication::activePopupWidget()->close();
    QWidget* models = driver.find<QComboBox>("Model");
    models->setFocus();
    driver.key(Qt::Key_Home);
    waitUntil([&] { return !driver.bench().denoiser().isBusy(); });
    take(driver, prefix + "16-denoise-training.png");
    driver.key(Qt::Key_1, Qt::AltModifier);
    QMimeData carried;
    carried.setUrls({QUrl::fromLocalFile(picture)});
    QDragEnterEvent enter({5, 5}, Qt::CopyAction, &carried, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(driver.window().windowHandle(), &enter);
    QDragMoveEvent move({800, 300}, Qt::CopyAction, &carried, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(driver.window().windowHandle(), &move);
    take(driver, prefix + "17-drop-zones.png");
}

} // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const QString folder = argc > 1 ? QString::fromLocal8Bit(argv[1]) : QStringLiteral(".");
    const auto show = [&](const QString& prefix) {
        if (argc > 3)
            denoise(prefix, QString::fromLocal8Bit(argv[2]), QString::fromLocal8Bit(argv[3]));
        else
            walk(prefix);
    };
    show(folder + "/light-");
    QApplication::setStyle("fusion");
    QApplication::setPalette(darkPalette());
    show(folder + "/dark-");
    return 0;
}
