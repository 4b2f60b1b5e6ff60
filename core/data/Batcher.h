#pragma once

// One epoch's batches in order, each prepared when it is asked for, by all threads of the compute pool. A thread of its
// own would be one more than there are cores: it prepares nothing sooner, and whenever it wakes, one compute thread
// stands still and the others wait for it (measured: 12 % of a dense step's time on two cores, for 1.4 % of its work).
// Buffers are recycled: after the first batch nothing is allocated. What a batch holds is a pure function of (seed,
// epoch, index), so a resumed run gets the batches that the undisturbed one would have had. Compute thread only.

#include <memory>
#include <span>
#include <vector>

#include "core/data/Augmentation.h"
#include "core/data/Dataset.h"
#include "core/noise/NoiseModel.h"
#include "core/tensor/Tensor.h"

namespace hourglass {

struct Batch {
    int64_t index = 0;               // within the epoch
    int64_t rows = 0;                // the last batch of an epoch may be short
    std::vector<int64_t> sampleRows; // dataset rows, `rows` of them
    AlignedBuffer<float> clean;      // [batchSize, sampleShape], the first `rows` are valid
    AlignedBuffer<float> noisy;      // the same; empty when there is no noise
    std::vector<float> noiseLevels;  // [batchSize], NoiseModel::level() of each row; 0 without noise

    // What the network is fed: noisy, or clean when there is no noise.
    std::span<const float> input() const { return noisy.size() > 0 ? noisy.span() : clean.span(); }
};

class Batcher {
public:
    struct Options {
        std::span<const int64_t> rows; // rows of the dataset to go through, copied
        int64_t batchSize = 128;
        uint64_t seed = 0;
        bool shuffle = true;
        Augmentation augmentation = {};
        const NoiseModel* noise = nullptr; // not owned; null: the input is the clean sample, not copied
        // Noise is drawn from the stream {seed, noisePurpose, epoch, sample id}: evaluation sees other noise than
        // training, and the same wherever it evaluates. Augmentation has a purpose of its own.
        RandomPurpose noisePurpose = RandomPurpose::Noise;
    };

    // ContractError when batchSize is not positive or a row is out of range.
    Batcher(std::shared_ptr<const Dataset> dataset, const Options& options);
    ~Batcher();
    Batcher(const Batcher&) = delete;
    Batcher& operator=(const Batcher&) = delete;

    // Batches per epoch.
    int64_t batches() const;

    // Starts an epoch at one of its batches; the batch held is given back. Rows come in the order of randomPermutation
    // with the stream {seed, Shuffle, epoch}, or as given when shuffle is off.
    void startEpoch(int64_t epoch, int64_t firstBatch = 0);
    // Takes effect with the next batch.
    void setNoise(const NoiseModel* noise);

    // The next batch, valid until the next call of next() or startEpoch(); nullptr at the end of the epoch. Rethrows
    // what reading the dataset threw; the batch is then tried again by the next call.
    const Batch* next();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace hourglass
