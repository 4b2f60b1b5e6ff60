#pragma once

// A model ready to run: the graphs of a family over an architecture for one kind of sample, and where its parameters
// lie. Immutable; weights live in a ParameterStore of its layout.

#include <memory>

#include "core/exec/ParameterStore.h"
#include "core/models/ModelRegistry.h"

namespace hourglass {

// What a family measures of each sample: an output of the evaluation graph, [N].
struct SampleMetric {
    std::string name;   // "l0"
    std::string output; // "metric.l0"
    bool isSquare;      // the root of the mean is reported, not the mean

    double reported(double mean) const;
};

struct Model {
    OptionValues options; // holds modelOptions() and possibly more
    Shape sampleShape;
    const Family* family = nullptr;
    const Architecture* architecture = nullptr;

    // Inputs as ModelBuilder.h has them; outputs "loss", "loss.TERM", and "grad.PARAMETER" for every parameter.
    Graph training;
    // The same inputs; outputs "code" where there is one, "reconstruction", "loss", "loss.TERM", "sample_mse" [N],
    // "metric.NAME" [N], "square.NAME" [N], "unit.NAME" of the code's shape. Nothing random.
    Graph evaluation;
    // "input" → "code", of a variational one the mean, and "log_variance"; empty without a code, as the decoder.
    Graph encoder;
    Graph decoder;                             // "code" → "reconstruction"
    Graph autoencoder;                         // "input" (and perhaps "noise_level") → "reconstruction"
    std::shared_ptr<const ArenaLayout> layout; // of the training graph's parameters
    std::vector<LayerInfo> layers;
    int64_t sizeMultiple = 1;          // what the sides of pictures must divide by, where it takes any size
    std::vector<std::string> warnings; // "The code (900) is not smaller than a sample (784): …"

    // "loss" and "loss.TERM", in the graph's order; the family's metrics; names
    // of what it measures for each unit of the code, outputs "unit.NAME".
    std::vector<std::string> lossNames() const;
    std::vector<SampleMetric> metrics() const;
    std::vector<std::string> unitValueNames() const;
    // What the symbols of the graphs stand for with `rows` samples of sampleShape.
    SymbolSizes sizes(int64_t rows) const;
    bool hasCode() const { return architecture->hasCode(); }
    // Whether the graphs read each sample's noise level (kNoiseLevelInput).
    bool wantsNoiseLevel() const;
    bool takesAnySize() const { return architecture->takesAnySize({options, sampleShape}); }
    // Of one sample; 0 without a code.
    int64_t codeElements() const;
    // Elements of a sample per element of the code; nothing without one.
    std::optional<double> compressionRatio() const;
    // Multiplications and additions of one sample's forward pass, in matrix products and convolutions.
    int64_t forwardFlops() const;
};

// InvalidArgument unless samples of shape `found` are what a model takes that takes `expected`.
Result<void> checkSampleShape(const Shape& expected, const Shape& found);

// Errors: InvalidArgument, saying which option cannot be and what would be possible.
Result<std::shared_ptr<const Model>> buildModel(const OptionValues& options, const Shape& sampleShape);
// Of a family and an architecture that need not be registered; both outlive the model.
Result<std::shared_ptr<const Model>> buildModel(const Family& family, const Architecture& architecture,
                                                const OptionValues& options, const Shape& sampleShape);

} // namespace hourglass
