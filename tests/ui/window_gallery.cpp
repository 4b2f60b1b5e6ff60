// window_gallery DIR [MODEL PICTURE | PAGE]: pictures of the whole window in the states that people meet, light and
// dark, to be looked at; with a trained model and a noisy picture, of the Denoise page alone; of PAGE alone: anomalies,
// latent or watch (what can be watched in training); with a run in its place, of Generate and Compression. Not a test.

#include "tests/ui/WindowDriver.h"

#include "ui/bridge/AnomalyService.h"
#include "ui/panels/AnomaliesPage.h"
#include "ui/panels/LatentMap.h"
#include "ui/panels/LatentPage.h"
#include "ui/widgets/BarChart.h"
#include "ui/widgets/CodeScatter.h"
#include "ui/widgets/PaintView.h"
#include "ui/widgets/PictureTable.h"

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

void chooseWatched(WindowDriver& driver, const QString& title) {
    auto* list = driver.find<QComboBox>("Watch");
    list->setCurrentIndex(list->findText(title));
    emit list->activated(list->currentIndex());
}

// What there is to watch of each family, and what the coach says.
void watch(const QString& prefix) {
    WindowDriver driver;
    auto& controller = driver.bench().controller();
    const auto train = [&](const std::vector<std::pair<std::string, Json>>& settings, int epochs) {
        driver.bench().newExperiment("sample");
        for (const auto& [key, value] : settings)
            driver.bench().document().set(key, value).value();
        driver.bench().document().set("training.epochs", epochs).value();
        driver.bench().document().set("data.limit", 1500).value();
        waitUntil([&] { return driver.bench().document().model() && !driver.bench().preflight().isBusy(); });
    };
    const auto run = [&] {
        driver.key(Qt::Key_F5);
        waitUntil([&] { return controller.isActive(); });
        waitUntil([&] { return !controller.isActive(); });
    };
    driver.window().resize(1440, 900);
    train({{"model.family", "variational"}, {"objective.beta", 40}}, 12);
    take(driver, prefix + "20-watch-before.png");
    run();
    for (const char* title : {"KL term", "KL by dimension", "Activation histogram", "Active units"}) {
        chooseWatched(driver, QString::fromUtf8(title));
        take(driver, prefix + "21-watch-" + QString::fromUtf8(title).toLower().replace(' ', '-') + ".png");
    }
    chooseWatched(driver, "KL by dimension");
    auto* bars = driver.find<BarChart>("KL by dimension");
    bars->setFocus();
    driver.key(Qt::Key_Home);
    driver.key(Qt::Key_Right);
    take(driver, prefix + "22-watch-walked.png");
    driver.window().resize(900, 600);
    take(driver, prefix + "23-watch-small-advice.png");
    driver.window().resize(1440, 900);
    driver.click(driver.find<QPushButton>("Lower β"));
    take(driver, prefix + "23-watch-advice-taken.png");
    driver.key(Qt::Key_Z, Qt::ControlModifier);
    driver.window().resize(900, 600);
    take(driver, prefix + "24-watch-small-main.png");
    chooseWatched(driver, "KL by dimension");
    take(driver, prefix + "25-watch-small.png");
    driver.window().resize(1440, 900);
    train({{"model.family", "sparse"}, {"model.code_size", 200}}, 8);
    run();
    for (const char* title : {"Sparsity", "Mean by unit", "Activation histogram"}) {
        chooseWatched(driver, QString::fromUtf8(title));
        take(driver, prefix + "26-watch-sparse-" + QString::fromUtf8(title).toLower().replace(' ', '-') + ".png");
    }
    train({{"model.family", "sparse"},
           {"objective.sparsity", "l1"},
           {"model.code_activation", "relu"},
           {"model.code_size", 1500}},
          4);
    run();
    for (const char* title : {"Mean by unit", "Activation histogram"}) {
        chooseWatched(driver, QString::fromUtf8(title));
        take(driver, prefix + "27-watch-l1-" + QString::fromUtf8(title).toLower().replace(' ', '-') + ".png");
    }
    train({{"model.family", "contractive"}}, 6);
    run();
    chooseWatched(driver, "Jacobian norm of the code");
    take(driver, prefix + "28-watch-contractive.png");
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

// The page of that name.
void showPage(WindowDriver& driver, const QString& name) {
    const auto* pages = driver.window().findChild<QTabWidget*>();
    for (int i = 0; i < pages->count(); ++i)
        if (pages->tabText(i) == name)
            driver.key(Qt::Key_1 + i, Qt::AltModifier);
}

void anomalies(const QString& prefix) {
    WindowDriver driver;
    showPage(driver, QStringLiteral("Anomalies"));
    take(driver, prefix + "1-anomalies-empty.png");
    useSmall(driver, {{"data.classes", "disc"}, {"data.limit", 600}, {"training.epochs", 40}});
    driver.key(Qt::Key_F5);
    waitUntil([&] { return !isIdle(driver); });
    waitUntil([&] { return isIdle(driver) && driver.bench().controller().hasModel(); });
    auto* page = driver.window().findChild<AnomaliesPage*>();
    const auto check = [&](const QString& source) {
        page->useData(source);
        waitUntil([&] { return page->findChild<AnomalyService*>()->isBusy(); });
        waitUntil([&] { return !page->findChild<AnomalyService*>()->isBusy(); });
        QTest::qWait(600); // small pictures are made elsewhere
    };
    check(QStringLiteral("builtin:shapes"));
    take(driver, prefix + "2-anomalies.png");
    driver.find<QCheckBox>("Logarithmic counts")->toggle();
    driver.find<QComboBox>("Order of the samples")->setCurrentIndex(1);
    QTest::qWait(600);
    take(driver, prefix + "3-anomalies-nearest.png");
    driver.find<QListView>("Samples by score")->setFocus();
    driver.key(Qt::Key_Space);
    QTest::qWait(300);
    take(driver, prefix + "4-anomalies-quick-look.png");
    driver.key(Qt::Key_Escape);
    driver.window().resize(900, 600);
    QTest::qWait(600);
    take(driver, prefix + "5-anomalies-small.png");
    driver.find<QComboBox>("Normal class")->setCurrentIndex(0);
    take(driver, prefix + "6-anomalies-small-unlabelled.png");
    check(QStringLiteral("folder:/no/such/folder"));
    take(driver, prefix + "7-anomalies-failed.png");
}

void latent(const QString& prefix) {
    WindowDriver driver;
    auto& controller = driver.bench().controller();
    waitUntil([&] { return driver.bench().document().model() != nullptr; });
    showPage(driver, QStringLiteral("Latent"));
    take(driver, prefix + "20-latent-empty.png");
    auto* page = driver.window().findChild<LatentPage*>();
    driver.bench().document().set("training.epochs", 8).value();
    driver.bench().document().set("model.family", "undercomplete").value();
    driver.key(Qt::Key_F5);
    waitUntil([&] { return page->map()->codes() != nullptr; });
    take(driver, prefix + "21-latent-training.png");
    waitUntil([&] { return !controller.isActive() && !page->service().isBusy(); });
    page->useData("builtin:shapes");
    waitUntil([&] { return !page->service().isBusy(); });
    take(driver, prefix + "22-latent-map.png");
    auto* map = driver.find<CodeScatter>("Map of the codes");
    map->setCurrent(17);
    driver.click(driver.find<QToolButton>("Pictures in place of dots"));
    QTest::mouseMove(driver.window().windowHandle(),
                     map->mapTo(&driver.window(), map->toWidget(map->pointAt(99)).toPoint()));
    take(driver, prefix + "23-latent-pictures.png");
    driver.click(driver.find<QToolButton>("Pictures in place of dots"));
    auto* tools = driver.find<QTabWidget>("Tools");
    driver.find<QComboBox>("Layout")->setCurrentIndex(2);
    waitUntil([&] {
        return driver.has<QLabel>("Remaining time") &&
               driver.find<QLabel>("Remaining time")->text().contains(QStringLiteral("left"));
    });
    take(driver, prefix + "27-latent-tsne-moving.png");
    waitUntil([&] { return !driver.has<QProgressBar>("Encoding progress"); });
    map->setChosen({1, 5, 8, 77, 900, 1200, 1300, 1500});
    QTest::qWait(300);
    take(driver, prefix + "28-latent-tsne.png");
    driver.find<QComboBox>("Colour by")->setCurrentIndex(1);
    tools->setCurrentIndex(1);
    QTest::qWait(1500);
    take(driver, prefix + "29-latent-clusters.png");
    driver.find<QComboBox>("Layout")->setCurrentIndex(0);
    driver.find<QComboBox>("Colour by")->setCurrentIndex(0);
    tools->setCurrentIndex(2);
    driver.click(driver.find<QToolButton>("Sample A"));
    map->setCurrent(1030);
    driver.click(driver.find<QToolButton>("Sample B"));
    driver.find<QSlider>("Between A and B")->setValue(30);
    QTest::qWait(300);
    take(driver, prefix + "25-latent-pad.png");
    driver.window().resize(1280, 800);
    QTest::qWait(300);
    take(driver, prefix + "26-latent-wide.png");
    tools->setCurrentIndex(3);
    map->setCurrent(1030);
    auto* canvas = driver.find<PaintView>("Canvas");
    driver.click(canvas, canvas->toWidget({8, 8}).toPoint());
    driver.click(canvas, canvas->toWidget({10, 9}).toPoint());
    QTest::qWait(500);
    take(driver, prefix + "30-latent-paint.png");
    driver.find<QComboBox>("Colour by")->setCurrentIndex(2);
    driver.window().resize(900, 600);
    QTest::qWait(200);
    take(driver, prefix + "24-latent-small.png");
}

void generate(const QString& prefix, const QString& run) {
    WindowDriver driver;
    waitUntil([&] { return driver.bench().document().model() != nullptr; });
    showPage(driver, QStringLiteral("Generate"));
    take(driver, prefix + "20-generate-empty.png");
    driver.bench().openRun(toPath(run));
    const auto wait = [&] {
        waitUntil([&] { return driver.bench().generator().isBusy(); });
        waitUntil([&] { return !driver.bench().generator().isBusy(); });
    };
    wait();
    waitUntil([&] { return driver.bench().document().model() && !driver.bench().preflight().isBusy(); });
    take(driver, prefix + "21-generate.png");
    driver.window().findChild<PictureTable*>()->setFocus();
    driver.key(Qt::Key_Right);
    driver.key(Qt::Key_Return);
    take(driver, prefix + "22-generate-enlarged.png");
    driver.key(Qt::Key_Escape);
    driver.click(driver.find<QToolButton>("Traversal"));
    wait();
    take(driver, prefix + "23-traversal.png");
    driver.find<QComboBox>("Start")->setFocus();
    driver.key(Qt::Key_End);
    wait();
    driver.window().resize(900, 600);
    QTest::qWait(200);
    take(driver, prefix + "24-traversal-small.png");
    driver.click(driver.find<QToolButton>("Samples"));
    wait();
    take(driver, prefix + "25-generate-small.png");
    showPage(driver, QStringLiteral("Compression"));
    take(driver, prefix + "26-compression-empty.png");
    driver.key(Qt::Key_Return, Qt::ControlModifier);
    waitUntil([&] { return !driver.bench().compression().isBusy(); });
    take(driver, prefix + "27-compression-small.png");
    driver.window().resize(1280, 800);
    QTest::qWait(200);
    take(driver, prefix + "28-compression.png");
}

} // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const QString folder = argc > 1 ? QString::fromLocal8Bit(argv[1]) : QStringLiteral(".");
    const auto show = [&](const QString& prefix) {
        const std::map<QString, void (*)(const QString&)> pages = {{QStringLiteral("anomalies"), anomalies},
                                                                   {QStringLiteral("latent"), latent},
                                                                   {QStringLiteral("watch"), watch}};
        const QString what = argc > 2 ? QString::fromLocal8Bit(argv[2]) : QString();
        if (argc > 3)
            denoise(prefix, what, QString::fromLocal8Bit(argv[3]));
        else if (const auto page = pages.find(what); page != pages.end())
            page->second(prefix);
        else if (argc > 2)
            generate(prefix, what);
        else
            walk(prefix);
    };
    show(folder + "/light-");
    QApplication::setStyle("fusion");
    QApplication::setPalette(darkPalette());
    show(folder + "/dark-");
    return 0;
}
