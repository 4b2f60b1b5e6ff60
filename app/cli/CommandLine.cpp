#include "app/cli/CommandLine.h"

#include <algorithm>
#include <iostream>

#include <CLI/CLI.hpp>

#include "app/cli/Context.h"

namespace hourglass::cli {

Option& Option::required() {
    m_option->required();
    return *this;
}

Option& Option::check(Values values) {
    m_option->transform(CLI::Validator(std::move(values.refusal), std::move(values.name)));
    return *this;
}

Option& Option::showDefault() {
    m_option->capture_default_str();
    return *this;
}

Option& Option::excludes(const Option& other) {
    m_option->excludes(other.m_option);
    return *this;
}

Option& Option::needs(const Option& other) {
    m_option->needs(other.m_option);
    return *this;
}

Option Command::option(const std::string& names, std::string& target, const std::string& help) {
    return m_app->add_option(names, target, help);
}

Option Command::option(const std::string& names, double& target, const std::string& help) {
    return m_app->add_option(names, target, help);
}

Option Command::option(const std::string& names, int& target, const std::string& help) {
    return m_app->add_option(names, target, help);
}

Option Command::option(const std::string& names, int64_t& target, const std::string& help) {
    return m_app->add_option(names, target, help);
}

Option Command::option(const std::string& names, uint64_t& target, const std::string& help) {
    return m_app->add_option(names, target, help);
}

Option Command::option(const std::string& names, std::vector<std::string>& target, const std::string& help) {
    return m_app->add_option(names, target, help)->allow_extra_args(!names.starts_with('-'));
}

Option Command::flag(const std::string& names, bool& target, const std::string& help) {
    return m_app->add_flag(names, target, help);
}

void Command::runs(std::function<int()> work) {
    m_app->callback([status = m_status, work = std::move(work)] { *status = work(); });
}

CommandLine::CommandLine(const std::string& description, const std::string& name, const std::string& version)
    : m_app(std::make_unique<CLI::App>(description, name)) {
    m_app->set_version_flag("--version", version);
    m_app->require_subcommand(1);
}

CommandLine::~CommandLine() = default;

Command CommandLine::command(const std::string& name, const std::string& help) {
    return {m_app->add_subcommand(name, help), &m_status};
}

int CommandLine::run(int argc, const char* const* argv) {
    m_status = kDone;
    try {
        m_app->parse(argc, argv);
    } catch (const CLI::Success& success) { // help, version
        return m_app->exit(success);
    } catch (const CLI::ParseError& error) {
        const auto isCommand = [&](const CLI::App* command) { return command->check_name(argv[1]); };
        const auto commands = m_app->get_subcommands([](const CLI::App*) { return true; });
        if (argc > 1 && argv[1][0] != '-' && std::none_of(commands.begin(), commands.end(), isCommand))
            std::cerr << "hourglass-cli: there is no command '" << argv[1] << "'" << std::endl;
        m_app->exit(error, std::cerr, std::cerr);
        return kUsage;
    }
    return m_status;
}

} // namespace hourglass::cli
