#include <QtTest>

#include <numeric>
#include <set>

#include "core/base/Contract.h"
#include "core/base/Parallel.h"
#include "core/data/Batcher.h"
#include "core/data/MemoryDataset.h"
#include "core/data/Split.h"
#include "core/noise/NoiseRegistry.h"

// Batches and splits: what comes when, whatever the threads do.

using namespace hourglass;

namespace {

std::shared_ptr<const MemoryDataset> numbered(int64_t rows, std::vector<uint64_t> ids = {},
                                              std::vector<uint64_t> groups = {}) {
    MemoryDataset::Content content;
    content.rows = rows;
    content.sampleShape = {1, 3, 3};
    content.image = true;
    content.floats = RawBuffer<float>::allocate(static_cast<uint64_t>(rows) * 9).value();
    for (size_t i = 0; i < content.floats.size(); ++i)
        content.floats.data()[i] = static_cast<float>(i);
    content.ids = std::move(ids);
    content.groups = std::move(groups);
    return std::make_shared<const MemoryDataset>(std::move(content));
}

std::vector<int64_t> allRows(int64_t count) {
    std::vector<int64_t> rows(static_cast<size_t>(count));
    std::iota(rows.begin(), rows.end(), int64_t{0});
    return rows;
}

struct Copy {
    int64_t index;
    std::vector<int64_t> rows;
    std::vector<float> clean, input;
    bool operator==(const Copy&) const = default;
};

Copy copyOf(const Batch& batch, size_t elements) {
    const auto count = static_cast<std::ptrdiff_t>(static_cast<size_t>(batch.rows) * elements);
    return {batch.index,
            batch.sampleRows,
            {batch.clean.span().begin(), batch.clean.span().begin() + count},
            {batch.input().begin(), batch.input().begin() + count}};
}

std::vector<Copy> epochOf(Batcher& batcher, int64_t epoch, int64_t first = 0) {
    std::vector<Copy> copies;
    batcher.startEpoch(epoch, first);
    while (const Batch* batch = batcher.next())
        copies.push_back(copyOf(*batch, 9));
    return copies;
}

// Fails at one row.
class BrokenDataset : public Dataset {
public:
    explicit BrokenDataset(int64_t failAt) : m_failAt(failAt) {}
    int64_t size() const override { return 1000; }
    const Shape& sampleShape() const override { return m_shape; }
    bool isImage() const override { return false; }
    uint64_t id(int64_t row) const override { return static_cast<uint64_t>(row); }
    void read(std::span<const int64_t> rows, std::span<float> values) const override {
        for (size_t i = 0; i < rows.size(); ++i) {
            expects(rows[i] != m_failAt, "row {} cannot be read", rows[i]);
            values[i] = static_cast<float>(rows[i]);
        }
    }
    std::string description() const override { return "broken"; }

private:
    Shape m_shape{1};
    int64_t m_failAt;
};

std::unique_ptr<NoiseModel> gaussian() {
    return makeNoise(OptionValues{noiseOptions()}).value();
}

} // namespace

class TestBatcher : public QObject {
    Q_OBJECT

private slots:
    void epoch_everyRowOnce_shortBatchLast() {
        const std::vector<int64_t> rows = allRows(10);
        Batcher batcher(numbered(10), {.rows = rows, .batchSize = 4, .seed = 3});
        QCOMPARE(batcher.batches(), int64_t{3});
        const std::vector<Copy> epoch = epochOf(batcher, 0);
        QCOMPARE(epoch.size(), size_t{3});
        QCOMPARE(epoch.back().rows.size(), size_t{2});
        std::set<int64_t> seen;
        for (const Copy& batch : epoch)
            for (size_t i = 0; i < batch.rows.size(); ++i) {
                seen.insert(batch.rows[i]);
                QCOMPARE(batch.clean[9 * i], static_cast<float>(9 * batch.rows[i]));
            }
        QCOMPARE(seen.size(), size_t{10});
        QVERIFY(batcher.next() == nullptr);
        QVERIFY(epochOf(batcher, 1) != epoch); // another order
        QVERIFY(epochOf(batcher, 0) == epoch); // and back
    }

