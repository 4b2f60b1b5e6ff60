#include "ui/bridge/CoreText.h"

#include <QtCore/QCoreApplication>

namespace hourglass {

QString coreText(const std::string& text) {
    return text.empty() ? QString() : QCoreApplication::translate("core", text.c_str());
}

QString coreText(const std::string& sentence, const std::vector<std::string>& arguments) {
    return QString::fromStdString(fillTemplate(coreText(sentence).toStdString(), arguments));
}

QString coreText(const Error& error) {
    const QString english = QString::fromStdString(fillTemplate(error.messageTemplate(), error.arguments()));
    const QString withContext = QString::fromStdString(error.message());
    const QString context = withContext.chopped(std::min(withContext.size(), english.size()));
    return context + coreText(error.messageTemplate(), error.arguments());
}

} // namespace hourglass
