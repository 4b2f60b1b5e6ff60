#include "core/data/DataOptions.h"

namespace hourglass {

namespace {

template <typename Choice>
Choice chosen(const OptionValues& values, std::string_view key, std::initializer_list<std::string_view> order) {
    const std::string text = values.text(key);
    int index = 0;
    for (const std::string_view candidate : order) {
        if (candidate == text)
            return static_cast<Choice>(index);
        ++index;
    }
    throw ContractError("choice not handled: " + text);
}

OptionTable sourceOptions() {
    return {
        {.key = "data.source",
         .type = OptionType::Text,
         .defaultValue = "builtin:shapes",
         .label = "Data",
         .help =
             "Where the samples come from: a folder of pictures, a file (PNG …, IDX, .npy, .npz, .safetensors), "
             "fashion-mnist:train, builtin:shapes or builtin:photos. Relative paths start at the experiment's file."},
        {.key = "data.validation_fraction",
         .type = OptionType::Real,
         .defaultValue = 0.1,
         .label = "Validation part",
         .help =
             "Fraction of the samples kept out of training to see how it does on unseen ones. 0 trains on everything.",
         .minimum = 0,
         .maximum = 0.9},
        {.key = "data.test_fraction",
         .type = OptionType::Real,
         .defaultValue = 0.0,
         .label = "Test part",
         .help = "Fraction of the samples used neither for training nor for choosing settings.",
         .minimum = 0,
         .maximum = 0.9,
         .tier = OptionTier::Expert},
        {.key = "data.classes",
         .type = OptionType::Text,
         .defaultValue = "",
         .label = "Only classes",
         .help = "Use only samples of these classes, by name or number, separated by commas; empty uses all. One class "
                 "as normal data finds what is unlike it.",
         .tier = OptionTier::Expert},
        {.key = "data.limit",
         .type = OptionType::Integer,
         .defaultValue = 0,
         .label = "At most",
         .help = "Use only so many samples (of a folder: pictures), evenly spread over the source; 0 uses all.",
         .unit = "samples",
         .minimum = 0,
         .maximum = 1e12,
         .tier = OptionTier::Expert},
    };
}

OptionTable pictureOptions() {
    return {
        {.key = "data.channels",
         .type = OptionType::Choice,
         .defaultValue = "auto",
         .label = "Channels",
         .help = "Gray is a third of the numbers to learn; auto takes colour when any picture has it.",
         .choices = {{"auto", "As the pictures are"}, {"gray", "Gray"}, {"rgb", "Colour (RGB)"}}},
        {.key = "data.fit",
         .type = OptionType::Choice,
         .defaultValue = "auto",
         .label = "Fit",
         .help = "How pictures come to one size. Auto leaves pictures of one size as they are (or stretches them to a "
                 "given "
                 "width and height) and cuts patches out of mixed sizes.",
         .choices = {{"auto", "Automatic"},
                     {"stretch", "Stretch"},
                     {"crop", "Crop the middle"},
                     {"pad", "Pad with black"},
                     {"patches", "Cut patches"}}},
        {.key = "data.width",
         .type = OptionType::Integer,
         .defaultValue = 0,
         .label = "Width",
         .help = "Width that pictures are brought to; 0 keeps that of the source.",
         .unit = "pixels",
         .minimum = 0,
         .maximum = 16384,
         .appliesWhen = {{"data.fit", {"auto", "stretch", "crop", "pad"}}}},
        {.key = "data.height",
         .type = OptionType::Integer,
         .defaultValue = 0,
         .label = "Height",
         .help = "Height that pictures are brought to; 0 keeps that of the source, or takes the width if one is given.",
         .unit = "pixels",
         .minimum = 0,
         .maximum = 16384,
         .appliesWhen = {{"data.fit", {"auto", "stretch", "crop", "pad"}}}},
        {.key = "data.patch_size",
         .type = OptionType::Integer,
         .defaultValue = 64,
         .label = "Patch size",
         .help = "Side of the square patches. Larger ones show more context but are slower to learn.",
         .unit = "pixels",
         .minimum = 4,
         .maximum = 2048,
         .appliesWhen = {{"data.fit", {"auto", "patches"}}}},
        {.key = "data.patches_per_image",
         .type = OptionType::Integer,
         .defaultValue = 0,
         .label = "Patches per picture",
         .help = "How many random but fixed patches each picture gives; 0 gives 4 to 128, about 2,000 in all.",
         .minimum = 0,
         .maximum = 100000,
         .tier = OptionTier::Expert,
         .appliesWhen = {{"data.fit", {"auto", "patches"}}}},
        {.key = "data.augment_flip",
         .type = OptionType::Boolean,
         .defaultValue = false,
         .label = "Random mirroring",
         .help = "Mirrors half of the training pictures left to right, anew each epoch. Not for letters and digits.",
         .tier = OptionTier::Expert},
        {.key = "data.augment_rotate",
         .type = OptionType::Boolean,
         .defaultValue = false,
         .label = "Random quarter turns",
         .help =
             "Turns training pictures by multiples of 90°. For textures, cells, aerial views: where up means nothing.",
         .tier = OptionTier::Expert},
    };
}

} // namespace

OptionTable dataOptions() {
    return sourceOptions().append(pictureOptions());
}

Result<DataOptions> readDataOptions(const OptionValues& values) {
    DataOptions options;
    options.source = values.text("data.source");
    options.validationFraction = values.real("data.validation_fraction");
    options.testFraction = values.real("data.test_fraction");
    options.channels = chosen<ChannelChoice>(values, "data.channels", {"auto", "gray", "rgb"});
    options.fit = chosen<FitChoice>(values, "data.fit", {"auto", "stretch", "crop", "pad", "patches"});
    options.width = values.integer("data.width");
    options.height = values.integer("data.height");
    options.patchSize = values.integer("data.patch_size");
    options.patchesPerImage = values.integer("data.patches_per_image");
    options.limit = values.integer("data.limit");
    options.classes = values.text("data.classes");
    options.augmentation = {values.boolean("data.augment_flip"), values.boolean("data.augment_rotate")};
    if (options.validationFraction + options.testFraction >= 1)
        return makeError(
            ErrorCode::InvalidArgument,
            "data.validation_fraction {} and data.test_fraction {} leave nothing to train on; together they "
            "must stay below 1.",
            options.validationFraction, options.testFraction);
    return options;
}

} // namespace hourglass
