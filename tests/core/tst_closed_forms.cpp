// Linear networks trained to where algebra says that they end: principal components, the Wiener filter, probabilistic
// principal components, weight decay. The yardstick is the eigenvectors of the rows' own covariance (Pca.h).

#include <QtTest>

#include <cmath>
#include <functional>
#include <numbers>

#include "core/analysis/Pca.h"
#include "tests/support/SmallMatrix.h"
#include "tests/support/SmallTraining.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

constexpr int64_t kRows = 2000;
constexpr std::array kVariances = {6.0, 4.0, 2.5, 0.9, 0.7, 0.5, 0.4, 0.3, 0.25, 0.2};
constexpr size_t kWidth = kVariances.size(), kCode = 3;

// The eigenvectors of the rows' covariance as columns, the one of the largest eigenvalue first.
Matrix directions(const Pca& pca) {
    const std::span<const float> components = pca.components().values();
    return Matrix(kWidth, kWidth, {components.begin(), components.end()}).transposed();
}

// The symmetric matrix of those eigenvectors and the eigenvalues f(λ).
Matrix ofVariances(const Pca& pca, const std::function<double(double)>& f) {
    const Matrix v = directions(pca);
    Matrix scaled = v;
    for (size_t i = 0; i < scaled.values.size(); ++i)
        scaled.values[i] *= f(pca.variances()[i % kWidth]);
    return scaled * v.transposed();
}

Matrix diagonal(size_t size, double value) {
    Matrix result(size, size);
    for (size_t i = 0; i < size; ++i)
        result.at(i, i) = value;
    return result;
}

// "encoder.0" [heads, D], "decoder.0" [D, K].
Matrix weight(const SmallTraining& training, const std::string& layer) {
    const Shape& shape = training.model().layout->find(layer + ".weight")->shape;
    return {static_cast<size_t>(shape[0]), static_cast<size_t>(shape[1]), training.values(layer + ".weight")};
}

Matrix bias(const SmallTraining& training, const std::string& layer) {
    const std::vector<double> values = training.values(layer + ".bias");
    return {values.size(), 1, values};
}

Matrix projector(const Matrix& columns) {
    return columns * solve(columns.transposed() * columns, columns.transposed()).second;
}

// The sine of the largest angle between two spans of as many dimensions, or a little more: √Σ sin² over all angles.
double sineBetween(const Matrix& projectorA, const Matrix& projectorB) {
    double squares = 0;
    for (const double value : sum(projectorA, projectorB, -1).values)
        squares += value * value;
    return std::sqrt(squares / 2);
}

} // namespace

class TestClosedForms : public QObject {
    Q_OBJECT

private slots:
    // Eckart and Young 1936, Baldi and Hornik 1989: the error is Σ_{j>k} λ_j and never less, and the span that of the
    // first k components.
    void undercomplete_isPrincipalComponents() {
        SmallTraining training("undercomplete", {{"model.code_size", kCode}}, m_rows);
        training.train(2000);
        double least = m_pca.totalVariance();
        for (size_t j = 0; j < kCode; ++j)
            least -= m_pca.variances()[j];
        const double ratio = training.measure().at("mse_sum") / least;
        QVERIFY2(ratio > 1 - 1e-5 && ratio < 1.001, qPrintable(QString::number(ratio, 'g', 8))); // float32 below
        const double last = m_pca.variances()[kCode - 1];
        const Matrix components = ofVariances(m_pca, [&](double variance) { return variance < last ? 0 : 1; });
        const double sine = sineBetween(projector(weight(training, "decoder.0")), components);
        QVERIFY2(sine < 0.005, qPrintable(QString::number(sine)));
    }

    // With fresh noise in every step the expected error is least at x̂ = x̄ + Σ (Σ + σ²I)⁻¹ (x − x̄), the Wiener filter,
    // which a product of two square matrices can be. W is then a regression over all rows seen while the rate is small,
    // some 10⁶: its entries have standard errors of at most 0.001 (what is left deviates less than the input in any
    // direction), and the largest of a hundred lies within four or five of them. The same noise in each step would
    // leave 0.02.
    void denoising_isTheWienerFilter() {
        const auto [w, atMean] = denoisingMap(SmallTraining::Target::Clean);
        const Matrix wiener = ofVariances(m_pca, [](double l) { return l / (l + kSigma * kSigma); });
        const double error = largest(sum(w, wiener, -1)), shift = largest(sum(atMean, m_mean, -1));
        QVERIFY2(error < 0.005 && shift < 0.005, qPrintable(QString("W %1, at the mean %2").arg(error).arg(shift)));
    }

