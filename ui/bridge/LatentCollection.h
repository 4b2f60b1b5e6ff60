#pragma once

// The work of LatentService without its threads: copying a model, choosing rows, encoding batch by batch, looking at
// the whole. Each function says where it runs.

#include "core/formats/ContentHash.h"
#include "ui/bridge/LatentService.h"

namespace hourglass {

struct LatentService::Collection {
    LatentRequest request;
    std::stop_token stop;
    std::shared_ptr<LatentModel> model = {};
    std::shared_ptr<LatentCodes> codes = std::make_shared<LatentCodes>();
    int64_t done = 0; // samples
    ContentHash samplesHash = {};
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now(), encodingStart = start;

    // On the compute thread. Errors: InvalidArgument (no code), those of loadModel().
    Result<void> copyModel(const Model& model, const ParameterStore& weights, int64_t step, Executor& executor);
    Result<void> loadModel(Executor& executor);
    // On a pool thread, once there is a model. Opens another source for it, splits the experiment's data.
    // InvalidArgument without samples, or with such as the model does not take; false when asked to stop.
    Result<bool> chooseRows();
    // On the compute thread: the next batch. Errors: those of Executor::compile.
    Result<void> encodeBatch();
    // On a pool thread, which uses no other ones: points, components.
    Result<void> lookAtAll();

private:
    Result<void> lookAtModel();
    Result<void> requireFit() const;
    void prepareCodes();
    void takeThumbnails(const Tensor& samples);
};

// On the compute thread.
Result<LatentAnswer> decodeCode(const LatentModel& model, const Tensor& code);
Result<LatentAnswer> encodeSample(const LatentModel& model, const Tensor& sample);

} // namespace hourglass