    void order_followsTheDeclaredStream() {
        const std::vector<int64_t> rows{5, 6, 7, 8};
        Batcher batcher(numbered(10), {.rows = rows, .batchSize = 4, .seed = 9});
        const auto permutation =
            randomPermutation(4, RandomStream(9, static_cast<uint64_t>(RandomPurpose::Shuffle), 2));
        const std::vector<int64_t> found = epochOf(batcher, 2).front().rows;
        for (size_t i = 0; i < 4; ++i)
            QCOMPARE(found[i], rows[static_cast<size_t>(permutation[i])]);
        Batcher ordered(numbered(10), {.rows = rows, .batchSize = 4, .shuffle = false});
        QCOMPARE(epochOf(ordered, 2).front().rows, rows);
    }

    void startEpoch_atAnyBatch_sameAsUndisturbed_data() {
        QTest::addColumn<bool>("disturbed");
        QTest::newRow("fresh batcher") << false;
        QTest::newRow("in the middle of another epoch") << true;
    }
    void startEpoch_atAnyBatch_sameAsUndisturbed() {
        QFETCH(bool, disturbed);
        const auto dataset = numbered(23);
        const std::vector<int64_t> rows = allRows(23);
        const std::unique_ptr<NoiseModel> noise = gaussian();
        const Batcher::Options options{
            .rows = rows, .batchSize = 3, .seed = 5, .augmentation = {true, true}, .noise = noise.get()};
        Batcher whole(dataset, options);
        const std::vector<Copy> undisturbed = epochOf(whole, 4);
        for (int64_t first = 0; first <= 8; ++first) {
            Batcher batcher(dataset, options);
            if (disturbed) {
                batcher.startEpoch(1, 2);
                QVERIFY(batcher.next() != nullptr);
            }
            const std::vector<Copy> rest = epochOf(batcher, 4, first);
            QVERIFY(rest == std::vector<Copy>(undisturbed.begin() + first, undisturbed.end()));
        }
    }

    void noise_bySampleId_whateverTheOrderOrBatch() {
        const auto dataset = numbered(20);
        const std::vector<int64_t> rows = allRows(20);
        const std::unique_ptr<NoiseModel> noise = gaussian();
        std::map<int64_t, std::vector<float>> bySample;
        for (const auto& [batchSize, shuffle] : {std::pair(4, true), std::pair(7, false)}) {
            Batcher batcher(
                dataset, {.rows = rows, .batchSize = batchSize, .seed = 5, .shuffle = shuffle, .noise = noise.get()});
            for (const Copy& batch : epochOf(batcher, 1))
                for (size_t i = 0; i < batch.rows.size(); ++i) {
                    const std::vector<float> input(batch.input.begin() + static_cast<std::ptrdiff_t>(9 * i),
                                                   batch.input.begin() + static_cast<std::ptrdiff_t>(9 * i + 9));
                    QVERIFY(input[0] != batch.clean[9 * i]);
                    const auto [place, isNew] = bySample.emplace(batch.rows[i], input);
                    QVERIFY(isNew || place->second == input);
                }
        }
        QCOMPARE(bySample.size(), size_t{20});
    }

    void withoutNoise_inputIsClean_notCopied() {
        const std::vector<int64_t> rows = allRows(8);
        Batcher batcher(numbered(8), {.rows = rows, .batchSize = 8});
        batcher.startEpoch(0);
        const Batch* batch = batcher.next();
        QCOMPARE(batch->noisy.size(), size_t{0});
        QVERIFY(batch->input().data() == batch->clean.data());
    }

