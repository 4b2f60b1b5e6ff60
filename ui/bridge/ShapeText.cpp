#include "ui/bridge/ShapeText.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QStringList>

namespace hourglass {

namespace {

struct ShapeText {
    Q_DECLARE_TR_FUNCTIONS(ShapeText)
};

} // namespace

bool isPictureShape(const Shape& shape) {
    return shape.rank() == 3 && (shape[0] == 1 || shape[0] == 3);
}

QString shapeText(const Shape& shape) {
    if (shape.rank() == 3 && shape[0] == 1)
        return ShapeText::tr("%1×%2 gray").arg(shape[2]).arg(shape[1]);
    if (shape.rank() == 3 && shape[0] == 3)
        return ShapeText::tr("%1×%2 RGB").arg(shape[2]).arg(shape[1]);
    QStringList sizes;
    for (int64_t size : shape.sizes())
        sizes << QString::number(size);
    return sizes.join(QStringLiteral("×"));
}

} // namespace hourglass
