#pragma once

// What the tests of the bridge share: a compute thread, a folder, and experiments that train in milliseconds.

#include <QtTest>

#include "core/training/RunFolder.h"
#include "tests/support/SmallRuns.h"
#include "tests/support/TestSupport.h"
#include "ui/bridge/ComputeThread.h"
#include "ui/bridge/TrainingController.h"

namespace hourglass::test {

inline constexpr int kPatience = 60'000; // ms; sanitizers are slow

// The small experiment with settings on top, on the small pictures.
inline TrainingController::Request smallRequest(const std::filesystem::path& folder,
                                                const std::vector<std::pair<std::string, Json>>& settings = {},
                                                RunFolder::Mode mode = RunFolder::Mode::Create) {
    return {.experiment = smallExperiment(settings),
            .baseFolder = {},
            .runFolder = folder,
            .mode = mode,
            .data = smallPictures()};
}

inline const std::vector<std::pair<std::string, Json>> kEndless = {{"training.epochs", 1000000}};

} // namespace hourglass::test
