#include <cmath>
#include <numeric>

#include <QtTest>
#include <opencv2/core.hpp>

#include "core/analysis/GaussianFit.h"
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

double meanOf(const Tensor& codes, size_t k) {
    double sum = 0;
    for (int64_t i = 0; i < codes.shape()[0]; ++i)
        sum += static_cast<double>(codes.sample(i)[k]);
    return sum / static_cast<double>(codes.shape()[0]);
}

double covarianceOf(const Tensor& codes, size_t a, size_t b) {
    const double meanA = meanOf(codes, a), meanB = meanOf(codes, b);
    double sum = 0;
    for (int64_t i = 0; i < codes.shape()[0]; ++i)
        sum += (static_cast<double>(codes.sample(i)[a]) - meanA) * (static_cast<double>(codes.sample(i)[b]) - meanB);
    return sum / static_cast<double>(codes.shape()[0]);
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

class TestCodes : public QObject {
    Q_OBJECT

private slots:
    void gaussian_fit_meanAndCovarianceOfTheCodes() {
        const Tensor codes = randomCodes(700, 5, 1);
        const GaussianFit gaussian = GaussianFit::fit(codes).value();
        for (size_t a = 0; a < 5; ++a) {
            QVERIFY(std::abs(gaussian.mean()[a] - meanOf(codes, a)) < 1e-12);
            for (size_t b = 0; b < 5; ++b) {
                const double scale =
                    gaussian.deviation(static_cast<int64_t>(a)) * gaussian.deviation(static_cast<int64_t>(b));
                const double covariance = gaussian.covariance(static_cast<int64_t>(a), static_cast<int64_t>(b));
                QVERIFY(std::abs(covariance - covarianceOf(codes, a, b)) < 1e-6 * scale);
            }
            QVERIFY(std::abs(gaussian.deviation(static_cast<int64_t>(a)) - std::sqrt(covarianceOf(codes, a, a))) <
                    1e-5);
        }
    }

    // Within five standard errors: σ/√n of a mean, √((σ_aa σ_bb + σ_ab²)/n) of a covariance.
    void gaussian_samples_distributedAsFitted() {
        const GaussianFit gaussian = GaussianFit::fit(randomCodes(700, 4, 2)).value();
        const int64_t count = 40'000;
        for (const double temperature : {1.0, 0.5}) {
            const Tensor samples = gaussian.sample(count, 3, temperature);
            const double heat = temperature * temperature, n = static_cast<double>(count);
            for (int64_t a = 0; a < 4; ++a) {
                const auto indexA = static_cast<size_t>(a);
                QVERIFY(std::abs(meanOf(samples, indexA) - gaussian.mean()[indexA]) <
                        5 * temperature * gaussian.deviation(a) / std::sqrt(n));
                for (int64_t b = 0; b < 4; ++b) {
                    const double expected = gaussian.covariance(a, b);
                    const double error =
                        std::sqrt((gaussian.covariance(a, a) * gaussian.covariance(b, b) + expected * expected) / n);
                    QVERIFY(std::abs(covarianceOf(samples, indexA, static_cast<size_t>(b)) - heat * expected) <
                            5 * heat * error);
                }
            }
        }
    }

    void gaussian_sample_dependsOnItsOwnNumberOnly() {
        const GaussianFit gaussian = GaussianFit::fit(randomCodes(50, 6, 4)).value();
        const Tensor few = gaussian.sample(3, 7), many = gaussian.sample(200, 7), other = gaussian.sample(3, 8);
        QVERIFY(std::ranges::equal(few.values(), many.values().first(18)));
        QVERIFY(!std::ranges::equal(few.values(), other.values()));
        QVERIFY(!std::ranges::equal(many.sample(0), many.sample(1)));
        const ComputeThreadsScope one(1);
        QVERIFY(std::ranges::equal(gaussian.sample(200, 7).values(), many.values()));
    }

    void gaussian_temperatureZero_mean() {
        const GaussianFit gaussian = GaussianFit::fit(randomCodes(50, 3, 4)).value();
        const Tensor samples = gaussian.sample(2, 0, 0);
        for (size_t k = 0; k < 3; ++k)
            QCOMPARE(samples.sample(1)[k], static_cast<float>(gaussian.mean()[k]));
        QCOMPARE(gaussian.sample(0, 0).shape(), Shape({0, 3}));
        QVERIFY_EXCEPTION_THROWN(gaussian.sample(1, 0, -1), ContractError);
        QVERIFY_EXCEPTION_THROWN(gaussian.sample(1, 0, NAN), ContractError);
    }

    // Two codes span a line: every sample lies on it.
    void gaussian_fewerCodesThanDimensions_staysInTheirSpan() {
        const Tensor codes = randomCodes(2, 40, 5);
        const Tensor samples = GaussianFit::fit(codes).value().sample(100, 1);
        double longest = 0;
        for (int64_t i = 0; i < 100; ++i) {
            double along = 0, length = 0, off = 0;
            for (size_t k = 0; k < 40; ++k) {
                const double way = static_cast<double>(codes.sample(1)[k]) - static_cast<double>(codes.sample(0)[k]);
                along += (static_cast<double>(samples.sample(i)[k]) - meanOf(codes, k)) * way;
                length += way * way;
            }
            for (size_t k = 0; k < 40; ++k) {
                const double way = static_cast<double>(codes.sample(1)[k]) - static_cast<double>(codes.sample(0)[k]);
                off += std::pow(static_cast<double>(samples.sample(i)[k]) - meanOf(codes, k) - along / length * way, 2);
            }
            QVERIFY(std::sqrt(off / length) < 1e-6);
            longest = std::max(longest, std::abs(along / length));
        }
        QVERIFY(longest > 0.5 && longest < 2.5); // σ is half the way between them
        QVERIFY(GaussianFit::fit(randomCodes(1, 3, 5)).value().deviation(2) == 0);
    }

    void gaussian_standard_identity() {
        const GaussianFit prior = GaussianFit::standard(4);
        for (int64_t a = 0; a < 4; ++a)
            for (int64_t b = 0; b < 4; ++b)
                QCOMPARE(prior.covariance(a, b), a == b ? 1.0 : 0.0);
        const Tensor cold = prior.sample(10, 1, 0.5), warm = prior.sample(10, 1, 1);
        for (size_t i = 0; i < 40; ++i)
            QCOMPARE(cold.values()[i], warm.values()[i] / 2);
    }

    void gaussian_badCodes_refused() {
        Tensor codes = randomCodes(5, 3, 6);
        codes.sample(3)[0] = NAN;
        QCOMPARE(GaussianFit::fit(codes).error().message(),
                 std::string("The table of codes holds a value that is infinite or not a number, first in row 3."));
        QCOMPARE(GaussianFit::fit(Tensor(Shape{0, 3})).error().message(),
                 std::string("A Gaussian needs codes, and there are none. Choose some samples."));
    }

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

QTEST_APPLESS_MAIN(TestCodes)
#include "tst_codes.moc"
