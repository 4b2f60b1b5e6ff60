#pragma once

// The command line as the subcommands declare it. CLI11, which is one header of ten thousand lines, reads it; only
// CommandLine.cpp knows.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/cli/Values.h"

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace hourglass::cli {

// An option, an argument or a flag, while it is declared.
class Option {
public:
    Option(CLI::Option* option) : m_option(option) {}

    Option& required();
    Option& check(Values values);
    Option& showDefault(); // the help names it
    Option& excludes(const Option& other);
    Option& needs(const Option& other);

private:
    CLI::Option* m_option;
};

// A subcommand, while it is declared. Targets hold the defaults, and must outlive the command line.
class Command {
public:
    Command(CLI::App* app, int* status) : m_app(app), m_status(status) {}

    // `names`: "-o,--output", or "model" for an argument by position.
    Option option(const std::string& names, std::string& target, const std::string& help);
    Option option(const std::string& names, double& target, const std::string& help);
    Option option(const std::string& names, int& target, const std::string& help);
    Option option(const std::string& names, int64_t& target, const std::string& help);
    Option option(const std::string& names, uint64_t& target, const std::string& help);
    // By position: all that stand there. By name: one each time the name is given.
    Option option(const std::string& names, std::vector<std::string>& target, const std::string& help);
    Option flag(const std::string& names, bool& target, const std::string& help);

    // What it does, and the exit status of that.
    void runs(std::function<int()> work);

private:
    CLI::App* m_app;
    int* m_status;
};

class CommandLine {
public:
    CommandLine(const std::string& description, const std::string& name, const std::string& version);
    ~CommandLine();
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;

    Command command(const std::string& name, const std::string& help);
    // Runs the command that is named there; what is wrong with the rest goes to standard error. The exit status.
    int run(int argc, const char* const* argv);

private:
    std::unique_ptr<CLI::App> m_app;
    int m_status = 0;
};

} // namespace hourglass::cli
