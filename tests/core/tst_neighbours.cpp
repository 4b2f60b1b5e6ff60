#include <cmath>
#include <numeric>

#include <QtTest>
#include <opencv2/core.hpp>

#include "core/analysis/KMeans.h"
#include "core/analysis/NearestNeighbours.h"
#include "core/base/Contract.h"
#include "core/base/Parallel.h"
#include "core/base/Random.h"

using namespace hourglass;

namespace {

// Correlated, unlike variances, mean off zero.
Tensor randomCodes(int64_t rows, int64_t dimensions, uint64_t seed) {
    Tensor codes(Shape{rows, dimensions});
    RandomStream(seed).fillNormal(codes.values());
    for (int64_t i = 0; i < rows; ++i) {
        const std::span<float> code = codes.sample(i);
        for (size_t k = 0; k < code.size(); ++k)
            code[k] = 2 + static_cast<float>(k + 1) * code[k] + (k > 0 ? 0.5f * code[k - 1] : 0);
    }
    return codes;
}

double naiveDistance(std::span<const float> a, std::span<const float> b, CodeDistance distance) {
    long double difference = 0, product = 0, normA = 0, normB = 0;
    for (size_t k = 0; k < a.size(); ++k) {
        const long double x = a[k], y = b[k];
        difference += (x - y) * (x - y);
        product += x * y;
        normA += x * x;
        normB += y * y;
    }
    return static_cast<double>(distance == CodeDistance::Euclidean ? std::sqrt(difference)
                                                                   : 1 - product / std::sqrt(normA * normB));
}

std::vector<Neighbour> naiveNearest(const Tensor& codes, std::span<const float> code, int64_t except, size_t k,
                                    CodeDistance distance) {
    std::vector<Neighbour> all;
    for (int64_t row = 0; row < codes.shape()[0]; ++row)
        if (row != except)
            all.push_back({row, naiveDistance(codes.sample(row), code, distance)});
    std::stable_sort(all.begin(), all.end(),
                     [](const Neighbour& a, const Neighbour& b) { return a.distance < b.distance; });
    all.resize(std::min(all.size(), k));
    return all;
}

bool alike(std::span<const Neighbour> found, std::span<const Neighbour> expected) {
    return std::ranges::equal(found, expected, [](const Neighbour& a, const Neighbour& b) {
        return a.row == b.row && std::abs(a.distance - b.distance) < 1e-12 * (1 + b.distance);
    });
}

// Row i lies about centre i % 4; sizes differ when rows is not a multiple of four.
Tensor blobs(int64_t rows) {
    Tensor codes(Shape{rows, 3});
    RandomStream(9).fillNormal(codes.values());
    for (int64_t i = 0; i < rows; ++i) {
        codes.sample(i)[0] += i % 2 == 0 ? 30.0f : -30.0f;
        codes.sample(i)[1] += i % 4 < 2 ? 30.0f : -30.0f;
    }
    return codes;
}

} // namespace

class TestNeighbours : public QObject {
    Q_OBJECT

private slots:
    void neighbours_asANaiveLoopFindsThem() {
        const Tensor codes = randomCodes(3000, 7, 7); // more than one chunk, and not a multiple of four dimensions
        for (const CodeDistance distance : {CodeDistance::Euclidean, CodeDistance::Cosine}) {
            for (const int64_t row : {0, 1234, 2999})
                QVERIFY(alike(nearestToRow(codes, row, 25, distance),
                              naiveNearest(codes, codes.sample(row), row, 25, distance)));
            const std::vector<float> code = {1, -2, 3, 0, 5, 0.5f, 7};
            QVERIFY(alike(nearestToCode(codes, code, 25, distance), naiveNearest(codes, code, -1, 25, distance)));
        }
    }

