#pragma once

// The codes of many samples of a data set, as the Latent page looks at them. No Qt but names; made on whatever thread,
// immutable after that.

#include <QtCore/QString>

#include <cstdint>
#include <memory>
#include <vector>

#include "core/analysis/Pca.h"
#include "core/data/Dataset.h"
#include "core/inference/CodeView.h"
#include "core/inference/ModelRunner.h"

namespace hourglass {

// Small pictures of the samples, each at most kSide pixels wide and high, rows without padding; 1 or 3 bytes a pixel.
struct Thumbnails {
    static constexpr int64_t kSide = 32;
    int width = 0, height = 0, channels = 0; // 0: the samples are no pictures
    std::vector<uint8_t> bytes = {};

    bool isEmpty() const { return bytes.empty(); }
    size_t bytesEach() const { return static_cast<size_t>(width) * static_cast<size_t>(height * channels); }
    const uint8_t* of(int64_t row) const { return bytes.data() + static_cast<size_t>(row) * bytesEach(); }
};

// A model and its weights, copied when the codes were made: what is decoded later fits them, also while training goes
// on. Its runner belongs to the compute thread.
struct LatentModel {
    std::shared_ptr<const Model> model;
    std::unique_ptr<ModelRunner> runner;
    Shape codeShape;  // N left out
    int64_t step = 0; // of the weights; 0 of a loaded model
};

struct LatentCodes {
    std::shared_ptr<const LatentModel> model;
    std::shared_ptr<const Dataset> samples; // the rows that the codes are of, and only those
    QString samplesName, modelName;
    int64_t outOf = 0; // samples there were to choose from
    Tensor codes;      // [N, code…]
    CodeView view;
    Tensor points;             // [N, view.columns()]
    Pca pca;                   // of the points; as many components as there are sliders, at most kMostAxes
    Tensor scores;             // [N, components]
    Tensor mean;               // of the codes, [code…]
    float low = 0, high = 0;   // least and greatest value of any code
    std::vector<float> errors; // mean squared error of each reconstruction
    Thumbnails thumbnails;
    uint64_t samplesHash = 0; // of their ids and values
    double seconds = 0;

    static constexpr int64_t kMostAxes = 32;
    int64_t size() const { return codes.shape()[0]; }
    // Row by row: what is known of a row of one is true of the other's.
    bool areOfTheSameSamples(const LatentCodes& other) const {
        return size() == other.size() && samplesHash == other.samplesHash;
    }
    // Once the codes are there: everything that is made of them alone. Not for the GUI thread.
    void lookAtAll();
};

// Directions in which codes are moved: principal components, or single values of the point. A code that lies at
// `coordinates` is the base moved along the directions.
struct LatentAxes {
    enum class Kind { Principal, Values };

    Kind kind = Kind::Principal;
    Tensor directions;              // [axes, columns], orthonormal
    std::vector<double> mean;       // of the points along each axis, absolute: [axes]
    std::vector<double> deviations; // [axes]
    Tensor coordinates;             // of the samples, [N, axes]

    int64_t count() const { return static_cast<int64_t>(deviations.size()); }
    static LatentAxes of(const LatentCodes& codes, Kind kind);
};

// Where a code [code…] lies along the axes.
std::vector<double> coordinatesOf(const LatentCodes& codes, const LatentAxes& axes, const Tensor& code);
// `base` [code…], which lies at coordinatesOf(base), moved to `coordinates`; what no axis says stays as it is.
Tensor codeAt(const LatentCodes& codes, const LatentAxes& axes, const Tensor& base,
              std::span<const double> coordinates);

} // namespace hourglass
