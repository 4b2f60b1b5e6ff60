// Every widget with plausible data, to look at: opens windows, or with --grab DIR writes PNGs in light and dark and in
// a small size. QT_SCALE_FACTOR=2 makes them high-density.

#include <QtWidgets>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "ui/widgets/ArchitectureStrip.h"
#include "ui/widgets/CompareImageView.h"
#include "ui/widgets/CompareView.h"
#include "ui/widgets/CurveCanvas.h"
#include "ui/widgets/DropOverlay.h"
#include "ui/widgets/HeatmapOverlay.h"
#include "ui/widgets/ImageStrip.h"
#include "ui/widgets/LogModel.h"
#include "ui/widgets/LogView.h"
#include "ui/widgets/LossChart.h"
#include "ui/widgets/OptionForm.h"
#include "ui/widgets/RocCurve.h"
#include "ui/widgets/ScoreHistogram.h"

using namespace hourglass;

namespace {

std::mt19937 generator(7);

float noise(float sigma) {
    return std::normal_distribution<float>(0, sigma)(generator);
}

// Rings and a bar: something with edges and slopes.
Tensor picture(int64_t size, float phase, float sigma, float blur) {
    Tensor tensor({1, size, size});
    for (int64_t y = 0; y < size; ++y)
        for (int64_t x = 0; x < size; ++x) {
            const float u = static_cast<float>(x) / static_cast<float>(size) - 0.5f;
            const float v = static_cast<float>(y) / static_cast<float>(size) - 0.5f;
            const float ring = 0.5f + 0.5f * std::sin(30 * (1 - blur) * std::hypot(u, v) + phase);
            const float bar = std::abs(u + v) < 0.08f ? 1.0f - blur : 0.0f;
            tensor.data()[y * size + x] = std::max(ring * 0.8f, bar) + (sigma > 0 ? noise(sigma) : 0);
        }
    return tensor;
}

Tensor batch(int64_t count, int64_t size, float sigma, float blur) {
    Tensor tensor({count, 1, size, size});
    for (int64_t i = 0; i < count; ++i) {
        const Tensor one = picture(size, static_cast<float>(i), sigma, blur);
        std::copy(one.values().begin(), one.values().end(), tensor.sample(i).begin());
    }
    return tensor;
}

OptionTable options() {
    return {{.key = "data.source",
             .type = OptionType::Text,
             .defaultValue = "builtin:shapes",
             .label = "Source",
             .help = "Where the images come from."},
            {.key = "data.validation_fraction",
             .type = OptionType::Real,
             .defaultValue = 0.1,
             .label = "Validation fraction",
             .help = "Part of the data that is never trained on.",
             .minimum = 0,
             .maximum = 0.9},
            {.key = "model.family",
             .type = OptionType::Choice,
             .defaultValue = "denoising",
             .label = "Family",
             .help = "h",
             .choices = {{"undercomplete", "Undercomplete"}, {"denoising", "Denoising"}}},
            {.key = "model.layers",
             .type = OptionType::IntegerList,
             .defaultValue = {512, 256},
             .label = "Encoder layers",
             .help = "Nodes per layer before the code; the decoder mirrors them.",
             .minimum = 1,
             .maximum = 65536},
            {.key = "model.code_size",
             .type = OptionType::Integer,
             .defaultValue = 32,
             .label = "Code size",
             .help = "Numbers in the bottleneck.",
             .minimum = 1,
             .maximum = 4096},
            {.key = "noise.kind",
             .type = OptionType::Choice,
             .defaultValue = "gaussian",
             .label = "Noise",
             .help = "h",
             .choices = {{"none", "None"}, {"gaussian", "Gaussian"}, {"poisson", "Poisson"}}},
            {.key = "noise.sigma",
             .type = OptionType::RealOrRange,
             .defaultValue = {10.0, 50.0},
             .label = "σ",
             .help = "Standard deviation.",
             .unit = "0–255",
             .minimum = 0,
             .maximum = 255,
             .effect = OptionEffect::Live,
             .appliesWhen = {{"noise.kind", {"gaussian"}}}},
            {.key = "noise.peak",
             .type = OptionType::Real,
             .defaultValue = 30.0,
             .label = "Peak count",
             .help = "h",
             .unit = "photons",
             .minimum = 1,
             .maximum = 1e6,
             .appliesWhen = {{"noise.kind", {"poisson"}}}},
            {.key = "noise.clip",
             .type = OptionType::Boolean,
             .defaultValue = true,
             .label = "Clip to [0, 1]",
             .help = "h"},
            {.key = "optimizer.learning_rate",
             .type = OptionType::Real,
             .defaultValue = 1e-3,
             .label = "Learning rate",
             .help = "Lower it when the loss jumps; raise it when it creeps.",
             .minimum = 0,
             .maximum = 10,
             .effect = OptionEffect::Live},
            {.key = "training.epochs",
             .type = OptionType::Integer,
             .defaultValue = 10,
             .label = "Epochs",
             .help = "h",
             .minimum = 1,
             .maximum = 100000,
             .effect = OptionEffect::Continue},
            {.key = "training.seed",
             .type = OptionType::Integer,
             .defaultValue = 0,
             .label = "Seed",
             .help = "h",
             .minimum = 0,
             .maximum = 9e15,
             .tier = OptionTier::Expert},
            {.key = "optimizer.beta1",
             .type = OptionType::Real,
             .defaultValue = 0.9,
             .label = "First-moment decay β₁",
             .help = "h",
             .minimum = 0,
             .maximum = 1,
             .tier = OptionTier::Expert},
            {.key = "optimizer.epsilon",
             .type = OptionType::Real,
             .defaultValue = 1e-8,
             .label = "ε",
             .help = "h",
             .minimum = 0,
             .maximum = 1,
             .tier = OptionTier::Expert}};
}

OptionForm* form(bool isOpen) {
    auto* made = new OptionForm;
    made->setGroupTitles({{"data", "Data"},
                          {"model", "Model"},
                          {"noise", "Noise"},
                          {"optimizer", "Optimiser"},
                          {"training", "Training"}});
    made->setValues(OptionValues(options()));
    made->setIssue("model.code_size", "The code (32) is not smaller than the last layer (16): nothing is compressed.");
    made->setExpertOpen(isOpen);
    return made;
}

LossChart* chart(int steps, bool isLog) {
    auto* made = new LossChart("Reconstruction", "MSE per pixel");
    for (int i = 1; i <= steps; ++i) {
        const double base = 0.012 + 0.2 * std::exp(-i / (steps / 8.0)) + 0.03 * std::exp(-i / (steps / 2.0));
        made->append(Curve::Training, i, base * (1 + 0.12 * static_cast<double>(noise(1))) * (i % 977 == 0 ? 8 : 1));
    }
    for (int epoch = 1; steps > 0 && epoch <= 10; ++epoch)
        made->append(Curve::Validation, epoch * steps / 10.0, 0.016 + 0.2 * std::exp(-epoch / 1.3) + epoch * 0.0006);
    made->setStepsPerEpoch(steps / 10.0);
    if (steps > 0)
        made->setBest(steps * 0.6);
    made->setTrainingIncludes("reconstruction + 1e-4 · weight decay");
    made->setLogarithmic(isLog);
    return made;
}

CompareView* compare(CompareView::Mode mode, bool isFull, int64_t size) {
    auto* made = new CompareView;
    if (!isFull)
        return made;
    made->setImages({picture(size, 0, 0, 0), picture(size, 0, 0.3f, 0), picture(size, 0, 0, 0.06f)});
    made->setMetrics(ComparePane::Noisy, "10.46 dB · SSIM 0.31");
    made->setMetrics(ComparePane::Reconstruction, "24.90 dB · SSIM 0.91", "25.12 dB");
    made->setMetrics(ComparePane::Difference, "mean |Δ| 0.043");
    made->setMode(mode);
    made->setLens(mode == CompareView::Mode::Single);
    return made;
}

ImageStrip* strip(int64_t count) {
    auto* made = new ImageStrip;
    if (count == 0)
        return made;
    made->setRow(0, batch(count, 28, 0, 0));
    made->setRow(1, batch(count, 28, 0.3f, 0));
    made->setRow(2, batch(count, 28, 0, 0.05f));
    QStringList captions;
    for (int64_t i = 0; i < count; ++i)
        captions << QString::number(22 + static_cast<double>(i) * 0.7, 'f', 1);
    made->setCaptions(captions);
    return made;
}

ArchitectureStrip* architecture(int depth) {
    using Kind = LayerBlock::Kind;
    auto* made = new ArchitectureStrip;
    if (depth == 0)
        return made;
    std::vector<LayerBlock> blocks{{"Input", "28 × 28", "784 numbers", 784, Kind::Input}};
    for (int i = 0; i < depth; ++i)
        blocks.push_back(
            {QString("Dense %1").arg(i + 1), QString::number(512 >> i), "ReLU", static_cast<double>(512 >> i)});
    blocks.push_back({"Code", "16", "bottleneck", 16, Kind::Code});
    for (int i = depth; i-- > 0;)
        blocks.push_back(
            {QString("Dense %1").arg(2 * depth - i), QString::number(512 >> i), "ReLU", static_cast<double>(512 >> i)});
    blocks.push_back({"Output", "28 × 28", "sigmoid", 784, Kind::Output});
    made->setBlocks(blocks);
    made->setCaption("1 093 680 parameters · code 16 of 784 numbers · compression 49×");
    return made;
}

QWidget* drop() {
    auto* made = new QTextEdit("Some window behind the zones.");
    auto* overlay = new DropOverlay(made);
    overlay->setZones({{"dataset", "Use as data set", "Folder or images; 64² crops by default"},
                       {"denoise", "Denoise or compare", "Each image on its own"}});
    QMimeData data;
    data.setUrls({QUrl("file:///tmp/a.png")});
    made->resize(700, 300);
    QDragEnterEvent enter({500, 100}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(overlay, &enter);
    return made;
}

QWidget* log(LogModel& model) {
    model.append(LogLevel::Info, "Loaded builtin:shapes: 4 096 images of 64 × 64, gray.");
    model.append(LogLevel::Warning, "‘holiday/IMG_0012.jpg’ was skipped: the file is truncated after 12 kB.");
    model.append(LogLevel::Error,
                 "The loss is not a number at step 812 (layer decoder.1). Stopped; the checkpoint of epoch 3 is kept.");
    return new LogView(&model);
}

// Errors as they are: a long tail, and anomalies that overlap with it.
std::vector<float> scores(size_t count, float shift) {
    std::vector<float> values(count);
    std::ranges::generate(values, [shift] { return 0.004f * std::exp(0.45f * noise(1) + shift); });
    return values;
}

QWidget* histogram(bool isLog, bool isLabelled) {
    auto* made = new ScoreHistogram;
    made->setScores({"Training", scores(10000, 0)}, {isLabelled ? "Normal" : "Checked", scores(900, 0)},
                    {"Anomalies", scores(isLabelled ? 120 : 0, 0.9f)});
    made->setThreshold(0.011);
    made->setLogarithmicCount(isLog);
    made->setLogarithmicScore(isLog);
    return made;
}

QWidget* roc(bool isThere) {
    auto* made = new RocCurve;
    made->setEmptyText("All samples are of class 'disc': there is nothing to tell apart, so no ROC curve.");
    if (!isThere)
        return made;
    std::vector<float> all = scores(900, 0);
    std::vector<bool> isAnomaly(900, false);
    for (const float score : scores(120, 0.9f)) {
        all.push_back(score);
        isAnomaly.push_back(true);
    }
    made->setRoc(rocOf(all, isAnomaly).value());
    made->setThreshold(0.011);
    return made;
}

QWidget* heatmap() {
    auto* made = new HeatmapOverlay;
    Tensor errors({28, 28});
    for (int64_t i = 0; i < errors.elements(); ++i)
        errors.data()[i] =
            0.05f * std::exp(-std::hypot(static_cast<float>(i % 28) - 18, static_cast<float>(i / 28) - 9) / 3);
    made->setTitle("Error");
    made->setPicture(picture(28, 0, 0.02f, 0), errors);
    made->setLevel(0.012);
    return made;
}

struct Exhibit {
    QString name;
    QSize size;
    std::function<QWidget*()> make;
};

QPalette darkPalette() {
    QPalette dark(QColor(53, 53, 57), QColor(37, 37, 40));
    dark.setColor(QPalette::Base, QColor(28, 28, 31));
    dark.setColor(QPalette::ToolTipBase, QColor(60, 60, 66));
    dark.setColor(QPalette::ToolTipText, QColor(235, 235, 235));
    dark.setColor(QPalette::Highlight, QColor(64, 128, 220));
    return dark;
}

} // namespace

int main(int argc, char** argv) {
    QApplication app(argc, argv);
    QApplication::setStyle("Fusion");
    LogModel model;
    const std::vector<Exhibit> exhibits{
        {"form", {300, 640}, [] { return form(false); }},
        {"form-open", {300, 760}, [] { return form(true); }},
        {"chart", {640, 320}, [] { return chart(10000, false); }},
        {"chart-log", {640, 320}, [] { return chart(10000, true); }},
        {"chart-short", {300, 220}, [] { return chart(30, false); }},
        {"chart-hover",
         {640, 320},
         [] {
             LossChart* made = chart(2000, false);
             for (int i = 0; i < 60; ++i) {
                 QKeyEvent right(QEvent::KeyPress, Qt::Key_Right, Qt::NoModifier);
                 QCoreApplication::sendEvent(made->canvas(), &right);
             }
             made->setSmoothing(0.95);
             return made;
         }},
        {"chart-empty", {420, 200}, [] { return chart(0, false); }},
        {"compare", {820, 760}, [] { return compare(CompareView::Mode::SideBySide, true, 64); }},
        {"compare-wide", {1000, 320}, [] { return compare(CompareView::Mode::SideBySide, true, 512); }},
        {"compare-divider", {520, 480}, [] { return compare(CompareView::Mode::Divider, true, 64); }},
        {"compare-single", {420, 400}, [] { return compare(CompareView::Mode::Single, true, 64); }},
        {"compare-empty", {420, 300}, [] { return compare(CompareView::Mode::SideBySide, false, 0); }},
        {"strip", {760, 215}, [] { return strip(8); }},
        {"strip-narrow", {300, 260}, [] { return strip(12); }},
        {"strip-empty", {400, 110}, [] { return strip(0); }},
        {"architecture", {620, 140}, [] { return architecture(2); }},
        {"architecture-deep", {320, 110}, [] { return architecture(6); }},
        {"architecture-empty", {320, 90}, [] { return architecture(0); }},
        {"drop", {700, 300}, [] { return drop(); }},
        {"histogram", {420, 180}, [] { return histogram(false, true); }},
        {"histogram-log", {420, 180}, [] { return histogram(true, true); }},
        {"histogram-small", {180, 90}, [] { return histogram(false, false); }},
        {"roc", {200, 200}, [] { return roc(true); }},
        {"roc-none", {160, 120}, [] { return roc(false); }},
        {"heatmap", {240, 260}, [] { return heatmap(); }},
        {"log", {640, 120}, [&model] { return log(model); }},
    };
    const QStringList arguments = QApplication::arguments();
    const qsizetype grab = arguments.indexOf("--grab");
    std::vector<std::unique_ptr<QWidget>> shown;
    if (grab < 0) {
        for (const Exhibit& exhibit : exhibits) {
            QWidget* widget = shown.emplace_back(exhibit.make()).get();
            widget->setWindowTitle(exhibit.name);
            widget->resize(exhibit.size);
            widget->show();
        }
        return QApplication::exec();
    }
    const QDir folder(arguments.value(grab + 1, "."));
    folder.mkpath(".");
    const QPalette light = QApplication::palette();
    for (bool isDark : {false, true}) {
        QApplication::setPalette(isDark ? darkPalette() : light);
        generator.seed(7);
        model.clear();
        for (const Exhibit& exhibit : exhibits) {
            const std::unique_ptr<QWidget> widget(exhibit.make());
            widget->resize(exhibit.size);
            widget->show();
            for (int i = 0; i < 6; ++i) { // layouts and the chart's frame timer
                QApplication::processEvents();
                QThread::msleep(15);
            }
            widget->grab().save(folder.filePath(exhibit.name + (isDark ? "-dark.png" : "-light.png")));
        }
    }
    return 0;
}
