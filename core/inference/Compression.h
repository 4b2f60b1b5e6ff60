#pragma once

// An autoencoder as a compressor: what its code costs in bytes and what is left of the pictures, against PCA with as
// many numbers per picture and JPEG with as many bytes. Compute thread only.
//
//   input     the pictures' pixels, 8 bits each
//   model     its codes stored as StoredCode.h has it and decoded again, so that the error is that of what was stored
//   PCA       fitted to training data (Pca.h), its codes stored in the same way
//   JPEG      for each picture the quality whose size is nearest to the code's bytes (JpegTrials.h), once counted as
//             a file and once without the tables, which are the same for all pictures
//
// What all pictures share is not counted: weights, components, ranges, tables. Errors are against the pictures as they
// are read (ReconstructionMetrics.h: psnr and ssim per picture, then averaged); nothing is clipped, so that the model's
// f32 row is what `evaluate` says.

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/analysis/StoredCode.h"
#include "core/inference/ModelRunner.h"

namespace hourglass {

enum class CompressionMethod { Model, Pca, JpegFile, JpegWithoutTables };

struct CompressionRow {
    CompressionMethod method = CompressionMethod::Model;
    CodeFormat format = CodeFormat::F32; // of the code; of JPEG, that of the code whose bytes it was to take
    double bytes = 0;                    // per picture; of JPEG the mean
    double ratio = 0;                    // input bytes / bytes
    double mse = 0, psnr = 0, ssim = 0;
    int64_t outOfReach = 0; // JPEG: pictures that it cannot make as small as the code; they are at its smallest
};

std::string_view idOf(CompressionMethod method); // "model", "pca", "jpeg", "jpeg_without_tables"
// "Model, f16", "JPEG file, as the 8-bit code", "JPEG file, at its smallest".
std::string labelOf(const CompressionRow& row, int64_t samples);

struct Compression {
    int64_t samples = 0, inputBytes = 0; // of one picture
    int64_t codeValues = 0;
    std::vector<CompressionRow> rows; // by method, largest code first; JPEG once where all sizes are out of its reach
    std::vector<std::string> notes;   // what is missing, and why
};

struct CompressionSettings {
    std::shared_ptr<const Dataset> pictures = {}; // of the model's shape; at least one
    std::shared_ptr<const Dataset> training = {}; // what PCA is fitted to; null: no PCA
    std::function<void(double fraction)> progress = {};
    std::stop_token stop = {};
};

// "method,code,bytes,ratio,mse,psnr,ssim,out_of_reach" and a line per row.
std::string csvOf(const Compression& table);

// Rows that PCA is fitted to at most, evenly spread. Fewer of large pictures, whose own number bounds the work there.
int64_t pcaRows(int64_t dimensions);

// Nothing when asked to stop. Errors: InvalidArgument (no code; no pictures, or of another shape), those of the runner
// and of JpegTrials.
Result<std::optional<Compression>> measureCompression(ModelRunner& runner, const CompressionSettings& settings);

} // namespace hourglass
