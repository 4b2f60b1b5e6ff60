#include <cmath>
#include <map>

#include <QtTest>

#include "core/analysis/TSneObjective.h"
#include "core/base/Contract.h"
#include "core/base/Random.h"

using namespace hourglass;

namespace {

using Layout = std::vector<PlanePoint>;

Tensor randomCodes(int64_t rows, int64_t dimensions, uint64_t seed) {
    Tensor codes(Shape{rows, dimensions});
    RandomStream(seed).fillNormal(codes.values());
    return codes;
}

// A dense cloud, a wide one, far outliers and points that coincide.
Layout unevenLayout(size_t points) {
    Layout layout;
    const RandomStream random(11);
    for (size_t i = 0; i < points; ++i) {
        const double scale = i % 3 == 0 ? 0.1 : i % 50 == 1 ? 100 : 10;
        layout.push_back({3 + scale * static_cast<double>(random.normal(2 * i)),
                          scale * static_cast<double>(random.normal(2 * i + 1))});
        if (i % 20 == 19)
            layout.back() = layout[i - 1];
    }
    return layout;
}

// As layouts are: an even disc, many kernels wide, a few points of it coinciding.
Layout evenLayout(size_t points) {
    Layout layout;
    const RandomStream random(12);
    while (layout.size() < points) {
        const auto i = static_cast<uint64_t>(layout.size());
        const double radius = 50 * std::sqrt(static_cast<double>(random.uniform(2 * i)));
        const double angle = 2 * std::acos(-1.0) * static_cast<double>(random.uniform(2 * i + 1));
        layout.push_back({radius * std::cos(angle), radius * std::sin(angle)});
        if (i % 20 == 19)
            layout.back() = layout[i - 1];
    }
    return layout;
}

Affinities affinitiesOf(const Tensor& codes, int64_t perRow, double perplexity) {
    const std::vector<Neighbour> neighbours = nearestToEveryRow(codes, perRow);
    return jointAffinities(neighbours, perRow, conditionalAffinities(neighbours, perRow, perplexity));
}

double weight(PlanePoint a, PlanePoint b) {
    return 1 / (1 + std::pow(a.x - b.x, 2) + std::pow(a.y - b.y, 2));
}

double normaliserOf(const Layout& layout) {
    double sum = 0;
    for (size_t i = 0; i < layout.size(); ++i)
        for (size_t j = 0; j < layout.size(); ++j)
            sum += i == j ? 0 : weight(layout[i], layout[j]);
    return sum;
}

// KL(P ‖ Q) as it is defined.
double divergenceOf(const Affinities& p, const Layout& layout) {
    const double normaliser = normaliserOf(layout);
    double sum = 0;
    for (size_t i = 0; i < p.rows(); ++i)
        for (size_t n = p.starts[i]; n < p.starts[i + 1]; ++n)
            if (p.values[n] > 0)
                sum += p.values[n] * std::log(p.values[n] * normaliser / weight(layout[i], layout[p.columns[n]]));
    return sum;
}

// ‖a - b‖ / ‖b‖
double relativeError(const Layout& a, const Layout& b) {
    double difference = 0, size = 0;
    for (size_t i = 0; i < a.size(); ++i) {
        difference += std::pow(a[i].x - b[i].x, 2) + std::pow(a[i].y - b[i].y, 2);
        size += std::pow(b[i].x, 2) + std::pow(b[i].y, 2);
    }
    return std::sqrt(difference / size);
}

struct Sums {
    Layout forces;
    double kernel = 0;
};

Sums treeSums(const Layout& layout, double theta) {
    RepulsionTree tree;
    tree.build(layout, theta);
    std::vector<Repulsion> repulsions(layout.size());
    tree.repulsions(repulsions);
    Sums sums;
    for (const Repulsion& repulsion : repulsions) {
        sums.forces.push_back(repulsion.force);
        sums.kernel += repulsion.kernel;
    }
    return sums;
}

Sums naiveSums(const Layout& layout) {
    Sums sums{Layout(layout.size()), normaliserOf(layout)};
    for (size_t i = 0; i < layout.size(); ++i)
        for (const PlanePoint& other : layout) {
            const double w = weight(layout[i], other);
            sums.forces[i].x += w * w * (layout[i].x - other.x);
            sums.forces[i].y += w * w * (layout[i].y - other.y);
        }
    return sums;
}

} // namespace

class TestTSneObjective : public QObject {
    Q_OBJECT

private slots:
    void conditional_perplexity_asAsked() {
        const std::vector<Neighbour> neighbours = nearestToEveryRow(randomCodes(300, 5, 1), 60);
        const std::vector<double> p = conditionalAffinities(neighbours, 60, 20);
        for (size_t i = 0; i < 300; ++i) {
            double sum = 0, entropy = 0;
            for (size_t n = i * 60; n < (i + 1) * 60; ++n) {
                sum += p[n];
                entropy -= p[n] > 0 ? p[n] * std::log(p[n]) : 0;
                if (n > i * 60)
                    QVERIFY(p[n] <= p[n - 1]); // a farther one is never nearer in P
            }
            QVERIFY(std::abs(sum - 1) < 1e-12);
            QVERIFY(std::abs(std::exp(entropy) - 20) < 1e-7);
        }
    }

    // Many equal codes: no β gives the perplexity, and none may give a number that is not one.
    void conditional_equalDistances_shareAlike() {
        const std::vector<double> p = conditionalAffinities(nearestToEveryRow(Tensor(Shape{30, 2}), 9), 9, 3);
        for (const double value : p)
            QVERIFY(std::abs(value - 1.0 / 9) < 1e-12);
        QVERIFY_EXCEPTION_THROWN(conditionalAffinities({}, 9, 9), ContractError);
        QVERIFY_EXCEPTION_THROWN(conditionalAffinities({}, 9, 0.5), ContractError);
    }