    void neighbours_ofEveryRow_thoseOfEach() {
        const Tensor codes = randomCodes(200, 5, 8);
        for (const CodeDistance distance : {CodeDistance::Euclidean, CodeDistance::Cosine}) {
            const std::vector<Neighbour> all = nearestToEveryRow(codes, 6, distance);
            QCOMPARE(all.size(), size_t{1200});
            for (size_t row = 0; row < 200; ++row)
                QVERIFY(std::ranges::equal(std::span(all).subspan(row * 6, 6),
                                           nearestToRow(codes, static_cast<int64_t>(row), 6, distance)));
        }
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(nearestToEveryRow(codes, 6, CodeDistance::Euclidean, stop.get_token()).empty());
    }

    void neighbours_ties_lowerRowFirst() {
        const Tensor codes(Shape{6, 1}, std::vector<float>{1, 0, 1, 2, 0, 2});
        QCOMPARE(nearestToRow(codes, 2, 5), (std::vector<Neighbour>{{0, 0}, {1, 1}, {3, 1}, {4, 1}, {5, 1}}));
        QCOMPARE(nearestToRow(codes, 2, 3), (std::vector<Neighbour>{{0, 0}, {1, 1}, {3, 1}}));
    }

    void neighbours_moreThanThereAre_all() {
        const Tensor codes = randomCodes(5, 2, 9);
        QCOMPARE(nearestToRow(codes, 0, 100).size(), size_t{4});
        QCOMPARE(nearestToCode(codes, codes.sample(0), 100).size(), size_t{5});
        QCOMPARE(nearestToEveryRow(codes, 100).size(), size_t{20});
        QVERIFY(nearestToRow(codes, 0, 0).empty());
        QVERIFY(nearestToRow(Tensor(Shape{1, 2}), 0, 3).empty());
        QVERIFY(nearestToCode(Tensor(Shape{0, 2}), codes.sample(0), 3).empty());
        QVERIFY(nearestToEveryRow(Tensor(Shape{0, 2}), 3).empty());
        QVERIFY_EXCEPTION_THROWN(nearestToRow(codes, 5, 1), ContractError);
        QVERIFY_EXCEPTION_THROWN(nearestToCode(codes, {}, 1), ContractError);
        QVERIFY_EXCEPTION_THROWN(nearestToRow(codes, 0, -1), ContractError);
    }

    void neighbours_unusualCodes_last() {
        const Tensor codes(Shape{4, 2}, std::vector<float>{1, 0, NAN, 0, 0, 0, -1, 0});
        const std::vector<Neighbour> euclidean = nearestToRow(codes, 0, 3);
        QCOMPARE(euclidean[0], (Neighbour{2, 1}));
        QCOMPARE(euclidean[2], (Neighbour{1, HUGE_VAL}));
        const std::vector<Neighbour> cosine = nearestToRow(codes, 0, 3, CodeDistance::Cosine);
        QCOMPARE(cosine, (std::vector<Neighbour>{{2, 1}, {3, 2}, {1, HUGE_VAL}}));
    }

    void kMeans_separateBlobs_foundInOrderOfSize() {
        const Tensor codes = blobs(403); // 101, 101, 101, 100
        const KMeans found = *kMeans(codes, {.clusters = 4, .examples = 5}).value();
        QCOMPARE(found.sizes, (std::vector<int64_t>{101, 101, 101, 100}));
        QCOMPARE(found.centres.shape(), Shape({4, 3}));
        for (int64_t i = 0; i < 403; ++i)
            QCOMPARE(found.labels[static_cast<size_t>(i)], static_cast<int>(i % 4)); // ties in size by first row
        double inertia = 0;
        for (int64_t c = 0; c < 4; ++c) {
            const std::span<const float> centre = found.centres.sample(c);
            std::vector<Neighbour> members;
            for (int64_t i = c; i < 403; i += 4)
                members.push_back({i, naiveDistance(codes.sample(i), centre, CodeDistance::Euclidean)});
            for (size_t k = 0; k < 3; ++k) {
                double mean = 0;
                for (const Neighbour& member : members)
                    mean += static_cast<double>(codes.sample(member.row)[k]) / static_cast<double>(members.size());
                QVERIFY(std::abs(mean - static_cast<double>(centre[k])) < 1e-4);
            }
            std::ranges::sort(members, {}, &Neighbour::distance);
            for (size_t e = 0; e < 5; ++e)
                QCOMPARE(found.examples[static_cast<size_t>(c)][e], members[e].row);
            for (const Neighbour& member : members)
                inertia += member.distance * member.distance;
        }
        QVERIFY(std::abs(found.inertia / inertia - 1) < 1e-12);
    }

