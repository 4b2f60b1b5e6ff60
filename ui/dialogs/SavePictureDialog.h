#pragma once

// Where a picture is saved, and how: the extension chooses the format, the file type beside it the bit depth.

#include <QFileDialog>

#include "core/data/ImageCodec.h"

namespace hourglass {

class SavePictureDialog : public QFileDialog {
    Q_OBJECT

public:
    // Proposes a file, and what it was before: its format and bit depth.
    SavePictureDialog(const QString& proposal, ImageFormat format, int bitDepth, QWidget* parent = nullptr);

signals:
    void chosen(const QString& path, const hourglass::EncodeOptions& options);

private:
    void filterChosen();
    EncodeOptions optionsFor(const QString& path) const;
};

} // namespace hourglass
