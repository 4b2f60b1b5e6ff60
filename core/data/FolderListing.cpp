#include "core/data/FolderListing.h"

#include <algorithm>
#include <set>

namespace hourglass {

namespace {

namespace fs = std::filesystem;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

size_t digitsFrom(std::string_view text, size_t start) {
    size_t end = start;
    while (end < text.size() && isDigit(text[end]))
        ++end;
    return end;
}

struct Listing {
    const ListOptions& options;
    fs::path root, canonicalRoot;
    std::vector<std::string> files = {};
    std::set<fs::path> links = {};   // to folders: entered last, so that a folder is listed under its own name
    std::set<fs::path> visited = {}; // canonical, against links that lead back

    void skip(const fs::path& path, std::string reason) const {
        if (options.skipped != nullptr)
            options.skipped->push_back({path.lexically_relative(root).generic_string(), std::move(reason)});
    }
};

bool isInside(const fs::path& path, const fs::path& folder) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

void walk(const fs::path& folder, Listing& listing) {
    std::error_code code;
    const fs::path canonical = fs::canonical(folder, code);
    if (code || listing.options.stop.stop_requested() || listing.visited.contains(canonical))
        return;
    if (!isInside(canonical, listing.canonicalRoot))
        return listing.skip(folder, "It is a link to another place, which is not entered.");
    listing.visited.insert(canonical);
    std::vector<fs::path> subfolders;
    std::error_code typeError;
    fs::directory_iterator it(folder, code);
    for (; !code && it != fs::directory_iterator(); it.increment(code)) {
        const fs::path path = it->path();
        if (path.filename().string().starts_with("."))
            continue;
        if (it->is_directory(typeError) && listing.options.recursive) {
            if (it->is_symlink(typeError))
                listing.links.insert(path);
            else
                subfolders.push_back(path);
        }
        if (!it->is_directory(typeError) && listing.options.accepts(path))
            listing.files.push_back(path.lexically_relative(listing.root).generic_string());
    }
    if (code)
        listing.skip(folder, fmt::format("The folder cannot be read: {}.", code.message()));
    for (const fs::path& subfolder : subfolders)
        walk(subfolder, listing);
}

} // namespace

bool naturalLess(std::string_view a, std::string_view b) {
    size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        if (!isDigit(a[i]) || !isDigit(b[j])) {
            if (a[i] != b[j])
                return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
            ++i;
            ++j;
            continue;
        }
        const size_t endA = digitsFrom(a, i), endB = digitsFrom(b, j);
        while (i + 1 < endA && a[i] == '0')
            ++i;
        while (j + 1 < endB && b[j] == '0')
            ++j;
        if (endA - i != endB - j)
            return endA - i < endB - j;
        const int order = a.substr(i, endA - i).compare(b.substr(j, endB - j));
        if (order != 0)
            return order < 0;
        i = endA;
        j = endB;
    }
    if (a.size() - i != b.size() - j)
        return a.size() - i < b.size() - j;
    return a < b; // only leading zeros differ
}

std::vector<std::string> listFiles(const fs::path& folder, const ListOptions& options) {
    std::error_code code;
    Listing listing{options, folder, fs::canonical(folder, code)};
    walk(folder, listing);
    while (!listing.links.empty())
        walk(listing.links.extract(listing.links.begin()).value(), listing);
    std::sort(listing.files.begin(), listing.files.end(), naturalLess);
    return std::move(listing.files);
}

} // namespace hourglass
