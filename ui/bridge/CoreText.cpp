#include "ui/bridge/CoreText.h"

#include <QtCore/QCoreApplication>

namespace hourglass {

QString coreText(const std::string& text) {
    return text.empty() ? QString() : QCoreApplication::translate("core", text.c_str());
}

QString coreText(const Error& error) {
    const QString english = QString::fromStdString(fillTemplate(error.messageTemplate(), error.arguments()));
    const QString withContext = QString::fromStdString(error.message());
    const QString context = withContext.chopped(std::min(withContext.size(), english.size()));
    const QString sentence = coreText(error.messageTemplate());
    return context + QString::fromStdString(fillTemplate(sentence.toStdString(), error.arguments()));
}

} // namespace hourglass
