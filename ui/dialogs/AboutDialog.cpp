#include "ui/dialogs/AboutDialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/base/Version.h"

namespace hourglass {

AboutDialog::AboutDialog(QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("About Hourglass"));
    setAccessibleName(windowTitle());
    setAttribute(Qt::WA_DeleteOnClose);
    auto* column = new QVBoxLayout(this);
    auto* text = new QLabel(
        tr("<h3>Hourglass %1</h3><p>A workbench for autoencoders: watch one learn, compare what it makes of pictures, "
           "take the model with you. It works offline, on your files.</p><p>Free software under the GNU General "
           "Public License, version 3 or later. It comes without any warranty.</p><p>Built with Qt %2, oneDNN, "
           "Highway, OpenCV and ONNX.</p>")
            .arg(QString::fromUtf8(kVersion), QString::fromLatin1(qVersion())),
        this);
    text->setWordWrap(true);
    text->setTextFormat(Qt::RichText);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    text->setAccessibleName(tr("About"));
    text->setMinimumWidth(420);
    column->addWidget(text);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    buttons->button(QDialogButtonBox::Close)->setAccessibleName(tr("Close"));
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    column->addWidget(buttons);
}

} // namespace hourglass
