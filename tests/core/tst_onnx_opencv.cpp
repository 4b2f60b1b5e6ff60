// What we export, computed by a reader that is not ours: OpenCV's dnn.

#include <QtTest>

#include <opencv2/dnn.hpp>

#include "core/base/Random.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/io/ExportModel.h"
#include "tests/support/SmallModels.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

Tensor randomBatch(const Shape& shape) {
    Tensor batch(shape);
    RandomStream(11).fillUniform(batch.values());
    return batch;
}

Tensor runOurs(const Graph& graph, const LoadedModel& model, const std::string& input, const std::string& output,
               const Tensor& batch, Executor& executor) {
    SymbolSizes sizes = model.model->sizes(batch.shape()[0]);
    if (model.model->takesAnySize()) {
        const int64_t shrunk = input == "code" ? model.model->sizeMultiple : 1;
        sizes.h = batch.shape()[2] * shrunk;
        sizes.w = batch.shape()[3] * shrunk;
    }
    auto program = executor.compile(graph, model.weights, {.sizes = sizes}).value();
    program->bindInput(input, batch.values());
    const bool wantsMap = program->hasInput("noise_level");
    const Tensor map = wantsMap ? randomBatch(program->inputShape(program->inputSlot("noise_level"))) : Tensor();
    if (wantsMap)
        program->bindInput("noise_level", map.values());
    program->run();
    return program->outputTensor(output);
}

cv::Mat toMat(const Tensor& tensor) {
    std::vector<int> sizes(tensor.shape().sizes().begin(), tensor.shape().sizes().end());
    return cv::Mat(sizes, CV_32F, const_cast<float*>(tensor.data())).clone();
}

double largestDifference(const Tensor& ours, const cv::Mat& theirs) {
    if (theirs.total() != static_cast<size_t>(ours.elements()) || !theirs.isContinuous())
        return 1e9;
    double largest = 0;
    for (int64_t i = 0; i < ours.elements(); ++i)
        largest = std::max(largest, std::abs(static_cast<double>(ours.data()[i] - theirs.ptr<float>()[i])));
    return largest;
}

} // namespace

class TestOnnxOpenCv : public QObject {
    Q_OBJECT

    std::unique_ptr<Executor> m_executor = makeOneDnnExecutor();
    double m_largest = 0;

    void compare(const LoadedModel& model, ModelPart part, const Shape& sample) {
        const TemporaryFolder folder;
        const auto path = folder / "model.onnx";
        QVERIFY(exportModel(model, "onnx", path, {.part = part}, *m_executor).ok());
        compareFile(path, model, part, sample);
        if (model.model->takesAnySize()) { // one file for all sizes
            const int64_t multiple = part == ModelPart::Decoder ? 1 : model.model->sizeMultiple;
            for (const auto& [down, across] : {std::pair{3, 1}, {1, 5}})
                compareFile(path, model, part, {sample[0], sample[1] + down * multiple, sample[2] + across * multiple});
        }
    }

    void compareFile(const std::filesystem::path& path, const LoadedModel& model, ModelPart part, const Shape& sample) {
        const std::string input = part == ModelPart::Decoder ? "code" : "input";
        const std::string output = part == ModelPart::Encoder ? "code" : "reconstruction";
        for (const int64_t n : {1, 5}) {
            cv::dnn::Net net = cv::dnn::readNetFromONNX(path.string());
            std::vector<int64_t> sizes = {n};
            sizes.insert(sizes.end(), sample.sizes().begin(), sample.sizes().end());
            const Tensor batch = randomBatch(Shape(sizes));
            net.setInput(toMat(batch), input);
            if (part == ModelPart::Autoencoder && model.model->wantsNoiseLevel())
                net.setInput(toMat(randomBatch(Shape{n, 1, sample[1] / 2, sample[2] / 2})), "noise_level");
            const cv::Mat theirs = net.forward(output);
            const Tensor ours = runOurs(partGraph(*model.model, part), model, input, output, batch, *m_executor);
            const double difference = largestDifference(ours, theirs);
            m_largest = std::max(m_largest, difference);
            QVERIFY2(difference <= 1e-4,
                     qPrintable(QString("%1: %2").arg(batch.shape().toString().c_str()).arg(difference)));
            QCOMPARE(theirs.dims, ours.shape().rank());
        }
    }

private slots:
    void cleanupTestCase() { qInfo("largest difference to OpenCV %s: %g", CV_VERSION, m_largest); }

    void openCv_everyModel_agrees_data() {
        QTest::addColumn<int>("model");
        const std::vector<ModelCase> cases = modelCases();
        for (size_t i = 0; i < cases.size(); ++i)
            QTest::addRow("%s", cases[i].name.c_str()) << static_cast<int>(i);
    }
    void openCv_everyModel_agrees() {
        QFETCH(int, model);
        const ModelCase c = modelCases().at(static_cast<size_t>(model));
        compare(smallModel(c.family, c.architecture, c.settings, c.sampleShape), ModelPart::Autoencoder, c.sampleShape);
    }

    void openCv_partsAlone_agree() {
        compare(smallModel(), ModelPart::Encoder, {1, 6, 5});
        compare(smallModel(), ModelPart::Decoder, {3});
        const LoadedModel spatial =
            smallModel("undercomplete", "convolutional",
                       {{"model.layers", {7, 5}}, {"model.code_size", 3}, {"model.code", "spatial"}}, {2, 16, 8});
        compare(spatial, ModelPart::Encoder, {2, 16, 8});
        compare(spatial, ModelPart::Decoder, {3, 4, 2});
    }

    void openCv_theUsualSize_agrees() {
        compare(smallModel("undercomplete", "dense", {}, {1, 28, 28}), ModelPart::Autoencoder, {1, 28, 28});
    }
};

QTEST_GUILESS_MAIN(TestOnnxOpenCv)
#include "tst_onnx_opencv.moc"