    // The known failure: asked for the input that it gets, a network with room for it copies the noise.
    void denoising_targetIsItsInput_copies() {
        const auto [w, atMean] = denoisingMap(SmallTraining::Target::Corrupted);
        const double error = largest(sum(w, diagonal(kWidth, 1), -1));
        QVERIFY2(error < 0.001, qPrintable(QString::number(error)));
    }

    // Tipping and Bishop 1999, Lucas et al. 2019: the bound is tight at the optimum, where W Wᵀ + vI has the variances
    // λ_j in the first directions and v in the others, v the mean of what is left (equation 8). With a given v,
    // dimensions below it stay empty.
    void variational_isProbabilisticPca_data() {
        QTest::addColumn<QString>("likelihood");
        QTest::addColumn<int>("codes");
        QTest::newRow("variance 1") << "mse" << 3;
        QTest::newRow("variance 1, one dimension too many") << "mse" << 4;
        QTest::newRow("variance learnt") << "gaussian" << 3;
    }
    void variational_isProbabilisticPca() {
        QFETCH(QString, likelihood);
        QFETCH(int, codes);
        SmallTraining training("variational",
                               {{"model.code_size", codes}, {"objective.loss", likelihood.toStdString()}}, m_rows);
        training.train(3000);
        double variance = 1.0;
        if (likelihood == "gaussian") {
            variance = 0;
            for (size_t j = kCode; j < kWidth; ++j)
                variance += m_pca.variances()[j] / static_cast<double>(kWidth - kCode);
            const double learnt = std::exp(training.values("likelihood.log_variance")[0]);
            QVERIFY2(std::abs(learnt / variance - 1) < 0.005, qPrintable(QString::number(learnt / variance)));
        }
        double optimum = 0, divergence = 0;
        for (size_t j = 0; j < kWidth; ++j) {
            const double found = m_pca.variances()[j];
            const double modelled = j < kCode ? found : variance;
            optimum += 0.5 * (std::log(2 * std::numbers::pi * modelled) + found / modelled);
            divergence += 0.5 * std::log(modelled / variance);
        }
        const double exact = exactNll(training), gap = 0.01; // of 14 nats
        QVERIFY2(exact > optimum - 1e-4 && exact < optimum + gap, qPrintable(QString::number(exact - optimum)));
        // One weight log p(x, z) − log q(z | x) has hardly any variance where q is the posterior, so that its mean is
        // −ELBO far more exactly than the metric, which is as much as 1.2/√N off for one standard error.
        const double bound = training.importanceWeightedNll(1), sharper = training.importanceWeightedNll(20);
        QVERIFY2(std::abs(bound - optimum) < gap, qPrintable(QString::number(bound - optimum)));
        QVERIFY2(std::abs(sharper - exact) < 0.001, qPrintable(QString::number(sharper - exact)));
        const MetricMap metrics = training.measure();
        QVERIFY2(std::abs(metrics.at("neg_elbo") - bound) < 0.11, qPrintable(QString::number(metrics.at("neg_elbo"))));
        QVERIFY2(std::abs(metrics.at("kl") - divergence) < 0.02, qPrintable(QString::number(metrics.at("kl"))));
    }

    // Posteriors made wider by s = e^½: −ELBO grows by ½ (s − 1 − log s) for each dimension. 200 weighted samples find
    // log p(x) all the same: each weight varies by 0.29 of its mean, squared, so the estimate is too high by 0.29/400
    // and its standard error over the rows is √(0.29/200/N) = 0.0009.
    void variational_importanceWeights_findWhatTheBoundLacks() {
        SmallTraining training("variational", {{"model.code_size", kCode}, {"objective.loss", "gaussian"}}, m_rows);
        training.train(3000);
        const double before = training.measure().at("neg_elbo");
        for (float& entry : training.step().weights().values("encoder.0.bias").subspan(kCode))
            entry += 0.5f;
        training.step().weights().touch();
        const double lack = training.measure().at("neg_elbo") - before;
        const double expected = 0.5 * kCode * (std::exp(0.5) - 1.5);
        QVERIFY2(std::abs(lack - expected) < 0.05, qPrintable(QString::number(lack - expected)));
        const double gap = training.importanceWeightedNll(200) - exactNll(training);
        QVERIFY2(std::abs(gap - 0.0007) < 0.004, qPrintable(QString::number(gap)));
    }

