#include "core/training/Trainer.h"

#include "core/base/Parallel.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/training/TrainingRun.h"

namespace hourglass {

Precision resolvePrecision(const OptionValues& options) {
    const std::string precision = options.text("training.precision");
    return precision == "bf16" || (precision == "auto" && nativeBf16()) ? Precision::BF16 : Precision::F32;
}

Precision applyingPrecision(const OptionValues& options) {
    return nativeBf16() ? resolvePrecision(options) : Precision::F32;
}

Result<TrainingResult> Trainer::run(const Experiment& experiment, const OpenedDataset& data, const RunFolder& folder,
                                    ProgressSink& sink, std::stop_token stop) {
    const ComputeThreadsScope threads(static_cast<int>(experiment.options().integer("training.threads")));
    return TrainingRun(m_services, experiment, data, folder, sink, std::move(stop)).run();
}

} // namespace hourglass
