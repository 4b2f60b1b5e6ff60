#pragma once

// What the subcommands share: the executor, where messages go, how a result or an error leaves the program, Ctrl-C.

#include <chrono>
#include <memory>
#include <stop_token>

#include <fmt/format.h>

#include "app/cli/CommandLine.h"
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

// "1 epoch", "20 epochs".
std::string counted(int64_t count, const std::string& one, const std::string& several);

// Each adds its subcommand.
void addAnomaly(CommandLine& line, Context& context);
void addApply(CommandLine& line, Context& context); // reconstruct, encode, decode
void addCompare(CommandLine& line, Context& context);
void addCompress(CommandLine& line, Context& context);
void addDenoise(CommandLine& line, Context& context);
void addEvaluate(CommandLine& line, Context& context);
void addExport(CommandLine& line, Context& context);
void addGenerate(CommandLine& line, Context& context);
void addInspect(CommandLine& line, Context& context);
void addLatent(CommandLine& line, Context& context);
void addList(CommandLine& line, Context& context);
void addNew(CommandLine& line, Context& context);
void addTrain(CommandLine& line, Context& context);
void addBench(CommandLine& line, Context& context);

} // namespace hourglass::cli