    // ∂h/∂x = W for every x: the penalty is λ‖W‖² and pulls by 2λW. A decoder of zeros keeps the error out of it.
    void contractive_linear_isWeightDecay() {
        constexpr double kLambda = 0.3;
        SmallTraining training("contractive",
                               {{"model.code_size", kCode},
                                {"model.code_activation", "identity"},
                                {"objective.jacobian", "exact"},
                                {"objective.warmup_steps", 0},
                                {"objective.lambda", kLambda}},
                               m_rows);
        TrainingStep& step = training.step();
        std::ranges::fill(step.weights().values("decoder.0.weight"), 0.0f);
        step.weights().touch();
        constexpr int64_t kFew = 16; // float32 adds up few rows without losing much
        QCOMPARE(step.run(kFew, m_rows.values(), m_rows.values()).value(), RunOutcome::Done);
        const Matrix w = weight(training, "encoder.0");
        double squares = 0;
        for (const double value : w.values)
            squares += value * value;
        const auto term = std::ranges::find(step.lossNames(), "loss.contraction") - step.lossNames().begin();
        const double penalty = step.losses()[static_cast<size_t>(term)];
        QVERIFY2(std::abs(penalty / (kLambda * squares) - 1) < 1e-6, qPrintable(QString::number(penalty)));
        const size_t offset = static_cast<size_t>(training.model().layout->find("encoder.0.weight")->offset);
        for (size_t i = 0; i < w.values.size(); ++i) {
            const double gradient = static_cast<double>(step.gradients()[offset + i]);
            QVERIFY2(std::abs(gradient - 2 * kLambda * w.values[i]) < 1e-6, qPrintable(QString::number(gradient)));
        }
        QVERIFY(std::abs(training.measure().at("jacobian_norm") / std::sqrt(squares) - 1) < 1e-6);
    }

private:
    static constexpr double kSigma = 0.7;

    // W of x̂ = W x + b, and x̂ of the rows' mean.
    std::pair<Matrix, Matrix> denoisingMap(SmallTraining::Target target) const {
        SmallTraining training("denoising",
                               {{"model.code_size", kWidth}, {"noise.kind", "gaussian"}, {"noise.sigma", 255 * kSigma}},
                               m_rows);
        training.train(2000, target);
        const Matrix encoder = weight(training, "encoder.0"), decoder = weight(training, "decoder.0");
        const Matrix code = sum(encoder * m_mean, bias(training, "encoder.0"));
        return {decoder * encoder, sum(decoder * code, bias(training, "decoder.0"))};
    }

    // −log N(x; b, C), C = W Wᵀ + vI, averaged over the rows: ½ (D log 2π + log det C + tr C⁻¹ (Σ + (x̄ − b)(x̄ − b)ᵀ)).
    double exactNll(const SmallTraining& training) const {
        const bool isLearnt = training.model().layout->find("likelihood.log_variance") != nullptr;
        const double variance = isLearnt ? std::exp(training.values("likelihood.log_variance")[0]) : 1.0;
        const Matrix w = weight(training, "decoder.0"), shift = sum(m_mean, bias(training, "decoder.0"), -1);
        const Matrix spread = sum(ofVariances(m_pca, [](double l) { return l; }), shift * shift.transposed());
        const auto [logDeterminant, ratio] = solve(sum(w * w.transposed(), diagonal(kWidth, variance)), spread);
        double trace = 0;
        for (size_t i = 0; i < kWidth; ++i)
            trace += ratio.at(i, i);
        return 0.5 * (kWidth * std::log(2 * std::numbers::pi) + logDeterminant + trace);
    }

    const Tensor m_rows = gaussianRows(kRows, kVariances);
    const Pca m_pca = Pca::fit(m_rows);
    const Matrix m_mean{kWidth, 1, m_pca.mean()};
};

QTEST_APPLESS_MAIN(TestClosedForms)
#include "tst_closed_forms.moc"
