// Which classes and which scores count as normal where anomalies are looked for.

#include <QtTest>

#include "core/data/MemoryDataset.h"
#include "core/inference/NormalScores.h"

using namespace hourglass;

namespace {

// Samples of the classes "bag", "coat" and "shoe", by number.
std::shared_ptr<const Dataset> labelled(std::vector<int> labels) {
    MemoryDataset::Content content;
    content.rows = static_cast<int64_t>(labels.size());
    content.sampleShape = Shape{1};
    content.floats = RawBuffer<float>::allocate(labels.size()).value();
    content.labels = std::move(labels);
    content.classNames = {"bag", "coat", "shoe"};
    return std::make_shared<MemoryDataset>(std::move(content));
}

} // namespace

class TestNormalSamples : public QObject {
    Q_OBJECT

private slots:
    void classes_trainedOn_areNormal_whereTheDataHasThem() {
        // Trained on bags and coats; of which the data holds coats alone.
        const auto training = labelled({0, 1}), data = labelled({1, 2, 2});
        const NormalClasses normal = normalClassesOf(*data, {}, training.get(), "--normal").value();
        QCOMPARE(normal.classes, std::vector<int>{1});
        QCOMPARE(QString::fromStdString(normal.reason), QString("Normal is 'coat', which the model was trained on."));
    }

    void classes_allTrainedOn_areAskedFor() {
        const auto data = labelled({1, 2, 2});
        const NormalClasses normal = normalClassesOf(*data, {}, data.get(), "--normal").value();
        QVERIFY(normal.classes.empty());
        QVERIFY(QString::fromStdString(normal.reason).contains("Name it"));
    }

    void scores_ofTraining_elseOfNormalSamples_elseOfAll() {
        const std::vector<float> training = {1, 2}, scores = {3, 4, 5};
        const auto origin = [&](std::span<const float> known, const std::vector<bool>& isAnomaly) {
            return normalScoresOf(known, scores, isAnomaly).origin;
        };
        QVERIFY(origin(training, {false, true, true}) == NormalScores::Origin::Training);
        QVERIFY(origin({}, {false, true, true}) == NormalScores::Origin::LabelledNormal);
        QCOMPARE(normalScoresOf({}, scores, {false, true, true}).scores, std::vector<float>{3});
        QVERIFY(origin({}, {}) == NormalScores::Origin::All);
        // No sample is of the class that is said to be normal.
        QVERIFY(origin({}, {true, true, true}) == NormalScores::Origin::All);
        QCOMPARE(normalScoresOf({}, scores, {true, true, true}).scores, scores);
    }
};

QTEST_APPLESS_MAIN(TestNormalSamples)
#include "tst_normal_samples.moc"
