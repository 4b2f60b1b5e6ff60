#include "tests/support/SmallModels.h"

#include "core/base/Random.h"
#include "core/training/Experiment.h"

namespace hourglass::test {

LoadedModel smallModel(const std::string& family, const std::string& architecture, const Settings& settings,
                       const Shape& sampleShape, uint64_t seed) {
    Experiment experiment = Experiment::create(family, architecture).value();
    for (const auto& [key, value] : settings)
        experiment.set(key, value).value();
    LoadedModel loaded{buildModel(experiment.options(), sampleShape).value(), nullptr, "safetensors", {}};
    loaded.weights = std::make_shared<ParameterStore>(loaded.model->layout);
    initialiseParameters(*loaded.weights, seed);
    uint64_t place = 0;
    for (const ArenaLayout::Entry& entry : loaded.model->layout->entries()) {
        std::vector<float> noise(static_cast<size_t>(entry.shape.elements()));
        RandomStream(seed, 99, place++).fillNormal(noise);
        const std::span<float> values = loaded.weights->values(entry.name);
        for (size_t i = 0; i < noise.size(); ++i)
            values[i] += 0.1f * noise[i];
    }
    loaded.weights->touch();
    return loaded;
}

LoadedModel smallModel(const Settings& settings) {
    Settings all = {{"model.layers", Json({7, 5})}, {"model.code_size", 3}};
    all.insert(all.end(), settings.begin(), settings.end());
    return smallModel("undercomplete", "dense", all, Shape{1, 6, 5});
}

std::vector<ModelCase> modelCases() {
    const Settings small = {{"model.layers", Json({7, 5})}, {"model.code_size", 3}};
    std::vector<ModelCase> cases;
    for (const Family* family : families())
        for (const Architecture* architecture : architectures())
            for (const Shape& shape : {Shape{1, 8, 4}, Shape{3, 12, 8}})
                if (architecture->hasCode() || !family->needsCode())
                    cases.push_back({fmt::format("{} {} {}", family->id(), architecture->id(), shape.toString()),
                                     std::string(family->id()), std::string(architecture->id()),
                                     architecture->hasCode() ? small : Settings{{"model.layers", {16, 32}}}, shape});
    const OptionTable table = modelOptions("undercomplete", "dense");
    for (const char* key : {"model.activation", "model.output_activation", "objective.loss"})
        for (const OptionChoice& choice : table.find(key)->choices) {
            Settings settings = small;
            settings.emplace_back(key, choice.value);
            cases.push_back({fmt::format("{} {}", key, choice.value), "undercomplete", "dense", settings, {1, 6, 5}});
        }
    const auto convolutional = [&](const char* name, const Settings& settings, const Shape& shape) {
        cases.push_back({name, "undercomplete", "convolutional", settings, shape});
    };
    convolutional("spatial code", {{"model.layers", {7, 5}}, {"model.code_size", 3}, {"model.code", "spatial"}},
                  {3, 8, 4});
    convolutional("no layers", {{"model.layers", Json::array()}, {"model.code_size", 3}}, {1, 5, 7});
    convolutional("kernel 5, uneven decoder",
                  {{"model.layers", {4, 6, 8}}, {"model.decoder_layers", {5, 3}}, {"model.kernel", 5}}, {2, 16, 8});
    cases.push_back({"U-Net that knows the noise",
                     "denoising",
                     "unet",
                     {{"model.layers", {16, 16, 32}}, {"model.blocks", 1}, {"model.noise_level", true}},
                     {3, 16, 8}});
    cases.push_back(
        {"U-Net, kernel 5, LeakyReLU",
         "undercomplete",
         "unet",
         {{"model.layers", {16}}, {"model.kernel", 5}, {"model.blocks", 1}, {"model.activation", "leaky_relu"}},
         {1, 6, 10}});
    cases.push_back({"table", "undercomplete", "dense", small, {13}});
    cases.push_back(
        {"linear", "undercomplete", "dense", {{"model.layers", Json::array()}, {"model.code_size", 1}}, {1, 1, 1}});
    cases.push_back({"uneven decoder",
                     "undercomplete",
                     "dense",
                     {{"model.layers", Json({7})}, {"model.decoder_layers", Json({3, 11, 2})}},
                     {2, 3, 4}});
    return cases;
}

} // namespace hourglass::test
