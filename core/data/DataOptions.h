#pragma once

// The "data." options: what to load and how it becomes samples. Declared once in dataOptions(), typed here.

#include "core/data/Augmentation.h"
#include "core/options/OptionTable.h"

namespace hourglass {

enum class ChannelChoice { Auto, Gray, Rgb };
enum class FitChoice { Auto, Stretch, Crop, Pad, Patches };

struct DataOptions {
    std::string source = "builtin:shapes";
    double validationFraction = 0.1;
    double testFraction = 0;
    ChannelChoice channels = ChannelChoice::Auto;
    FitChoice fit = FitChoice::Auto;
    int64_t width = 0;  // 0: as the source
    int64_t height = 0; // 0: as the source, or as width
    int64_t patchSize = 64;
    int64_t patchesPerImage = 0; // 0: by the number of images
    int64_t limit = 0;           // 0: all
    std::string classes;         // see classesNamed(); empty: all
    Augmentation augmentation;

    // Height and width that whole pictures of this height and width are brought to.
    std::pair<int64_t, int64_t> sizeOf(int64_t sourceHeight, int64_t sourceWidth) const {
        return {height > 0  ? height
                : width > 0 ? width
                            : sourceHeight,
                width > 0    ? width
                : height > 0 ? height
                             : sourceWidth};
    }
};

OptionTable dataOptions();

// From values that hold dataOptions(). InvalidArgument when they cannot go together.
Result<DataOptions> readDataOptions(const OptionValues& values);

} // namespace hourglass