    void setNoise_takesEffectWithTheNextBatch() {
        const std::vector<int64_t> rows = allRows(12);
        const std::unique_ptr<NoiseModel> noise = gaussian();
        Batcher batcher(numbered(12), {.rows = rows, .batchSize = 3, .seed = 1});
        const std::vector<Copy> clean = epochOf(batcher, 0);
        batcher.startEpoch(0);
        batcher.next();
        batcher.setNoise(noise.get());
        const Batch* batch = batcher.next();
        QCOMPARE(batch->index, int64_t{1});
        QCOMPARE(batch->sampleRows, clean[1].rows);
        QVERIFY(batch->input()[0] != batch->clean.data()[0]);
        batcher.setNoise(nullptr);
        QVERIFY(epochOf(batcher, 0) == clean);
    }

    void batches_theSame_whateverTheThreads() {
#ifdef __SANITIZE_THREAD__
        QSKIP("Debian's libgomp is not built for the thread sanitizer, which then sees races across its barriers");
#endif
        const std::vector<int64_t> rows = allRows(2000);
        const std::unique_ptr<NoiseModel> noise = gaussian();
        std::vector<std::vector<Copy>> epochs;
        for (const int threads : {1, 2, 5}) {
            setComputeThreads(threads);
            Batcher batcher(numbered(2000),
                            {.rows = rows, .batchSize = 900, .augmentation = {true, true}, .noise = noise.get()});
            epochs.push_back(epochOf(batcher, 0));
        }
        setComputeThreads(0);
        QVERIFY(epochs[0] == epochs[1] && epochs[1] == epochs[2]);
    }

    void buffers_recycled_afterTheFirst() {
        const std::vector<int64_t> rows = allRows(100);
        Batcher batcher(numbered(100), {.rows = rows, .batchSize = 10});
        std::set<const float*> buffers;
        for (int64_t epoch = 0; epoch < 3; ++epoch) {
            batcher.startEpoch(epoch);
            while (const Batch* batch = batcher.next())
                buffers.insert(batch->clean.data());
        }
        QCOMPARE(buffers.size(), size_t{1});
    }

    void reading_throws_rethrownByNext_andRecovers() {
        const std::vector<int64_t> rows = allRows(30);
        Batcher batcher(std::make_shared<BrokenDataset>(15), {.rows = rows, .batchSize = 10, .shuffle = false});
        batcher.startEpoch(0);
        QVERIFY(batcher.next() != nullptr);
        QVERIFY_EXCEPTION_THROWN((void)batcher.next(), ContractError);
        batcher.startEpoch(0, 2);
        QCOMPARE(batcher.next()->clean.data()[0], 20.0f);
    }

    void options_broken_throw() {
        const std::vector<int64_t> rows{0, 10};
        QVERIFY_EXCEPTION_THROWN(Batcher(numbered(10), {.rows = rows}), ContractError);
        QVERIFY_EXCEPTION_THROWN(Batcher(numbered(11), {.rows = rows, .batchSize = 0}), ContractError);
        Batcher none(numbered(1), {.rows = {}});
        none.startEpoch(0);
        QVERIFY(none.next() == nullptr);
    }

    void augmentation_draws_allEightPlacements() {
        std::set<std::vector<float>> placements;
        for (uint64_t id = 0; id < 200; ++id) {
            std::vector<float> values{1, 2, 3, 4, 5, 6, 7, 8, 9};
            Augmentation{true, true}.apply(values, {1, 3, 3}, RandomStream(0, 4, 0, id));
            QCOMPARE(values[4], 5.0f);
            placements.insert(values);
        }
        QCOMPARE(placements.size(), size_t{8});
        QVERIFY(placements.contains({7, 4, 1, 8, 5, 2, 9, 6, 3})); // a quarter turn clockwise
        QVERIFY(placements.contains({3, 2, 1, 6, 5, 4, 9, 8, 7})); // mirrored
    }

