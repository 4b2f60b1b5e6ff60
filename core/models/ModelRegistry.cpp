#include "core/models/ModelRegistry.h"

#include <algorithm>
#include <array>

#include "core/models/ContractiveFamily.h"
#include "core/models/ConvolutionalArchitecture.h"
#include "core/models/DenseArchitecture.h"
#include "core/models/Layers.h"
#include "core/models/ReconstructionFamilies.h"
#include "core/models/SparseFamily.h"
#include "core/models/UNetArchitecture.h"
#include "core/models/VariationalFamily.h"

namespace hourglass {

std::span<const Family* const> families() {
    static const UndercompleteFamily undercomplete;
    static const DenoisingFamily denoising;
    static const SparseFamily sparse;
    static const ContractiveFamily contractive;
    static const VariationalFamily variational;
    static const std::array<const Family*, 5> all = {&undercomplete, &denoising, &sparse, &contractive, &variational};
    return all;
}

std::span<const Architecture* const> architectures() {
    static const DenseArchitecture dense;
    static const ConvolutionalArchitecture convolutional;
    static const UNetArchitecture unet;
    static const std::array<const Architecture*, 3> all = {&dense, &convolutional, &unet};
    return all;
}

const Family* findFamily(std::string_view id) {
    const auto all = families();
    const auto it = std::find_if(all.begin(), all.end(), [&](const Family* family) { return family->id() == id; });
    return it == all.end() ? nullptr : *it;
}

const Architecture* findArchitecture(std::string_view id) {
    const auto all = architectures();
    const auto it = std::find_if(all.begin(), all.end(), [&](const Architecture* a) { return a->id() == id; });
    return it == all.end() ? nullptr : *it;
}

namespace {

template <typename Rows>
std::vector<OptionChoice> choicesOf(Rows rows) {
    std::vector<OptionChoice> choices;
    for (const auto* row : rows)
        choices.push_back({std::string(row->id()), std::string(row->label())});
    return choices;
}

std::vector<Json> architecturesWithCode() {
    std::vector<Json> ids;
    for (const Architecture* architecture : architectures())
        if (architecture->hasCode())
            ids.push_back(architecture->id());
    return ids;
}

OptionTable commonModelOptions() {
    return {
        {.key = "model.family",
         .type = OptionType::Choice,
         .defaultValue = "undercomplete",
         .label = "Family",
         .help = "What the autoencoder is for: compressing, denoising, …",
         .choices = choicesOf(families())},
        {.key = "model.architecture",
         .type = OptionType::Choice,
         .defaultValue = "dense",
         .label = "Architecture",
         .help = "How encoder and decoder are built.",
         .choices = choicesOf(architectures())},
        {.key = "model.code_size",
         .type = OptionType::Integer,
         .defaultValue = 32,
         .label = "Code size",
         .help = "Numbers in the code (latent size, bottleneck). Smaller compresses more and blurs more.",
         .minimum = 1,
         .maximum = 65536,
         .appliesWhen = {{"model.architecture", architecturesWithCode()}}},
        {.key = "model.layers",
         .type = OptionType::IntegerList,
         .defaultValue = {512, 256},
         .label = "Encoder layers",
         .help = "Nodes of each layer before the code, first to last. More or wider layers fit more and take longer; "
                 "none makes the encoder linear.",
         .unit = "nodes",
         .minimum = 1,
         .maximum = 65536},
        {.key = "model.decoder_layers",
         .type = OptionType::IntegerList,
         .defaultValue = Json::array(),
         .label = "Decoder layers",
         .help = "Nodes of each layer after the code, first to last. Empty mirrors the encoder.",
         .unit = "nodes",
         .minimum = 1,
         .maximum = 65536,
         .tier = OptionTier::Expert,
         .appliesWhen = {{"model.architecture", architecturesWithCode()}}},
        {.key = "model.activation",
         .type = OptionType::Choice,
         .defaultValue = "relu",
         .label = "Activation",
         .help = "What bends the layers. ReLU is quick and safe; GELU and SiLU are smoother and a little slower.",
         .choices = activationChoices()},
        {.key = "model.code_activation",
         .type = OptionType::Choice,
         .defaultValue = "identity",
         .label = "Code activation",
         .help =
             "What bends the code itself. Linear codes are the freest; sigmoid codes lie between 0 and 1, ReLU codes "
             "can be exactly 0: sparse ones want one of the two.",
         .choices = activationChoices(),
         .tier = OptionTier::Expert,
         .appliesWhen = {{"model.architecture", architecturesWithCode()}}},
        {.key = "model.output_activation",
         .type = OptionType::Choice,
         .defaultValue = "sigmoid",
         .label = "Output activation",
         .help = "Sigmoid keeps pictures within 0 and 1; linear suits data without bounds.",
         .choices = {{"sigmoid", "Sigmoid"}, {"identity", "None (linear)"}},
         .tier = OptionTier::Expert},
        {.key = "model.initialisation",
         .type = OptionType::Choice,
         .defaultValue = "auto",
         .label = "Initialisation",
         .help = "How weights start. Automatic is He before rectifiers (ReLU and its kin), Glorot elsewhere.",
         .choices = {{"auto", "Automatic"},
                     {"he", "He normal"},
                     {"glorot", "Glorot uniform"},
                     {"lecun", "LeCun normal"},
                     {"fan_in", "Uniform, ±1/√inputs (PyTorch's)"},
                     {"orthogonal", "Orthogonal"}},
         .tier = OptionTier::Expert},
        {.key = "objective.loss",
         .type = OptionType::Choice,
         .defaultValue = "mse",
         .label = "Loss",
         .help =
             "How a reconstruction is compared with the sample. Squared error by default; L1, Huber and Charbonnier "
             "forgive outliers; binary cross-entropy for values that are nearly 0 or 1.",
         .choices = {{"mse", "Squared error (MSE)"},
                     {"bce", "Binary cross-entropy"},
                     {"l1", "Absolute error (L1)"},
                     {"huber", "Huber"},
                     {"charbonnier", "Charbonnier"}}},
        {.key = "objective.reduction",
         .type = OptionType::Choice,
         .defaultValue = "element_sum",
         .label = "Reduction",
         .help =
             "Errors of a sample's elements are summed or averaged, then averaged over the batch. β, λ and gradient "
             "clipping mean nothing without it.",
         .choices = {{"element_sum", "Sum over elements"}, {"element_mean", "Mean over elements"}},
         .tier = OptionTier::Expert},
        {.key = "objective.huber_delta",
         .type = OptionType::Real,
         .defaultValue = 0.1,
         .label = "Huber δ",
         .help = "Errors beyond this count linearly instead of squared.",
         .minimum = 1e-6,
         .maximum = 1e6,
         .tier = OptionTier::Expert,
         .appliesWhen = {{"objective.loss", {"huber"}}}},
        {.key = "objective.charbonnier_epsilon",
         .type = OptionType::Real,
         .defaultValue = 1e-3,
         .label = "Charbonnier ε",
         .help = "Errors below this count squared, larger ones linearly.",
         .minimum = 1e-9,
         .maximum = 1e3,
         .tier = OptionTier::Expert,
         .appliesWhen = {{"objective.loss", {"charbonnier"}}}},
    };
}

} // namespace

OptionTable modelOptions(std::string_view familyId, std::string_view architectureId) {
    const Family* family = findFamily(familyId);
    const Architecture* architecture = findArchitecture(architectureId);
    expects(family != nullptr && architecture != nullptr, "no family '{}' or architecture '{}'", familyId,
            architectureId);
    OptionTable table = commonModelOptions();
    table.redeclare(architecture->options()).redeclare(family->options());
    table.setDefault("model.family", std::string(familyId));
    table.setDefault("model.architecture", std::string(architectureId));
    for (const auto& [key, value] : architecture->defaults())
        table.setDefault(key, value);
    for (const auto& [key, value] : family->defaults(architectureId))
        table.setDefault(key, value);
    return table;
}

} // namespace hourglass