    void kMeans_repeated_sameAndNothingElseDisturbed() {
        const Tensor codes = randomCodes(500, 4, 10); // no clusters: starts matter
        const auto labels = [&](uint64_t seed) {
            return (*kMeans(codes, {.clusters = 6, .attempts = 1, .seed = seed}).value()).labels;
        };
        const std::vector<int> first = labels(1);
        const std::vector<int> other = labels(2);
        QVERIFY(first != other);
        QCOMPARE(labels(1), first);
        const ComputeThreadsScope one(1);
        cv::theRNG().state = 4711;
        QCOMPARE(labels(1), first);
        QCOMPARE(cv::theRNG().state, uint64_t{4711});
    }

    void kMeans_labels_nearestCentre() {
        const Tensor codes = randomCodes(500, 4, 11);
        const KMeans found = *kMeans(codes, {.clusters = 7}).value();
        QCOMPARE(std::accumulate(found.sizes.begin(), found.sizes.end(), int64_t{0}), 500);
        for (int64_t i = 0; i < 500; ++i)
            QCOMPARE(static_cast<int64_t>(found.labels[static_cast<size_t>(i)]),
                     nearestToCode(found.centres, codes.sample(i), 1).front().row);
    }

    void kMeans_moreAttempts_neverWorse() {
        const Tensor codes = randomCodes(300, 4, 12);
        const auto inertia = [&](int attempts) {
            return (*kMeans(codes, {.clusters = 8, .attempts = attempts}).value()).inertia;
        };
        QVERIFY(inertia(5) <= inertia(2) && inertia(2) <= inertia(1));
        QVERIFY(inertia(5) < inertia(1));
    }

    void kMeans_fewerCodesThanClusters_lowered() {
        const KMeans each = *kMeans(randomCodes(3, 2, 13), {.clusters = 10}).value();
        QCOMPARE(each.sizes, (std::vector<int64_t>{1, 1, 1}));
        QCOMPARE(each.examples, (std::vector<std::vector<int64_t>>{{0}, {1}, {2}}));
        const Tensor one = randomCodes(1, 4, 14);
        const KMeans alone = *kMeans(one, {.clusters = 2}).value();
        QCOMPARE(alone.sizes, std::vector<int64_t>{1});
        QVERIFY(std::ranges::equal(alone.centres.values(), one.values()));
        QVERIFY(each.inertia < 1e-9);
        const KMeans equal = *kMeans(Tensor(Shape{20, 2}), {.clusters = 4, .examples = 2}).value();
        QCOMPARE(equal.sizes, (std::vector<int64_t>{20}));
        QCOMPARE(equal.examples, (std::vector<std::vector<int64_t>>{{0, 1}}));
    }

    void kMeans_badInputAndStop() {
        const Tensor codes = randomCodes(10, 2, 14);
        QVERIFY(!kMeans(codes, {.clusters = 0}).ok());
        QVERIFY(!kMeans(codes, {.attempts = 0}).ok());
        QVERIFY(!kMeans(codes, {.examples = -1}).ok());
        QVERIFY(!kMeans(Tensor(Shape{0, 2}), {}).ok());
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = kMeans(codes, {}, stop.get_token());
        QVERIFY(stopped.ok() && !stopped->has_value());
    }
};

QTEST_APPLESS_MAIN(TestNeighbours)
#include "tst_neighbours.moc"
