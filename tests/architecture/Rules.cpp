#include "tests/architecture/Rules.h"

namespace hourglass::architecture {

namespace {

using Names = std::vector<std::string>;

Names operator+(Names names, const Names& more) {
    names.insert(names.end(), more.begin(), more.end());
    return names;
}

// Each builds on those above it.
const Names kFoundation = {"core/base", "core/options", "core/tensor"};
const Names kEngine = kFoundation + Names{"core/formats", "core/graph", "core/exec", "core/models", "core/optim"};
const Names kMaterial = kEngine + Names{"core/noise/NoiseModel.h", "core/data", "core/noise", "core/analysis"};
const Names kCore = kMaterial + Names{"core/training", "core/inference", "core/io"};
// What is small in the bridge and knows nothing of training: widgets may use it, too.
const Names kBridgeTools = {"ui/bridge/CoreText.h", "ui/bridge/ReplyChannel.h", "ui/bridge/PoolJob.h"};
const Names kBridge = kCore + kBridgeTools + Names{"ui/bridge"};

} // namespace

const std::vector<Room>& rooms() {
    static const std::vector<Room> all = {
        {"core/base", {}},
        {"core/options", {"core/base"}},
        {"core/tensor", {"core/base"}},
        {"core/formats", kFoundation},
        {"core/graph", kFoundation},
        {"core/exec", kFoundation + Names{"core/graph"}},
        {"core/models", kFoundation + Names{"core/graph", "core/exec"}},
        {"core/optim", kFoundation + Names{"core/graph", "core/exec"}},

        // The batcher applies noise, and codec-based noise calls data: what both need is the interface, which stands
        // for itself and knows neither.
        {"core/noise/NoiseModel.h", kFoundation},
        {"core/data", kFoundation + Names{"core/formats", "core/noise/NoiseModel.h"}},
        {"core/noise", kFoundation + Names{"core/formats", "core/data", "core/noise/NoiseModel.h"}},

        // Numbers about results, from tensors and datasets alone: below training, which validates with them.
        {"core/analysis", kFoundation + Names{"core/data"}},
        {"core/training", kMaterial},
        {"core/inference", kMaterial + Names{"core/training"}},
        {"core/io", kMaterial + Names{"core/training"}},

        {"ui/bridge/CoreText.h", kFoundation},
        {"ui/bridge/ReplyChannel.h", {}},
        {"ui/bridge/PoolJob.h", kFoundation + Names{"ui/bridge/ReplyChannel.h"}},
        {"ui/bridge", kCore + kBridgeTools},
        {"ui/models", kBridge},
        {"ui/widgets", kCore + kBridgeTools + Names{"ui/models"}},
        {"ui/dialogs", kBridge + Names{"ui/models", "ui/widgets"}},
        {"ui/panels", kBridge + Names{"ui/models", "ui/widgets", "ui/dialogs"}},
        {"ui", kBridge + Names{"ui/models", "ui/widgets", "ui/dialogs", "ui/panels"}},

        {"app/cli", kCore},
        {"app", kBridge + Names{"ui", "ui/models", "ui/widgets", "ui/dialogs", "ui/panels"}},
    };
    return all;
}

const std::vector<LibraryRule>& libraryRules() {
    static const std::vector<LibraryRule> all = {
        {.id = "qt",
         .says = "no Qt in core, none in the command line",
         .headers = R"(Q[A-Z]\w*|Qt\w*/.*)",
         .only = {},
         .except = {"core", "app/cli"}},
        {.id = "bridge",
         .says = "ui/bridge knows QtCore only: write <QtCore/QObject>",
         .headers = R"((?!QtCore/)(Q[A-Z]\w*|Qt\w*/.*))",
         .only = {},
         .except = {"ui/bridge"}},
        {.id = "charts",
         .says = "Qt Charts only in ui/widgets: it is to be replaced one day",
         .headers = R"(QtCharts.*|QChart\w*|Q\w*Series|Q\w*Axis)",
         .only = {"ui/widgets"},
         .except = {}},
        {.id = "dnnl",
         .says = "oneDNN only in core/exec/onednn",
         .headers = R"((oneapi/dnnl/.*)|dnnl.*)",
         .only = {"core/exec/onednn"},
         .except = {}},
        {.id = "opencv",
         .says = "OpenCV only in core/data and core/analysis, and in no header",
         .headers = R"(opencv.*)",
         .only = {"core/data", "core/analysis"},
         .except = {},
         .inHeaders = false},
        {.id = "highway",
         .says = "Highway only in core/exec/kernels",
         .headers = R"(hwy/.*)",
         .only = {"core/exec/kernels"},
         .except = {}},
        {.id = "openmp",
         .says = "OpenMP only in core/base: loops go through parallelFor",
         .headers = R"(omp\.h)",
         .only = {"core/base"},
         .except = {}},
        {.id = "zlib",
         .says = "zlib only in core/formats, and in core/data for PNG check sums",
         .headers = R"(zlib\.h|zconf\.h)",
         .only = {"core/formats", "core/data"},
         .except = {}},
        {.id = "libzip",
         .says = "libzip only in core/formats",
         .headers = R"(zip\.h)",
         .only = {"core/formats"},
         .except = {}},
        {.id = "onnx",
         .says = "ONNX and Protobuf only in core/io",
         .headers = R"((onnx|google)/.*)",
         .only = {"core/io"},
         .except = {}},
        {.id = "exiv2",
         .says = "exiv2 only in core/data",
         .headers = R"(exiv2/.*)",
         .only = {"core/data"},
         .except = {}},
        {.id = "app",
         .says = "CLI11 and spdlog only in app: core reports through LogSink",
         .headers = R"((CLI|spdlog)/.*)",
         .only = {"app"},
         .except = {}},
    };
    return all;
}

} // namespace hourglass::architecture
