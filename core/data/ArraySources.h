#pragma once

// Sources that are arrays: IDX, numpy, safetensors. Each takes the part of the source after "kind:". uint8 arrays of
// any shape are divided by 255, other numbers are taken as they are; what is not finite is an error. [N, D] are table
// rows, [N, H, W] and [N, C, H, W] pictures when their values are in [0, 1]; [N, H, W, C] with C 1 or 3 is turned round
// when the second axis cannot be the channels.

#include "core/data/SourceReader.h"

namespace hourglass {

Result<OpenedDataset> openIdx(const std::string& rest, const SourceContext& context);
Result<OpenedDataset> openFashionMnist(const std::string& rest, const SourceContext& context);
Result<OpenedDataset> openNpy(const std::string& rest, const SourceContext& context);
Result<OpenedDataset> openNpz(const std::string& rest, const SourceContext& context);
Result<OpenedDataset> openSafetensorsSource(const std::string& rest, const SourceContext& context);

// The files of fashion-mnist:train or :test.
std::vector<std::string> fashionMnistFiles(const std::string& part);

} // namespace hourglass
