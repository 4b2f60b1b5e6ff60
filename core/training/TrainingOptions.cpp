// The "training." options, and the presets.

#include "core/training/Experiment.h"

namespace hourglass {

OptionTable trainingOptions() {
    const std::vector<OptionCondition> stopping = {{"training.early_stopping", {true}}};
    return {
        {.key = "training.epochs",
         .type = OptionType::Integer,
         .defaultValue = 10,
         .label = "Epochs",
         .help = "How often every sample is seen. Raise it while the validation curve still falls.",
         .minimum = 1,
         .maximum = 1e6,
         .effect = OptionEffect::Continue},
        {.key = "training.batch_size",
         .type = OptionType::Integer,
         .defaultValue = 128,
         .label = "Batch size",
         .help = "Samples per step. Larger batches are faster per sample and need a higher learning rate.",
         .unit = "samples",
         .minimum = 1,
         .maximum = 1 << 20},
        {.key = "training.seed",
         .type = OptionType::Integer,
         .defaultValue = 0,
         .label = "Seed",
         .help =
             "Everything random follows from it: initial weights, order, noise, split. The same seed gives the same "
             "run.",
         .minimum = 0,
         .maximum = 9007199254740992.0,
         .tier = OptionTier::Expert},
        {.key = "training.precision",
         .type = OptionType::Choice,
         .defaultValue = "auto",
         .label = "Precision",
         .help = "bf16 multiplies with 8 significant bits and sums in 32: about twice as fast where the processor has "
                 "it, with the same final quality in nearly all cases. Automatic uses it there. Weights are always "
                 "kept in 32 bits.",
         .choices = {{"auto", "Automatic"}, {"f32", "32-bit float"}, {"bf16", "bfloat16"}},
         .tier = OptionTier::Expert},
        {.key = "training.early_stopping",
         .type = OptionType::Boolean,
         .defaultValue = false,
         .label = "Early stopping",
         .help = "Ends the run when the monitored loss has not fallen for a while: against overfitting and lost time.",
         .effect = OptionEffect::Continue},
        {.key = "training.monitor",
         .type = OptionType::Choice,
         .defaultValue = "validation_loss",
         .label = "Monitor",
         .help = "The loss that early stopping and the plateau schedule watch. Without a validation part it is the "
                 "training loss.",
         .choices = {{"validation_loss", "Validation loss"}, {"train_loss", "Training loss"}},
         .tier = OptionTier::Expert,
         .effect = OptionEffect::Continue},
        {.key = "training.patience",
         .type = OptionType::Integer,
         .defaultValue = 5,
         .label = "Patience",
         .help = "Epochs without a lower monitored loss before the run ends.",
         .unit = "epochs",
         .minimum = 1,
         .maximum = 1e6,
         .tier = OptionTier::Expert,
         .effect = OptionEffect::Continue,
         .appliesWhen = stopping},
        {.key = "training.min_delta",
         .type = OptionType::Real,
         .defaultValue = 0.0,
         .label = "Least gain",
         .help = "A fall smaller than this does not count.",
         .minimum = 0,
         .maximum = 1e9,
         .tier = OptionTier::Expert,
         .effect = OptionEffect::Continue,
         .appliesWhen = stopping},
        {.key = "training.restore_best",
         .type = OptionType::Boolean,
         .defaultValue = true,
         .label = "Restore best",
         .help = "When it stops early, the run ends with the weights of its best epoch instead of its last.",
         .tier = OptionTier::Expert,
         .effect = OptionEffect::Continue,
         .appliesWhen = stopping},
        {.key = "training.checkpoint_every",
         .type = OptionType::Integer,
         .defaultValue = 0,
         .label = "Keep a checkpoint every",
         .help = "Epochs between checkpoints that are kept besides the best and the last; 0 keeps none.",
         .unit = "epochs",
         .minimum = 0,
         .maximum = 1e6,
         .tier = OptionTier::Expert,
         .effect = OptionEffect::Continue},
        {.key = "training.threads",
         .type = OptionType::Integer,
         .defaultValue = 0,
         .label = "Threads",
         .help = "Processor cores to compute on; 0 uses all.",
         .minimum = 0,
         .maximum = 1024,
         .tier = OptionTier::Expert},
    };
}

const std::vector<Preset>& presets() {
    static const std::vector<Preset> all = {
        {"sample",
         "Denoise shapes (sample)",
         "A dense denoising autoencoder on built-in shapes: runs at once, needs no download.",
         {{"model.family", "denoising"},
          {"data.source", "builtin:shapes"},
          {"noise.sigma", 50},
          {"model.layers", {256, 128}},
          {"model.code_size", 32},
          {"training.epochs", 20}}},
        {"fashion",
         "Compress Fashion-MNIST",
         "The dense reference network 784-512-256-32 on Debian's dataset-fashion-mnist.",
         {{"data.source", "fashion-mnist:train"}, {"model.layers", {512, 256}}, {"model.code_size", 32}}},
        {"fashion-denoise",
         "Denoise Fashion-MNIST",
         "The same with code 64, learning to remove noise of σ 76.5.",
         {{"model.family", "denoising"},
          {"data.source", "fashion-mnist:train"},
          {"noise.sigma", 76.5},
          {"noise.clip", true},
          {"model.code_size", 64}}},
        {"shapes-conv",
         "Denoise shapes (convolutional)",
         "A small convolutional denoising autoencoder on built-in shapes: seconds per epoch.",
         {{"model.family", "denoising"},
          {"model.architecture", "convolutional"},
          {"data.source", "builtin:shapes"},
          {"noise.sigma", 50},
          {"model.layers", {8, 16}},
          {"model.code_size", 32},
          {"optimizer.learning_rate", 0.003},
          {"training.batch_size", 32}}},
        {"fashion-conv",
         "Denoise Fashion-MNIST (convolutional)",
         "Convolutions 16 and 32 with code 64, learning to remove noise of σ 76.5.",
         {{"model.family", "denoising"},
          {"model.architecture", "convolutional"},
          {"data.source", "fashion-mnist:train"},
          {"noise.sigma", 76.5},
          {"noise.clip", true},
          {"model.layers", {16, 32}},
          {"model.code_size", 64}}},
        {"photos",
         "Denoise photographs",
         "Patches of the built-in photographs with noise of σ 25.",
         {{"model.family", "denoising"},
          {"data.source", "builtin:photos"},
          {"noise.sigma", 25},
          {"model.layers", {512}},
          {"model.code_size", 128}}},
        {"photos-unet",
         "Denoise photographs (U-Net)",
         "A residual U-Net on gray patches of the built-in photographs, noise of σ 25. Denoises pictures of any size.",
         {{"model.family", "denoising"},
          {"model.architecture", "unet"},
          {"data.source", "builtin:photos"},
          {"data.channels", "gray"},
          {"data.fit", "patches"},
          {"data.augment_flip", true},
          {"data.augment_rotate", true},
          {"noise.sigma", 25},
          {"training.batch_size", 16}}},
    };
    return all;
}

Result<Experiment> makePreset(std::string_view id) {
    for (const Preset& preset : presets()) {
        if (preset.id != id)
            continue;
        Result<Experiment> experiment = Experiment::create();
        for (const auto& [key, value] : preset.values)
            if (Result<void> set = experiment->set(key, value); !set)
                return std::move(set).error();
        return experiment;
    }
    std::string ids;
    for (const Preset& preset : presets())
        ids += (ids.empty() ? "" : ", ") + std::string(preset.id);
    return makeError(ErrorCode::InvalidArgument, "There is no preset '{}'; there are {}.", id, ids);
}

} // namespace hourglass
