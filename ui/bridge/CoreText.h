#pragma once

// The edge where core's sentences (English templates and arguments, no Qt) become text of the person's language.

#include <QtCore/QString>

#include "core/base/Error.h"

namespace hourglass {

// Translates a sentence, label or help text declared in core (context "core").
QString coreText(const std::string& text);
// A sentence with places "{}", translated and filled.
QString coreText(const std::string& sentence, const std::vector<std::string>& arguments);
// The sentence of an error, its template translated, with its context in front.
QString coreText(const Error& error);

} // namespace hourglass
