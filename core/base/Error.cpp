#include "core/base/Error.h"

#include <algorithm>

namespace hourglass {

Error::Error(ErrorCode code, std::string messageTemplate, std::vector<std::string> arguments)
    : m_code(code), m_template(std::move(messageTemplate)), m_arguments(std::move(arguments)) {}

std::string Error::message() const {
    std::string text = fillTemplate(m_template, m_arguments);
    for (const std::string& context : m_context)
        text = context + ": " + text;
    return text;
}

Error Error::withContext(std::string context) && {
    m_context.push_back(std::move(context));
    return std::move(*this);
}

Error Error::withName(std::string_view inner, std::string_view name) && {
    for (std::vector<std::string>* texts : {&m_arguments, &m_context})
        for (std::string& text : *texts)
            for (size_t place = text.find(inner); place != std::string::npos;
                 place = text.find(inner, place + name.size()))
                text.replace(place, inner.size(), name);
    return std::move(*this);
}

Error Error::withArgument(std::string_view inner, std::string_view name) && {
    std::replace(m_arguments.begin(), m_arguments.end(), std::string(inner), std::string(name));
    return std::move(*this);
}

std::string fillTemplate(std::string_view messageTemplate, const std::vector<std::string>& arguments) {
    std::string text;
    size_t from = 0;
    for (const std::string& argument : arguments) {
        const size_t place = messageTemplate.find("{}", from);
        if (place == std::string_view::npos)
            break;
        text.append(messageTemplate.substr(from, place - from)).append(argument);
        from = place + 2;
    }
    return text.append(messageTemplate.substr(from));
}

} // namespace hourglass
