#include "core/data/Batcher.h"

#include <array>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "core/base/Contract.h"

namespace hourglass {

// Two slots: one in the consumer's hands, one in preparation or ready. Batch k lives in slot k % 2, and may be prepared
// as soon as batch k - 2 has been given back.
struct Batcher::State {
    std::shared_ptr<const Dataset> dataset;
    std::vector<int64_t> rows;
    int64_t batchSize = 0;
    int64_t elements = 0; // of one sample
    uint64_t seed = 0;
    bool shuffle = true;
    Augmentation augmentation;
    RandomPurpose noisePurpose = RandomPurpose::Noise;
    const NoiseModel* nextNoise = nullptr;

    // Written by startEpoch() while the worker is idle, read by the worker.
    const NoiseModel* noise = nullptr;
    int64_t epoch = 0;
    std::vector<int64_t> order;
    std::array<Batch, 2> slots;

    std::mutex mutex;
    std::condition_variable_any changed;
    int64_t count = 0;     // batches of this epoch
    int64_t toPrepare = 0; // index that the worker does next
    int64_t ready = 0;     // batches below this index are prepared
    int64_t taken = 0;     // batches below this index have been handed out
    int64_t returned = 0;  // batches below this index have been given back
    bool preparing = false;
    std::exception_ptr failure;
    std::jthread worker; // last: joins before the rest goes

    int64_t batches() const { return (static_cast<int64_t>(rows.size()) + batchSize - 1) / batchSize; }
    void prepare(Batch& batch, int64_t index) const;
    void work(const std::stop_token& stop);
};

void Batcher::State::prepare(Batch& batch, int64_t index) const {
    const int64_t first = index * batchSize;
    batch.index = index;
    batch.rows = std::min(batchSize, static_cast<int64_t>(order.size()) - first);
    batch.sampleRows.assign(order.begin() + first, order.begin() + first + batch.rows);
    const auto length = static_cast<size_t>(elements), capacity = static_cast<size_t>(batchSize) * length;
    if (batch.clean.size() != capacity)
        batch.clean = AlignedBuffer<float>(capacity);
    if (batch.noisy.size() != (noise != nullptr ? capacity : 0))
        batch.noisy = noise != nullptr ? AlignedBuffer<float>(capacity) : AlignedBuffer<float>();
    const std::span<float> clean = batch.clean.span().first(static_cast<size_t>(batch.rows) * length);
    dataset->read(batch.sampleRows, clean);
    if (!augmentation.any() && noise == nullptr)
        return;
    const Shape& shape = dataset->sampleShape();
    for (size_t i = 0; i < batch.sampleRows.size(); ++i) {
        const uint64_t id = dataset->id(batch.sampleRows[i]);
        const auto named = [&](RandomPurpose purpose) {
            return RandomStream(seed, static_cast<uint64_t>(purpose), static_cast<uint64_t>(epoch), id);
        };
        const std::span<float> sample = clean.subspan(i * length, length);
        augmentation.apply(sample, shape, named(RandomPurpose::Augmentation));
        if (noise != nullptr) {
            const std::span<float> target = batch.noisy.span().subspan(i * length, length);
            std::copy(sample.begin(), sample.end(), target.begin());
            noise->apply(target, shape, named(noisePurpose));
        }
    }
}

void Batcher::State::work(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (changed.wait(lock, stop, [this] { return toPrepare < count && toPrepare < returned + 2 && !failure; })) {
        const int64_t index = toPrepare;
        preparing = true;
        lock.unlock();
        std::exception_ptr problem;
        try {
            prepare(slots[static_cast<size_t>(index % 2)], index);
        } catch (...) {
            problem = std::current_exception();
        }
        lock.lock();
        preparing = false;
        failure = problem;
        if (!problem) {
            toPrepare = index + 1;
            ready = index + 1;
        }
        changed.notify_all();
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
    state.nextNoise = options.noise;
    state.worker = std::jthread([&state](const std::stop_token& stop) { state.work(stop); });
}

Batcher::~Batcher() = default;

int64_t Batcher::batches() const {
    return m_state->batches();
}

void Batcher::setNoise(const NoiseModel* noise) {
    m_state->nextNoise = noise;
}

void Batcher::startEpoch(int64_t epoch, int64_t firstBatch) {
    State& state = *m_state;
    expects(firstBatch >= 0, "an epoch cannot start at batch {}", firstBatch);
    {
        std::unique_lock lock(state.mutex);
        state.count = 0; // nothing more to prepare
        state.changed.wait(lock, [&] { return !state.preparing; });
    }
    state.noise = state.nextNoise;
    state.epoch = epoch;
    state.order = state.rows;
    if (state.shuffle) {
        const RandomStream stream(state.seed, static_cast<uint64_t>(RandomPurpose::Shuffle),
                                  static_cast<uint64_t>(epoch));
        const std::vector<int64_t> permutation = randomPermutation(static_cast<int64_t>(state.rows.size()), stream);
        for (size_t i = 0; i < permutation.size(); ++i)
            state.order[i] = state.rows[static_cast<size_t>(permutation[i])];
    }
    {
        const std::lock_guard lock(state.mutex);
        state.toPrepare = state.ready = state.taken = state.returned = firstBatch;
        state.failure = nullptr;
        state.count = state.batches();
    }
    state.changed.notify_all();
}

const Batch* Batcher::next() {
    State& state = *m_state;
    std::unique_lock lock(state.mutex);
    state.returned = state.taken;
    if (state.taken >= state.count)
        return nullptr;
    state.changed.notify_all();
    state.changed.wait(lock, [&] { return state.ready > state.taken || state.failure; });
    if (state.ready <= state.taken)
        std::rethrow_exception(state.failure);
    return &state.slots[static_cast<size_t>(state.taken++ % 2)];
}

} // namespace hourglass
