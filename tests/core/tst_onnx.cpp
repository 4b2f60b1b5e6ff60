// The ONNX emitters and readers, op by op, and files that nobody should be able to hurt us with.

#include <QtTest>

#include <onnx/onnx_pb.h>

#include "core/base/AtomicFile.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/io/Inspect.h"
#include "core/io/Probe.h"
#include "core/io/exporters/OnnxExporter.h"
#include "core/io/importers/OnnxImporter.h"
#include "tests/support/OpCases.h"
#include "tests/support/SmallModels.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

QString text(const Error& error) {
    return QString::fromStdString(error.message());
}

// input [N, 6] → Relu → output "code", as bytes that a test can bend.
onnx::ModelProto tinyModel() {
    const TemporaryFolder folder;
    Graph graph;
    const NodeId x = graph.input("input", {Dim::n(), 6});
    const NodeId w = graph.parameter("encoder.0.weight", {4, 6}), b = graph.parameter("encoder.0.bias", {4});
    graph.setOutput("code", graph.unary(OpKind::Relu, graph.add(graph.matMul(x, w, false, true), b)));
    const ParameterStore store(std::make_shared<ArenaLayout>(graph));
    writeOnnxGraph(graph, store, "tiny", {}, folder / "x.onnx").value();
    onnx::ModelProto model;
    model.ParseFromString(readFile(folder / "x.onnx").value());
    return model;
}

Result<ImportedNetwork> import(const onnx::ModelProto& model) {
    const TemporaryFolder folder;
    writeText(folder / "bent.onnx", model.SerializeAsString());
    return importOnnx(folder / "bent.onnx");
}

using Bend = std::function<void(onnx::ModelProto&)>;

} // namespace

Q_DECLARE_METATYPE(Bend)

class TestOnnx : public QObject {
    Q_OBJECT

