#include "core/data/Batcher.h"

#include <exception>
#include <mutex>

#include "core/base/Contract.h"
#include "core/base/Parallel.h"

namespace hourglass {

struct Batcher::State {
    std::shared_ptr<const Dataset> dataset;
    std::vector<int64_t> rows;
    int64_t batchSize = 0;
    int64_t elements = 0; // of one sample
    uint64_t seed = 0;
    bool shuffle = true;
    Augmentation augmentation;
    RandomPurpose noisePurpose = RandomPurpose::Noise;
    const NoiseModel* noise = nullptr;

    int64_t epoch = 0;
    std::vector<int64_t> order;
    int64_t next = 0;  // index of the batch that comes next
    int64_t count = 0; // batches of the epoch that is going on, 0 before the first
    Batch batch;

    int64_t batches() const { return (static_cast<int64_t>(rows.size()) + batchSize - 1) / batchSize; }
    void prepare();
    void prepareSamples(size_t begin, size_t end);
};

void Batcher::State::prepare() {
    const int64_t first = next * batchSize;
    batch.index = next;
    batch.rows = std::min(batchSize, static_cast<int64_t>(order.size()) - first);
    batch.sampleRows.assign(order.begin() + first, order.begin() + first + batch.rows);
    const size_t capacity = static_cast<size_t>(batchSize * elements);
    if (batch.clean.size() != capacity)
        batch.clean = AlignedBuffer<float>(capacity);
    if (batch.noisy.size() != (noise != nullptr ? capacity : 0))
        batch.noisy = noise != nullptr ? AlignedBuffer<float>(capacity) : AlignedBuffer<float>();
    batch.noiseLevels.assign(static_cast<size_t>(batchSize), 0.0f);

    constexpr int64_t kElementsAtOnce = 4096; // enough work to be worth a chunk of its own
    std::mutex mutex;
    std::exception_ptr failure; // parallelFor lets nothing through
    parallelFor(batch.rows, std::max<int64_t>(1, kElementsAtOnce / elements), [&](int64_t begin, int64_t end) {
        try {
            prepareSamples(static_cast<size_t>(begin), static_cast<size_t>(end));
        } catch (...) {
            const std::lock_guard lock(mutex);
            failure = std::current_exception();
        }
    });
    if (failure)
        std::rethrow_exception(failure);
}

void Batcher::State::prepareSamples(size_t begin, size_t end) {
    const auto length = static_cast<size_t>(elements);
    dataset->read(std::span(batch.sampleRows).subspan(begin, end - begin),
                  batch.clean.span().subspan(begin * length, (end - begin) * length));
    if (!augmentation.any() && noise == nullptr)
        return;
    const Shape& shape = dataset->sampleShape();
    for (size_t i = begin; i < end; ++i) {
        const uint64_t id = dataset->id(batch.sampleRows[i]);
        const auto named = [&](RandomPurpose purpose) {
            return RandomStream(seed, static_cast<uint64_t>(purpose), static_cast<uint64_t>(epoch), id);
        };
        const std::span<float> sample = batch.clean.span().subspan(i * length, length);
        augmentation.apply(sample, shape, named(RandomPurpose::Augmentation));
        if (noise != nullptr) {
            const std::span<float> target = batch.noisy.span().subspan(i * length, length);
            std::copy(sample.begin(), sample.end(), target.begin());
            noise->apply(target, shape, named(noisePurpose));
            batch.noiseLevels[i] = noise->level(named(noisePurpose));
        }
    }
}

Batcher::Batcher(std::shared_ptr<const Dataset> dataset, const Options& options) : m_state(std::make_unique<State>()) {
    expects(dataset != nullptr, "a batcher needs a dataset");
    expects(options.batchSize > 0, "a batch size of {} is not positive", options.batchSize);
    for (const int64_t row : options.rows)
        expects(row >= 0 && row < dataset->size(), "row {} of a dataset with {}", row, dataset->size());
    State& state = *m_state;
    state.elements = dataset->sampleShape().elements();
    state.dataset = std::move(dataset);
    state.rows.assign(options.rows.begin(), options.rows.end());
    state.batchSize = options.batchSize;
    state.seed = options.seed;
    state.shuffle = options.shuffle;
    state.augmentation = options.augmentation;
    state.noisePurpose = options.noisePurpose;
    state.noise = options.noise;
}

Batcher::~Batcher() = default;

int64_t Batcher::batches() const {
    return m_state->batches();
}

void Batcher::setNoise(const NoiseModel* noise) {
    m_state->noise = noise;
}

void Batcher::startEpoch(int64_t epoch, int64_t firstBatch) {
    State& state = *m_state;
    expects(firstBatch >= 0, "an epoch cannot start at batch {}", firstBatch);
    state.epoch = epoch;
    state.order = state.rows;
    if (state.shuffle) {
        const RandomStream stream(state.seed, static_cast<uint64_t>(RandomPurpose::Shuffle),
                                  static_cast<uint64_t>(epoch));
        const std::vector<int64_t> permutation = randomPermutation(static_cast<int64_t>(state.rows.size()), stream);
        for (size_t i = 0; i < permutation.size(); ++i)
            state.order[i] = state.rows[static_cast<size_t>(permutation[i])];
    }
    state.next = firstBatch;
    state.count = state.batches();
}

const Batch* Batcher::next() {
    State& state = *m_state;
    if (state.next >= state.count)
        return nullptr;
    state.prepare();
    ++state.next;
    return &state.batch;
}

} // namespace hourglass
