#include "ui/widgets/CompareLayers.h"

#include <QCoreApplication>

#include "ui/widgets/ImageConvert.h"

namespace hourglass {

namespace {

ImageLayer layerOf(const CompareImage& image) {
    return image ? ImageLayer(toImage(*image)) : ImageLayer();
}

QString text(const char* source) {
    return QCoreApplication::translate("hourglass::CompareView", source);
}

} // namespace

int64_t CompareImages::elements() const {
    int64_t sum = 0;
    for (const CompareImage* each : {&original, &noisy, &reconstruction})
        sum += *each ? (*each)->elements() : 0;
    return sum;
}

CompareLayers makeCompareLayers(const CompareImages& images, float gain, bool isDark) {
    CompareLayers layers{layerOf(images.original), layerOf(images.noisy), layerOf(images.reconstruction), ImageLayer()};
    if (images.original && images.reconstruction)
        layers[3] = ImageLayer(differenceImage(*images.reconstruction, *images.original, gain, isDark));
    for (ImageLayer& layer : layers)
        layer.prepare();
    return layers;
}

QString paneTitle(ComparePane pane) {
    switch (pane) {
    case ComparePane::Original:
        return text(QT_TRANSLATE_NOOP("hourglass::CompareView", "Original"));
    case ComparePane::Noisy:
        return text(QT_TRANSLATE_NOOP("hourglass::CompareView", "Noisy"));
    case ComparePane::Reconstruction:
        return text(QT_TRANSLATE_NOOP("hourglass::CompareView", "Reconstruction"));
    case ComparePane::Difference:
        return text(QT_TRANSLATE_NOOP("hourglass::CompareView", "Difference"));
    }
    return {};
}

QString pixelValues(const CompareImages& images, const std::array<QString, 4>& titles, QPoint pixel) {
    if (pixel.x() < 0 || pixel.y() < 0)
        return {};
    QString line = QStringLiteral("(%1, %2)").arg(pixel.x()).arg(pixel.y());
    const std::array tensors{&images.original, &images.noisy, &images.reconstruction};
    for (size_t i = 0; i < tensors.size(); ++i) {
        if (!*tensors[i] || (*tensors[i])->shape().rank() < 2)
            continue;
        const Tensor& tensor = **tensors[i];
        const int64_t width = tensor.shape()[-1], height = tensor.shape()[-2];
        if (pixel.x() >= width || pixel.y() >= height)
            continue;
        QStringList channels;
        for (int64_t c = 0; c < tensor.elements() / (width * height); ++c)
            channels << QString::number(tensor.data()[(c * height + pixel.y()) * width + pixel.x()], 'f', 3);
        line += QStringLiteral("  %1 %2").arg(titles[i].toLower(), channels.join(QLatin1Char('/')));
    }
    return line;
}

} // namespace hourglass
