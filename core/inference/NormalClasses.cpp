#include "core/inference/NormalClasses.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "core/data/RowSubset.h"

namespace hourglass {

namespace {

std::set<std::string> classesIn(const Dataset& data) {
    std::set<std::string> names;
    for (int64_t row = 0; row < data.size(); ++row)
        if (const std::optional<int> label = data.label(row))
            names.insert(data.classNames()[static_cast<size_t>(*label)]);
    return names;
}

std::string quoted(const Dataset& data, std::span<const int> classes) {
    std::vector<std::string> names;
    for (const int index : classes)
        names.push_back(fmt::format("'{}'", data.classNames()[static_cast<size_t>(index)]));
    return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<int> indicesOf(const Dataset& data, const std::set<std::string>& names) {
    std::vector<int> found;
    for (size_t i = 0; i < data.classNames().size(); ++i)
        if (names.contains(data.classNames()[i]))
            found.push_back(static_cast<int>(i));
    return found;
}

} // namespace

Result<NormalClasses> normalClassesOf(const Dataset& data, const std::string& asked, const Dataset* training,
                                      std::string_view key) {
    Result<std::vector<int>> named = classesNamed(data, asked, key);
    if (!named)
        return std::move(named).error();
    if (!named->empty())
        return NormalClasses{*named, fmt::format("Normal is {}, as asked.", quoted(data, *named))};
    const std::set<std::string> present = classesIn(data);
    if (present.empty())
        return NormalClasses{{},
                             "The samples have no labels, so nothing is known of what is normal: there are scores "
                             "and no ROC curve. Pictures have labels in subfolders, IDX files in a file of labels."};
    if (present.size() == 1)
        return NormalClasses{{},
                             fmt::format("All samples are of class '{}': there is nothing to tell apart, so no ROC "
                                         "curve.",
                                         *present.begin())};
    if (training != nullptr) {
        std::set<std::string> known;
        std::ranges::set_intersection(classesIn(*training), present, std::inserter(known, known.end()));
        const std::vector<int> learnt = indicesOf(data, known);
        if (!learnt.empty() && learnt.size() < present.size())
            return NormalClasses{learnt,
                                 fmt::format("Normal is {}, which the model was trained on.", quoted(data, learnt))};
    }
    for (const char* usual : {"good", "normal", "ok"})
        if (present.contains(usual)) {
            const std::vector<int> found = indicesOf(data, {usual});
            return NormalClasses{found, fmt::format("Normal is {}, by its name.", quoted(data, found))};
        }
    if (present == std::set<std::string>{"0", "1"})
        return NormalClasses{indicesOf(data, {"0"}), "Normal is '0', since the labels are 0 and 1."};
    return NormalClasses{
        {}, fmt::format("Which of the {} classes is normal? Name it, and there is a ROC curve.", present.size())};
}

} // namespace hourglass
