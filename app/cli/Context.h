#pragma once

// What the subcommands share: the executor, where messages go, how a result or an error leaves the program, Ctrl-C.

#include <chrono>
#include <memory>
#include <stop_token>

#include <CLI/CLI.hpp>

#include "core/base/Log.h"
#include "core/base/Result.h"
#include "core/data/Dataset.h"
#include "core/exec/Program.h"
#include "core/training/Experiment.h"

namespace hourglass::cli {

class Context {
public:
    Context();
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    // Made when first needed: most commands never compute.
    Executor& executor();
    std::stop_token stopToken() const;
    bool interrupted() const { return stopToken().stop_requested(); }

    bool json = false; // --json was given

    // One JSON object on standard output with --json, else the lines of `text`.
    void print(const Json& object, const std::string& text) const;
    // To standard error.
    void message(const std::string& text) const;
    LogSink log() const;
    // Says what happened and gives the exit status: 2 for usage and unreadable input, 1 for a run that failed.
    int fail(const Error& error) const;
    void report(const DatasetReport& report) const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

// A line on standard error that is rewritten in place on a terminal, and stays silent elsewhere.
class ProgressLine {
public:
    ProgressLine();
    ~ProgressLine(); // ends the line
    void show(double fraction, const std::string& text);

private:
    bool m_terminal;
    bool m_shown = false;
};

// "1250 samples/s  12 s left"
std::string paceText(double rate, const std::string& unit, double secondsLeft);

// A ProgressLine for work whose pace nobody else measures: from its making on.
class WorkProgress {
public:
    explicit WorkProgress(std::string unit) : m_unit(std::move(unit)) {}
    // `done` units so far, `fraction` of the whole work.
    void show(double fraction, double done, const std::string& what = {});

private:
    std::string m_unit;
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
    ProgressLine m_line;
};

inline constexpr int kDone = 0, kFailed = 1, kUsage = 2, kInterrupted = 130;

// Sets KEY=VALUE pairs on an experiment.
Result<void> applySettings(Experiment& experiment, const std::vector<std::string>& settings);

// Whether a file may be written as `path`, asked before the work: its folder is there, and nothing stands in its place
// but, with --force, a file. Errors (all wrong usage): NotFound, InvalidArgument, Conflict.
Result<void> checkOutput(const std::filesystem::path& path, bool force);

// Values of options. CLI11's own ranges take "nan", and speak of 300 digits where they mean "not negative".
CLI::Validator numberBetween(double low, double high);
// Decimal digits alone, to be given to transform(): the text is rewritten without leading zeros.
CLI::Validator wholeNumber(uint64_t low = 0, uint64_t high = UINT64_MAX);
// The word "auto" as well; `hint` says what it does, where a value is refused.
CLI::Validator autoOr(const CLI::Validator& other, const std::string& hint);

// "1 epoch", "20 epochs".
std::string counted(int64_t count, const std::string& one, const std::string& several);

// Each adds its subcommand; `status` receives its exit status when it runs.
void addAnomaly(CLI::App& app, Context& context, int& status);
void addApply(CLI::App& app, Context& context, int& status); // reconstruct, encode, decode
void addCompare(CLI::App& app, Context& context, int& status);
void addCompress(CLI::App& app, Context& context, int& status);
void addDenoise(CLI::App& app, Context& context, int& status);
void addEvaluate(CLI::App& app, Context& context, int& status);
void addExport(CLI::App& app, Context& context, int& status);
void addGenerate(CLI::App& app, Context& context, int& status);
void addInspect(CLI::App& app, Context& context, int& status);
void addLatent(CLI::App& app, Context& context, int& status);
void addList(CLI::App& app, Context& context, int& status);
void addNew(CLI::App& app, Context& context, int& status);
void addTrain(CLI::App& app, Context& context, int& status);
void addBench(CLI::App& app, Context& context, int& status);

} // namespace hourglass::cli