    void augmentation_notSquare_onlyHalfTurns() {
        std::set<std::vector<float>> placements;
        for (uint64_t id = 0; id < 100; ++id) {
            std::vector<float> values{1, 2, 3, 4, 5, 6};
            Augmentation{false, true}.apply(values, {1, 2, 3}, RandomStream(0, 4, 0, id));
            placements.insert(values);
        }
        QVERIFY(placements == (std::set<std::vector<float>>{{1, 2, 3, 4, 5, 6}, {6, 5, 4, 3, 2, 1}}));
    }

    void split_counts_exactAndDisjoint_data() {
        QTest::addColumn<double>("validation");
        QTest::addColumn<double>("test");
        QTest::addColumn<int>("validationRows");
        QTest::addColumn<int>("testRows");
        QTest::newRow("all train") << 0.0 << 0.0 << 0 << 0;
        QTest::newRow("default") << 0.1 << 0.0 << 100 << 0;
        QTest::newRow("rounded") << 0.1234 << 0.0567 << 123 << 57;
        QTest::newRow("tiny but positive") << 0.0001 << 0.0 << 1 << 0;
        QTest::newRow("most") << 0.9 << 0.09 << 900 << 90;
    }
    void split_counts_exactAndDisjoint() {
        QFETCH(double, validation);
        QFETCH(double, test);
        QFETCH(int, validationRows);
        QFETCH(int, testRows);
        const Split split = splitByStableId(*numbered(1000), validation, test, 42);
        QCOMPARE(split.validation.size(), static_cast<size_t>(validationRows));
        QCOMPARE(split.test.size(), static_cast<size_t>(testRows));
        std::set<int64_t> all(split.train.begin(), split.train.end());
        all.insert(split.validation.begin(), split.validation.end());
        all.insert(split.test.begin(), split.test.end());
        QCOMPARE(all.size(), size_t{1000});
        QVERIFY(std::is_sorted(split.train.begin(), split.train.end()));
    }

    void split_rowsReordered_sameSamples() {
        std::vector<uint64_t> ids, reversed;
        for (uint64_t i = 0; i < 200; ++i)
            ids.push_back(i * i + 7);
        reversed.assign(ids.rbegin(), ids.rend());
        const auto sampleIds = [](const Dataset& dataset, const std::vector<int64_t>& rows) {
            std::set<uint64_t> set;
            for (const int64_t row : rows)
                set.insert(dataset.id(row));
            return set;
        };
        const auto one = numbered(200, ids), other = numbered(200, reversed);
        QVERIFY(sampleIds(*one, splitByStableId(*one, 0.2, 0.1, 5).validation) ==
                sampleIds(*other, splitByStableId(*other, 0.2, 0.1, 5).validation));
        QVERIFY(splitByStableId(*one, 0.2, 0, 5).validation != splitByStableId(*one, 0.2, 0, 6).validation);
    }

    void split_groups_neverPart() {
        std::vector<uint64_t> ids(300), groups(300);
        for (size_t i = 0; i < 300; ++i) {
            ids[i] = i;
            groups[i] = i / 30; // ten photographs of thirty patches
        }
        const auto dataset = numbered(300, ids, groups);
        for (const double fraction : {0.05, 0.1, 0.33, 0.8}) {
            const Split split = splitByStableId(*dataset, fraction, 0.1, 1);
            std::map<uint64_t, std::set<int>> sides;
            for (const int64_t row : split.train)
                sides[dataset->group(row)].insert(0);
            for (const int64_t row : split.validation)
                sides[dataset->group(row)].insert(1);
            for (const int64_t row : split.test)
                sides[dataset->group(row)].insert(2);
            for (const auto& [group, where] : sides)
                QCOMPARE(where.size(), size_t{1});
            QVERIFY(!split.validation.empty() && !split.test.empty() && !split.train.empty());
        }
        const auto single = numbered(30, {}, std::vector<uint64_t>(30, 1));
        QCOMPARE(splitByStableId(*single, 0.5, 0, 1).train.size(), size_t{30}); // one group: it trains
    }
};

QTEST_APPLESS_MAIN(TestBatcher)
#include "tst_batcher.moc"
