#include "core/training/History.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/AtomicFile.h"

namespace hourglass {

namespace {

constexpr size_t kLeading = 3; // step, epoch, learning_rate

std::vector<std::string> splitLine(const std::string& line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            fields.emplace_back();
        else
            fields.back() += c;
    }
    return fields;
}

bool parseNumber(const std::string& text, double& number) {
    if (text.empty()) {
        number = std::numeric_limits<double>::quiet_NaN();
        return true;
    }
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    return code == std::errc() && end == text.data() + text.size();
}

} // namespace

int History::column(const std::string& name) const {
    const auto it = std::find(m_columns.begin(), m_columns.end(), name);
    return it == m_columns.end() ? -1 : static_cast<int>(it - m_columns.begin());
}

void History::append(HistoryRow row) {
    expects(row.values.size() == m_columns.size(), "{} values for {} columns", row.values.size(), m_columns.size());
    m_rows.push_back(std::move(row));
}

bool History::setColumns(const std::vector<std::string>& columns) {
    const History wanted(columns);
    if (std::any_of(m_columns.begin(), m_columns.end(),
                    [&](const std::string& name) { return wanted.column(name) < 0; }))
        return false;
    if (columns == m_columns)
        return true;
    for (HistoryRow& row : m_rows) {
        std::vector<double> values(columns.size(), std::numeric_limits<double>::quiet_NaN());
        for (size_t i = 0; i < m_columns.size(); ++i)
            values[static_cast<size_t>(wanted.column(m_columns[i]))] = row.values[i];
        row.values = std::move(values);
    }
    m_columns = columns;
    return true;
}

void History::truncateAfter(int64_t step) {
    std::erase_if(m_rows, [step](const HistoryRow& row) { return row.step > step; });
}

std::string History::toCsv() const {
    std::string text = "step,epoch,learning_rate";
    for (const std::string& column : m_columns)
        text += "," + column;
    text += ",note\n";
    for (const HistoryRow& row : m_rows) {
        text += fmt::format("{},{},{}", row.step, row.epoch, row.learningRate);
        for (const double value : row.values)
            text += std::isnan(value) ? "," : fmt::format(",{}", value);
        std::string note = row.note;
        std::replace_if(
            note.begin(), note.end(), [](char c) { return c == '"' || c == '\n' || c == '\r'; }, ' ');
        text += note.empty() ? ",\n" : ",\"" + note + "\"\n";
    }
    return text;
}

Result<History> History::fromCsv(const std::string& text) {
    History history;
    size_t from = 0;
    for (int64_t number = 1; from < text.size(); ++number) {
        const size_t end = std::min(text.find('\n', from), text.size());
        std::vector<std::string> fields = splitLine(text.substr(from, end - from));
        from = end + 1;
        const auto wrong = [&] { return makeError(ErrorCode::Unreadable, "Line {} is not one of a history.", number); };
        if (number == 1) {
            if (fields.size() < kLeading + 1 || fields[0] != "step" || fields.back() != "note")
                return wrong();
            history.m_columns.assign(fields.begin() + kLeading, fields.end() - 1);
            continue;
        }
        if (fields.size() != history.m_columns.size() + kLeading + 1)
            return wrong();
        HistoryRow row;
        double step = 0;
        bool readable = parseNumber(fields[0], step) && parseNumber(fields[1], row.epoch) &&
                        parseNumber(fields[2], row.learningRate) && std::abs(step) < 9e15;
        for (size_t i = 0; i < history.m_columns.size(); ++i)
            readable = readable && parseNumber(fields[kLeading + i], row.values.emplace_back());
        if (!readable)
            return wrong();
        row.step = static_cast<int64_t>(step);
        row.note = fields.back();
        history.m_rows.push_back(std::move(row));
    }
    return history;
}

Result<History> History::load(const std::filesystem::path& path) {
    Result<std::string> text = readFile(path, uint64_t{1} << 30);
    if (!text)
        return std::move(text).error();
    Result<History> history = fromCsv(*text);
    if (!history)
        return std::move(history).error().withContext(path.string());
    return history;
}

} // namespace hourglass
