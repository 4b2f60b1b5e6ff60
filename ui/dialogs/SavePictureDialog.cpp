#include "ui/dialogs/SavePictureDialog.h"

#include <QCoreApplication>

#include <array>

#include "ui/bridge/Settings.h"

namespace hourglass {

namespace {

struct PictureKind {
    ImageFormat format;
    int bitDepth;
    const char* filter;
};

constexpr std::array kTypes{
    PictureKind{ImageFormat::Png, 8, QT_TRANSLATE_NOOP("hourglass::SavePictureDialog", "PNG, 8 bit (*.png)")},
    PictureKind{ImageFormat::Png, 16, QT_TRANSLATE_NOOP("hourglass::SavePictureDialog", "PNG, 16 bit (*.png)")},
    PictureKind{ImageFormat::Tiff, 8, QT_TRANSLATE_NOOP("hourglass::SavePictureDialog", "TIFF, 8 bit (*.tif *.tiff)")},
    PictureKind{ImageFormat::Tiff, 16,
                QT_TRANSLATE_NOOP("hourglass::SavePictureDialog", "TIFF, 16 bit (*.tif *.tiff)")},
    PictureKind{ImageFormat::WebP, 8, QT_TRANSLATE_NOOP("hourglass::SavePictureDialog", "WebP, lossless (*.webp)")},
    PictureKind{ImageFormat::Jpeg, 8,
                QT_TRANSLATE_NOOP("hourglass::SavePictureDialog", "JPEG, loses a little (*.jpg *.jpeg)")},
    PictureKind{ImageFormat::Bmp, 8, QT_TRANSLATE_NOOP("hourglass::SavePictureDialog", "BMP (*.bmp)")},
};

} // namespace

SavePictureDialog::SavePictureDialog(const QString& proposal, ImageFormat format, int bitDepth, QWidget* parent)
    : QFileDialog(parent, tr("Save the picture"), QFileInfo(proposal).path()) {
    setAttribute(Qt::WA_DeleteOnClose);
    setAccessibleName(tr("Save the picture"));
    setAcceptMode(QFileDialog::AcceptSave);
    QStringList filters;
    for (const PictureKind& type : kTypes)
        filters << tr(type.filter);
    setNameFilters(filters);
    for (size_t i = 0; i < kTypes.size(); ++i)
        if (kTypes[i].format == format && kTypes[i].bitDepth == bitDepth)
            selectNameFilter(filters[static_cast<qsizetype>(i)]);
    filterChosen();
    selectFile(QFileInfo(proposal).fileName());
    connect(this, &QFileDialog::filterSelected, this, &SavePictureDialog::filterChosen);
    connect(this, &QFileDialog::fileSelected, this,
            [this](const QString& path) { emit chosen(path, optionsFor(path)); });
}

void SavePictureDialog::filterChosen() {
    for (const PictureKind& type : kTypes)
        if (tr(type.filter) == selectedNameFilter())
            setDefaultSuffix(QString::fromStdString(imageExtension(type.format)).mid(1));
}

// What the name says counts; the depth only where that format has it.
EncodeOptions SavePictureDialog::optionsFor(const QString& path) const {
    const std::optional<ImageFormat> format = imageFormatOf(toPath(path));
    const bool hasDepth = format == ImageFormat::Png || format == ImageFormat::Tiff;
    EncodeOptions options;
    for (const PictureKind& type : kTypes)
        if (hasDepth && tr(type.filter) == selectedNameFilter())
            options.bitDepth = type.bitDepth;
    return options;
}

} // namespace hourglass