    std::unique_ptr<Executor> m_executor = makeOneDnnExecutor();

private slots:
    void op_writtenAndRead_computesTheSame_data() {
        QTest::addColumn<int>("number");
        const std::vector<OpCase> cases = opCases();
        for (size_t i = 0; i < cases.size(); ++i)
            QTest::addRow("%s", cases[i].name.c_str()) << static_cast<int>(i);
    }
    void op_writtenAndRead_computesTheSame() {
        QFETCH(int, number);
        const OpCase c = opCases().at(static_cast<size_t>(number));
        for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{3, 5}, {1, 1}, {4, 17}}) {
            ImportedNetwork original;
            original.graph.setOutput("y", c.build(original.graph, rows, columns));
            original.weights = std::make_shared<ParameterStore>(std::make_shared<ArenaLayout>(original.graph));
            for (const auto& [name, values] : drawOperands(c, original.graph, 7))
                std::transform(values.begin(), values.end(), original.weights->values(name).begin(),
                               [](double v) { return static_cast<float>(v); });
            const TemporaryFolder folder;
            const auto written = writeOnnxGraph(original.graph, *original.weights, "op", {}, folder / "op.onnx");
            if (c.op == OpKind::ConvolveWeights || c.op == OpKind::BilinearTransposed) { // gradients only
                QVERIFY(!written && text(written.error()).contains("no form in ONNX"));
                continue;
            }
            QVERIFY2(written.ok(), written ? "" : qPrintable(text(written.error())));
            const auto reread = importOnnx(folder / "op.onnx");
            QVERIFY2(reread.ok(), reread ? "" : qPrintable(text(reread.error())));
            const auto probe = compareNetworks(original, *reread, {}, *m_executor);
            QVERIFY2(probe.ok(), probe ? "" : qPrintable(text(probe.error())));
            QVERIFY2(probe->largestDifference <= 4e-6 * (1 + probe->largestMagnitude),
                     qPrintable(QString::number(probe->largestDifference)));
        }
    }

    // Several outputs, one of them used further, one a copy of another, one an input: the evaluation graph has them
    // all.
    void graph_severalOutputs_allKept() {
        const LoadedModel model = smallModel();
        ImportedNetwork original{model.model->evaluation, model.weights};
        original.graph.setOutput("again", original.graph.output("code"));
        original.graph.setOutput("seen", original.graph.nodesOf(OpKind::Input).front());
        const TemporaryFolder folder;
        const auto written = writeOnnxGraph(original.graph, *original.weights, "all", {}, folder / "all.onnx");
        QVERIFY2(written.ok(), written ? "" : qPrintable(text(written.error())));
        const auto reread = importOnnx(folder / "all.onnx");
        QVERIFY2(reread.ok(), reread ? "" : qPrintable(text(reread.error())));
        QCOMPARE(reread->graph.outputs().size(), original.graph.outputs().size());
        const auto probe = compareNetworks(original, *reread, {}, *m_executor);
        QVERIFY2(probe.ok(), probe ? "" : qPrintable(text(probe.error())));
        QVERIFY(probe->largestDifference <= 1e-5);
    }

    void graph_picturesOfAnySize_reshapedBySymbols() {
        Graph graph;
        const NodeId x = graph.input("input", {Dim::n(), 2, Dim::h(), Dim::w()});
        graph.setOutput("y", graph.reshape(graph.unary(OpKind::Tanh, x), {Dim::n(), 1, 2, Dim::h(), Dim::w()}));
        const auto store = std::make_shared<ParameterStore>(std::make_shared<ArenaLayout>(graph));
        const TemporaryFolder folder;
        const auto written = writeOnnxGraph(graph, *store, "x", {}, folder / "x.onnx");
        // N stays in place, one of H and W would have to be guessed beside the other: ONNX cannot say it in constants.
        QVERIFY(!written);
        QVERIFY(text(written.error()).contains("no form in ONNX"));
        graph.setOutput("y", graph.reshape(graph.unary(OpKind::Tanh, x), {Dim::n(), 1, Dim::h(), Dim::w(), 2}));
        QVERIFY(writeOnnxGraph(graph, *store, "x", {}, folder / "x.onnx").ok());
        const auto reread = importOnnx(folder / "x.onnx");
        QVERIFY2(reread.ok(), reread ? "" : qPrintable(text(reread.error())));
        QVERIFY(reread->graph.shape(reread->graph.output("y")) == graph.shape(graph.output("y")));
    }

    void import_bentFile_refusedWithReason_data() {
        QTest::addColumn<Bend>("bend");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const char* says, Bend bend) { QTest::newRow(name) << bend << says; };
        row("unknown op", "(\"LSTM\"): Hourglass does not read this op",
            [](auto& m) { m.mutable_graph()->mutable_node(0)->set_op_type("LSTM"); });
        row("other domain", "belongs to \"com.example\"",
            [](auto& m) { m.mutable_graph()->mutable_node(0)->set_domain("com.example"); });
        row("missing input", "nothing before it makes its input \"ghost\"",
            [](auto& m) { m.mutable_graph()->mutable_node(0)->set_input(0, "ghost"); });
        row("cycle", "nothing before it makes its input \"code\"",
            [](auto& m) { m.mutable_graph()->mutable_node(0)->set_input(0, "code"); });
        row("itself", "nothing before it makes its input",
            [](auto& m) { m.mutable_graph()->mutable_node(1)->set_input(0, "code"); });
        row("name twice", "given twice", [](auto& m) { m.mutable_graph()->mutable_node(1)->set_output(0, "input"); });
        row("inputs", "it has 1 inputs",
            [](auto& m) { m.mutable_graph()->mutable_node(0)->mutable_input()->DeleteSubrange(1, 2); });
        row("no output", "it has 0 outputs", [](auto& m) { m.mutable_graph()->mutable_node(0)->clear_output(); });
        row("attribute", "attribute \"surprise\"", [](auto& m) {
            auto* attribute = m.mutable_graph()->mutable_node(0)->add_attribute();
            attribute->set_name("surprise");
        });
        row("attribute type", "attribute transB has another type", [](auto& m) {
            for (auto& attribute : *m.mutable_graph()->mutable_node(0)->mutable_attribute())
                if (attribute.name() == "transB")
                    attribute.set_type(onnx::AttributeProto::STRING);
        });
        row("shapes", "inner sizes", [](auto& m) {
            for (auto& attribute : *m.mutable_graph()->mutable_node(0)->mutable_attribute())
                if (attribute.name() == "transB")
                    attribute.set_i(0);
        });
        row("short weights", "need 96 bytes for their shape but have 92",
            [](auto& m) { m.mutable_graph()->mutable_initializer(0)->mutable_raw_data()->resize(92); });
        row("huge weights", "impossible shape",
            [](auto& m) { m.mutable_graph()->mutable_initializer(0)->set_dims(0, int64_t{1} << 62); });
        row("negative weights", "impossible shape",
            [](auto& m) { m.mutable_graph()->mutable_initializer(0)->set_dims(0, -4); });
        row("doubles", "are not float32",
            [](auto& m) { m.mutable_graph()->mutable_initializer(0)->set_data_type(onnx::TensorProto::DOUBLE); });
        row("external", "weights in other files",
            [](auto& m) { m.mutable_graph()->mutable_initializer(0)->set_data_location(onnx::TensorProto::EXTERNAL); });
        row("opset", "only opset 13", [](auto& m) { m.mutable_opset_import(0)->set_version(17); });
        row("input size", "impossible size -1", [](auto& m) {
            auto* type = m.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
            type->mutable_shape()->mutable_dim(1)->set_dim_value(-1);
        });
        row("input symbol", "\"batch\" is not one of N, H, W", [](auto& m) {
            auto* type = m.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
            type->mutable_shape()->mutable_dim(0)->set_dim_param("batch");
        });
        row("input type", "is not a float32 tensor", [](auto& m) {
            m.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
                onnx::TensorProto::INT8);
        });
        row("output shape", "is said to be [N, 9], but is [N, 4]", [](auto& m) {
            auto* type = m.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type();
            type->mutable_shape()->mutable_dim(1)->set_dim_value(9);
        });
        row("output name", "no node makes the output",
            [](auto& m) { m.mutable_graph()->mutable_output(0)->set_name("ghost"); });
        row("no outputs", "it has no output", [](auto& m) { m.mutable_graph()->clear_output(); });
        row("many nodes", "it has 20002 nodes", [](auto& m) {
            for (int i = 0; i < 20000; ++i)
                *m.mutable_graph()->add_node() = m.graph().node(1);
        });
        row("not text", "does not read this op",
            [](auto& m) { m.mutable_graph()->mutable_node(0)->set_op_type("\xff\xfe\x80"); });
    }
    void import_bentFile_refusedWithReason() {
        QFETCH(Bend, bend);
        QFETCH(QString, says);
        onnx::ModelProto model = tinyModel();
        QVERIFY(import(model).ok());
        bend(model);
        const auto result = import(model);
        QVERIFY(!result);
        QVERIFY2(text(result.error()).contains(says) && text(result.error()).contains("bent.onnx"),
                 qPrintable(text(result.error())));
    }

    // Two bytes of file each cost a hundred in memory; the parser must not get to see them.
    void import_floodOfSmallMessages_refusedBeforeParsing() {
        const TemporaryFolder folder;
        std::string flood = tinyModel().SerializeAsString();
        std::string nodes;
        for (int i = 0; i < 9 << 20; ++i)
            nodes += std::string("\x0a\x00", 2); // GraphProto.node, empty
        onnx::ModelProto shell;
        shell.set_doc_string(nodes);
        std::string graph = shell.SerializeAsString();
        graph[0] = 0x3a; // doc_string (6) becomes graph (7)
        writeText(folder / "flood.onnx", flood + graph);
        const auto result = importOnnx(folder / "flood.onnx");
        QVERIFY(!result);
        QVERIFY2(text(result.error()).contains("beside its weights"), qPrintable(text(result.error())));
    }

    void import_deepNesting_refused() {
        onnx::ModelProto model = tinyModel();
        onnx::GraphProto* graph = model.mutable_graph();
        for (int i = 0; i < 60; ++i)
            graph = graph->add_node()->add_attribute()->mutable_g();
        const auto result = import(model);
        QVERIFY(!result);
        QCOMPARE(result.error().code(), ErrorCode::Unreadable);
    }

    // A file as PyTorch would write it: known ops, no description of ours.
    void load_otherProgramsModel_refusedNamingIt() {
        const TemporaryFolder folder;
        onnx::ModelProto model = tinyModel();
        model.set_producer_name("pytorch");
        writeText(folder / "other.onnx", model.SerializeAsString());
        const auto loaded = loadModel(folder / "other.onnx");
        QVERIFY(!loaded);
        QVERIFY2(text(loaded.error()).contains("was written by \"pytorch\""), qPrintable(text(loaded.error())));
        const auto seen = inspectFile(folder / "other.onnx");
        QVERIFY(seen.ok());
        QCOMPARE((*seen)["kind"], Json("onnx"));
        QCOMPARE((*seen)["shape"], Json({"N", 6}));
    }
};

QTEST_GUILESS_MAIN(TestOnnx)
#include "tst_onnx.moc"
