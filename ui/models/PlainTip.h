#pragma once

// A tooltip takes whatever looks like HTML for it. One that says what people have named is shown as it is.

#include <QTextDocument>

namespace hourglass {

inline QString plainTip(const QString& text) {
    return Qt::mightBeRichText(text) ? Qt::convertFromPlainText(text, Qt::WhiteSpaceNormal) : text;
}

} // namespace hourglass