    void joint_symmetricAndSumsToOne() {
        const Affinities p = affinitiesOf(randomCodes(200, 4, 2), 30, 10);
        QCOMPARE(p.rows(), size_t{200});
        std::map<std::pair<size_t, size_t>, double> entries;
        double sum = 0;
        for (size_t i = 0; i < p.rows(); ++i)
            for (size_t n = p.starts[i]; n < p.starts[i + 1]; ++n) {
                QVERIFY(p.columns[n] != i);
                QVERIFY(entries.emplace(std::pair(i, p.columns[n]), p.values[n]).second); // each place once
                sum += p.values[n];
            }
        QVERIFY(std::abs(sum - 1) < 1e-12);
        for (const auto& [place, value] : entries)
            QVERIFY((entries.at({place.second, place.first}) == value));
    }

    void tree_thetaZero_exact() {
        const Layout layout = unevenLayout(600);
        const Sums tree = treeSums(layout, 0), naive = naiveSums(layout);
        QVERIFY(std::abs(tree.kernel / naive.kernel - 1) < 1e-12);
        QVERIFY(relativeError(tree.forces, naive.forces) < 1e-12);
    }

    void tree_thetaHalf_close() {
        for (const Layout& layout : {evenLayout(2000), unevenLayout(2000)}) {
            const Sums tree = treeSums(layout, 0.5), naive = naiveSums(layout);
            const double kernel = std::abs(tree.kernel / naive.kernel - 1);
            const double forces = relativeError(tree.forces, naive.forces);
            qInfo("kernel %.2e, forces %.2e off", kernel, forces);
            QVERIFY(kernel < 1e-3);
            QVERIFY(forces < 5e-3);
            QVERIFY(forces > 1e-9); // it does approximate
        }
    }

    // A group that counts as one is expanded to second order: twice as far away, the error is an eighth or less.
    void tree_groupTwiceAsFar_errorOfThirdOrder() {
        const auto errorAt = [](double distance) {
            Layout layout = {{distance, 0.4 * distance}};
            const RandomStream random(13);
            for (uint64_t i = 0; i < 100; ++i) {
                const auto u = static_cast<double>(random.uniform(2 * i));
                layout.push_back({u * u, static_cast<double>(random.uniform(2 * i + 1))});
            }
            const Sums tree = treeSums(layout, 0.5), naive = naiveSums(layout);
            return relativeError({tree.forces.front()}, {naive.forces.front()});
        };
        qInfo("%.2e, twice as far %.2e", errorAt(8), errorAt(16));
        QVERIFY(errorAt(8) < 1e-3);
        QVERIFY(errorAt(16) < errorAt(8) / 7);
    }

    void tree_coincidingPoints_doNotPush() {
        const Sums sums = treeSums(Layout(100, {0.1, -0.3}), 0.5);
        QCOMPARE(sums.kernel, 100.0 * 99);
        for (const PlanePoint& force : sums.forces)
            QCOMPARE(force, PlanePoint());
        QVERIFY(treeSums({}, 0.5).forces.empty());
        QVERIFY_EXCEPTION_THROWN(treeSums({}, 1), ContractError);
    }

    // Against central differences of the divergence as it is defined.
    void gradient_isThatOfTheDivergence() {
        const Affinities p = affinitiesOf(randomCodes(40, 4, 3), 15, 5);
        Layout layout = unevenLayout(40), gradient(40);
        TSneObjective objective(p);
        const double normaliser = objective.gradient(layout, 1, 0, gradient);
        const double divergence = divergenceOf(p, layout);
        QVERIFY(std::abs(objective.divergence(layout, normaliser) / divergence - 1) < 1e-12);
        const double step = 1e-5;
        Layout differences(40);
        for (size_t i = 0; i < 40; ++i)
            for (double PlanePoint::*axis : {&PlanePoint::x, &PlanePoint::y}) {
                const double before = layout[i].*axis;
                layout[i].*axis = before + step;
                const double above = divergenceOf(p, layout);
                layout[i].*axis = before - step;
                differences[i].*axis = (above - divergenceOf(p, layout)) / (2 * step);
                layout[i].*axis = before;
            }
        QVERIFY(relativeError(gradient, differences) < 1e-7);
    }

    void gradient_exaggeration_pullsMore() {
        TSneObjective objective(affinitiesOf(randomCodes(100, 4, 3), 15, 5));
        const Layout layout = unevenLayout(100);
        Layout once(100), twelvefold(100), twice(100);
        objective.gradient(layout, 1, 0, once);
        objective.gradient(layout, 2, 0, twice);
        objective.gradient(layout, 12, 0, twelvefold);
        for (size_t i = 0; i < 100; ++i)
            QVERIFY(std::abs(twelvefold[i].x - once[i].x - 11 * (twice[i].x - once[i].x)) < 1e-12);
    }

    void gradient_thetaHalf_close() {
        TSneObjective objective(affinitiesOf(randomCodes(1000, 4, 4), 30, 10));
        for (const Layout& layout : {evenLayout(1000), unevenLayout(1000)}) {
            Layout exact(1000), approximate(1000);
            objective.gradient(layout, 1, 0, exact);
            objective.gradient(layout, 1, 0.5, approximate);
            QVERIFY(relativeError(approximate, exact) < 5e-3);
        }
    }
};

QTEST_APPLESS_MAIN(TestTSneObjective)
#include "tst_tsne_objective.moc"
