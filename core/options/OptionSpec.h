#pragma once

// One hyperparameter, declared once: the form, the command line, the JSON document, validation and help all read this.

#include <limits>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace hourglass {

using Json = nlohmann::json;

enum class OptionType {
    Boolean,
    Integer,
    Real,
    Text,
    Choice,      // a text out of `choices`
    IntegerList, // [512, 256]; minimum and maximum hold for each element
    RealOrRange, // a number, or [low, high] to draw from
};

enum class OptionTier { Basic, Expert };

// What changing the option does to a run that exists.
enum class OptionEffect {
    Live,     // takes effect between two steps of the running run
    Continue, // the next Run goes on with it
    Restart,  // Run makes a new run folder
};

struct OptionChoice {
    std::string value; // as in the document
    std::string label; // as people read it
};

// The option matters only while another option has one of these values; otherwise its control is disabled and says why.
struct OptionCondition {
    std::string key;
    std::vector<Json> values;
};

struct OptionSpec {
    std::string key; // "optimizer.learning_rate"
    OptionType type = OptionType::Real;
    Json defaultValue;
    std::string label; // "Learning rate"
    std::string help;  // meaning, and when to raise or lower it
    std::string unit = {};
    double minimum = -std::numeric_limits<double>::infinity();
    double maximum = std::numeric_limits<double>::infinity();
    double step = 1; // by which a control for whole numbers goes
    std::vector<OptionChoice> choices = {};
    OptionTier tier = OptionTier::Basic;
    OptionEffect effect = OptionEffect::Restart;
    std::vector<OptionCondition> appliesWhen = {}; // all must hold
    std::string unusedBecause = {};                // why it never matters in this table; empty: it does
};

} // namespace hourglass
