#include "ui/bridge/RunStore.h"

#include <algorithm>
#include <cmath>

#include <QtCore/QFileInfo>
#include <QtCore/QRegularExpression>
#include <QtCore/QStandardPaths>

#include "core/base/AtomicFile.h"
#include "core/training/RunFolder.h"
#include "ui/bridge/CoreText.h"
#include "ui/bridge/Settings.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

int64_t completedEpochs(const History& history) {
    return history.rows().empty() ? 0 : static_cast<int64_t>(std::floor(history.rows().back().epoch + 1e-9));
}

// Whether the result on disk is that of the whole history: a run that was gone on with after it had ended is open
// again.
bool hasResultOf(const fs::path& folder, const History& history) {
    const Result<std::string> text = readFile(folder / "result.json", 1 << 20);
    if (!text)
        return false;
    const Json result = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
    const int64_t steps = history.rows().empty() ? 0 : history.rows().back().step;
    return result.is_object() && result.contains("steps") && result["steps"].is_number_integer() &&
           result["steps"].get<int64_t>() >= steps;
}

// The row with the least validation loss; null when none was measured.
const HistoryRow* bestRow(const History& history) {
    const int column = history.column("validation_loss");
    const HistoryRow* best = nullptr;
    if (column < 0)
        return best;
    const auto loss = [column](const HistoryRow& row) { return row.values[static_cast<size_t>(column)]; };
    for (const HistoryRow& row : history.rows())
        if (std::isfinite(loss(row)) && (best == nullptr || loss(row) < loss(*best)))
            best = &row;
    return best;
}

// What a line of the list needs.
Result<RunRecord> readCurves(const fs::path& folder) {
    if (!RunFolder::isRun(folder))
        return makeError(ErrorCode::NotFound, "'{}' holds no run.", folder.string());
    Result<Experiment> experiment = Experiment::load(RunFolder::experimentPath(folder));
    if (!experiment)
        return std::move(experiment).error();
    RunRecord record{.folder = folder, .experiment = *std::move(experiment)};
    std::error_code code;
    if (fs::exists(folder / "history.csv", code)) {
        Result<History> history = History::load(folder / "history.csv");
        if (!history)
            return std::move(history).error();
        record.history = *std::move(history);
    }
    record.epochs = completedEpochs(record.history);
    record.isFinished = hasResultOf(folder, record.history);
    return record;
}

} // namespace

QString sourceName(const std::string& source) {
    QString name = QString::fromStdString(source);
    if (name.startsWith(QStringLiteral("fashion-mnist:")))
        return QStringLiteral("fashion-mnist");
    static const QRegularExpression kind(QStringLiteral("^[a-z-]+:"));
    name.remove(kind);
    name = name.section(QLatin1Char(','), 0, 0).section(QLatin1Char('#'), 0, 0);
    while (name.endsWith(QLatin1Char('/')))
        name.chop(1);
    name = QFileInfo(name).completeBaseName();
    return name.isEmpty() ? QStringLiteral("data") : name;
}

fs::path RunStore::defaultRoot() {
    return toPath(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)) / "runs";
}

std::vector<RunSummary> RunStore::list() const {
    std::vector<RunSummary> all;
    std::error_code code;
    for (const fs::directory_entry& entry : fs::directory_iterator(m_root, code))
        if (std::optional<RunSummary> run = summary(entry.path()))
            all.push_back(*std::move(run));
    std::stable_sort(all.begin(), all.end(),
                     [](const RunSummary& a, const RunSummary& b) { return a.changed > b.changed; });
    return all;
}

std::optional<RunSummary> RunStore::summary(const fs::path& folder) {
    if (!RunFolder::isRun(folder))
        return std::nullopt;
    RunSummary found{.folder = folder, .name = toText(folder.filename())};
    std::error_code code;
    const fs::path last = RunFolder::checkpoint(folder, "last");
    const QFileInfo newest(toText(fs::exists(last, code) ? last : RunFolder::experimentPath(folder)));
    found.changed = newest.lastModified();
    Result<RunRecord> record = readCurves(folder);
    if (!record) {
        found.state = RunSummary::State::Damaged;
        found.problem = coreText(record.error());
        return found;
    }
    const OptionValues& options = record->experiment.options();
    found.family = QString::fromStdString(options.text("model.family"));
    found.architecture = QString::fromStdString(options.text("model.architecture"));
    found.data = sourceName(options.text("data.source"));
    found.epochs = record->epochs;
    found.plannedEpochs = options.integer("training.epochs");
    found.state = record->isFinished ? RunSummary::State::Finished : RunSummary::State::Interrupted;
    if (const HistoryRow* best = bestRow(record->history)) {
        found.bestValidationLoss = best->values[static_cast<size_t>(record->history.column("validation_loss"))];
        if (const int psnr = record->history.column("validation_psnr"); psnr >= 0)
            found.psnr = best->values[static_cast<size_t>(psnr)];
    }
    return found;
}

Result<RunRecord> RunStore::read(const fs::path& folder) {
    Result<RunRecord> record = readCurves(folder);
    if (!record)
        return record;
    // Measured anew at the end of the next epoch: nothing that would keep a run from being opened.
    if (Result<CodeStatistics> code = CodeStatistics::load(RunFolder::codePath(folder)); code)
        record->code = std::make_shared<const CodeStatistics>(*std::move(code));
    return record;
}

Result<fs::path> RunStore::create(const QString& name) const {
    QString clean = name.toLower();
    static const QRegularExpression odd(QStringLiteral("[^\\w.-]+"), QRegularExpression::UseUnicodePropertiesOption);
    clean.replace(odd, QStringLiteral("-"));
    clean = clean.left(60);
    std::error_code code;
    fs::create_directories(m_root, code);
    for (int number = 1; !code && number < 1'000'000; ++number) {
        const fs::path folder = m_root / toPath(QStringLiteral("%1-%2").arg(clean).arg(number, 4, 10, QChar(u'0')));
        if (fs::create_directory(folder, code))
            return folder;
    }
    return makeError(ErrorCode::WriteFailed, "No run folder can be made in '{}': {}.", m_root.string(), code.message());
}

bool RunStore::holds(const fs::path& folder) const {
    std::error_code code;
    return fs::weakly_canonical(folder, code).parent_path() == fs::weakly_canonical(m_root, code);
}

Result<void> RunStore::remove(const fs::path& folder) const {
    if (!holds(folder) || !RunFolder::isRun(folder))
        return makeError(ErrorCode::InvalidArgument, "'{}' is not a run of this list; nothing was deleted.",
                         folder.string());
    // Held while deleting, so that nobody trains in it meanwhile.
    Result<Experiment> experiment = Experiment::load(RunFolder::experimentPath(folder));
    if (experiment)
        if (Result<RunFolder> held = RunFolder::open(folder, *experiment, RunFolder::Mode::Resume); !held)
            return std::move(held).error();
    std::error_code code;
    fs::remove_all(folder, code);
    if (code)
        return makeError(ErrorCode::WriteFailed, "'{}' could not be deleted: {}.", folder.string(), code.message());
    return {};
}

void RunStore::discardEmpty(const fs::path& folder) const {
    std::error_code code;
    if (!holds(folder) || RunFolder::isRun(folder))
        return;
    fs::remove(folder / "checkpoints", code);
    fs::remove(folder / ".lock", code);
    fs::remove(folder, code); // only when nothing else is in it
}

} // namespace hourglass
