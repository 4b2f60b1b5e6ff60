// What `evaluate` says of a variational autoencoder, computed a second time outside: by NumPy, from the exported
// safetensors file alone (importance_weighted_nll.py).

#include <QtTest>

#include <cmath>
#include <numeric>

#include "core/data/OpenDataset.h"
#include "core/formats/Npy.h"
#include "tests/support/CommandLine.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

class TestImportanceWeightedNll : public QObject {
    Q_OBJECT

private slots:
    void evaluate_agreesWithNumPy() {
        const QString python = pythonWithNumPy();
        if (python.isEmpty())
            QSKIP("there is no python3 with NumPy (apt install python3-numpy)");
        DataOptions few;
        few.limit = kSamples;
        const Result<OpenedDataset> opened = openSource("fashion-mnist:test", few, {});
        if (!opened)
            QSKIP(opened.error().message().c_str());
        const Dataset& dataset = *opened->dataset;
        std::vector<int64_t> rows(static_cast<size_t>(dataset.size()));
        std::iota(rows.begin(), rows.end(), int64_t{0});
        Tensor samples(dataset.sampleShape().batch(dataset.size()));
        dataset.read(rows, samples.values());
        writeNpy(m_folder / "samples.npy", samples).value();

        succeed({"new", "--family", "variational", "--data", "fashion-mnist:train", "--set", "data.limit=12000",
                 "--set", "model.layers=[32]", "--set", "model.code_size=4", "--set", "training.epochs=4", "-o",
                 "e.hourglass"});
        succeed({"train", "e.hourglass", "--run", "run"});
        succeed({"export", "run", "--format", "safetensors", "-o", "model.safetensors"});
        const auto evaluated = succeed({"evaluate", "run", "--data", "npy:samples.npy", "--json"});
        const auto ours = evaluated["metrics"];
        const CommandResult result =
            runCommand(python, {HOURGLASS_NUMPY_SCRIPT, "model.safetensors", "samples.npy"}, folder());
        QVERIFY2(result.status == 0, result.errors.constData());
        const auto theirs = result.json();
        const auto difference = [&](const char* name) {
            return std::abs(ours[name].get<double>() - theirs[name].get<double>());
        };
        const auto error = [&](const char* name) { return theirs[name].get<double>(); };
        const QByteArray both = QByteArray::fromStdString(ours.dump() + '\n' + theirs.dump());
        QVERIFY2(difference("kl") < 1e-5 * ours["kl"].get<double>(), both.constData()); // nothing random
        double sum = 0;
        for (const auto& each : evaluated["kl_per_dimension"])
            sum += each.get<double>();
        QCOMPARE(evaluated["kl_per_dimension"].size(), size_t{4});
        QVERIFY2(std::abs(sum / ours["kl"].get<double>() - 1) < 1e-5, both.constData());
        // Four standard errors: ours draws once for −ELBO, where theirs has 200 draws; for iw_nll ours is one
        // estimate of 100 draws, theirs the mean of two, so that their difference has 1 + 1/2 times the variance.
        QVERIFY2(difference("neg_elbo") < 4 * error("neg_elbo_error"), both.constData());
        const double bound = 4 * std::sqrt(1.5) * error("iw_nll_error");
        QVERIFY2(bound < 0.2, both.constData()); // tight enough to tell the estimate from −ELBO, some nats away
        QVERIFY2(difference("iw_nll") < bound, both.constData());
        QVERIFY2(ours["iw_nll"].get<double>() < ours["neg_elbo"].get<double>() - 0.5, both.constData());
    }

private:
    static constexpr int64_t kSamples = 1200;

    // The first on the path need not be the one that Debian's package serves.
    static QString pythonWithNumPy() {
        for (const char* python : {"python3", "/usr/bin/python3"})
            if (runCommand(python, {"-c", "import numpy"}).status == 0)
                return python;
        return {};
    }

    QString folder() const { return QString::fromStdString(m_folder.path().string()); }

    nlohmann::json succeed(const QStringList& arguments) const {
        const CommandResult result = runCommand(QStringLiteral(HOURGLASS_CLI), arguments, folder());
        if (result.status != 0)
            qFatal("%s: %s", qPrintable(arguments.join(' ')), result.errors.constData());
        return result.json();
    }

    const TemporaryFolder m_folder;
};

QTEST_GUILESS_MAIN(TestImportanceWeightedNll)
#include "tst_importance_weighted_nll.moc"
