#include <QtTest>

#include "core/base/AtomicFile.h"
#include "core/formats/Safetensors.h"
#include "core/formats/StrictJson.h"
#include "tests/core/HostileFiles.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

const std::string kTwo = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                         R"("b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]},"__metadata__":{"k":"v"}})";
const std::string kTwoData = bytesOf({1.0f, 2.0f}) + "abc";

std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

} // namespace

class TestSafetensors : public QObject {
    Q_OBJECT

    TemporaryFolder m_folder;

    std::filesystem::path file(const std::string& content) {
        writeText(m_folder / "file", content);
        return m_folder / "file";
    }
    bool readsWhole(const std::string& content) {
        const Result<SafetensorsFile> opened = openSafetensors(file(content));
        if (!opened)
            return false;
        for (const TensorEntry& entry : opened->tensors)
            if (!opened->read(entry.name))
                return false;
        return true;
    }

private slots:
    void open_valid_entriesAndMetadata() {
        const SafetensorsFile opened = openSafetensors(file(safetensorsFile(kTwo, kTwoData))).value();
        QCOMPARE(opened.tensors.size(), size_t{2});
        QCOMPARE(opened.metadata.at("k"), std::string("v"));
        QCOMPARE(opened.read("a").value().data()[1], 2.0f);
        QCOMPARE(opened.read("b").value().data()[2], float{'c'});
        QVERIFY(opened.readArray("b")->isBytes());
        const Error missing = opened.read("c").error();
        QVERIFY(missing.code() == ErrorCode::NotFound && missing.message().find("a, b") != std::string::npos);
    }

    void read_everyType_asNumbers_data() {
        QTest::addColumn<QString>("dtype");
        QTest::addColumn<QByteArray>("data");
        const auto row = [](const char* dtype, const std::string& data) {
            QTest::newRow(dtype) << dtype << QByteArray::fromStdString(data);
        };
        row("F32", bytesOf({1.0f, -2.0f}));
        row("F64", bytesOf({1.0, -2.0}));
        row("F16", bytesOf<uint16_t>({0x3C00, 0xC000}));
        row("BF16", bytesOf<uint16_t>({0x3F80, 0xC000}));
        row("I64", bytesOf<int64_t>({1, -2}));
        row("I32", bytesOf<int32_t>({1, -2}));
    }
    void read_everyType_asNumbers() {
        QFETCH(QString, dtype);
        QFETCH(QByteArray, data);
        const std::string header = one(dtype.toStdString(), "[2]", fmt::format("[0,{}]", data.size()));
        const Tensor tensor = openSafetensors(file(safetensorsFile(header, data.toStdString())))->read("a").value();
        QCOMPARE(tensor.data()[0], 1.0f);
        QCOMPARE(tensor.data()[1], -2.0f);
    }

    void open_hostile_refused_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const std::string& content, const char* says) {
            QTest::newRow(name) << QByteArray::fromStdString(content) << says;
        };
        const auto header = [&](const char* name, const std::string& text, const std::string& data, const char* says) {
            row(name, safetensorsFile(text, data), says);
        };
        row("empty", "", "only 0 bytes");
        row("header past the end", bytesOf(uint64_t{1000}) + "{}", "claims 1000 bytes");
        row("header of 2^63", bytesOf(uint64_t{1} << 63) + "{}", "claims 9223372036854775808");
        header("no object", "[]", "", "not a JSON object");
        header("no json", "{nope}", "", "not valid");
        header("duplicate tensor",
               R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
               R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
               "x", "the key 'a' twice");
        header("duplicate field", R"({"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "x",
               "twice");
        header("deep", std::string(2000, '[') + std::string(2000, ']'), "", "nested deeper");
        header("hole", one("U8", "[1]", "[1,2]"), "xy", "leaves a hole");
        header("overlap",
               R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
               R"("b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
               "xyz", "overlaps");
        header("trailing data", one("U8", "[1]", "[0,1]"), "xy", "1 of the 2 bytes");
        header("past the data", one("U8", "[9]", "[0,9]"), "xy", "outside");
        header("backwards", one("U8", "[1]", "[1,0]"), "x", "outside");
        header("size mismatch", one("F32", "[2]", "[0,4]"), "abcd", "needs 8 bytes");
        header("overflow", one("F32", "[4294967296,4294967296,4294967296]", "[0,0]"), "", "impossible shape");
        header("negative", one("U8", "[-1]", "[0,0]"), "", "impossible shape");
        header("fraction", one("U8", "[1.0]", "[0,1]"), "x", "impossible shape");
        header("huge number", one("U8", "[99999999999999999999]", "[0,1]"), "x", "impossible shape");
        header("dtype", one("C64", "[1]", "[0,8]"), "abcdefgh", "the dtype 'C64'");
        header("extra field", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}})", "x", "not described");
        header("metadata number", R"({"__metadata__":{"a":1}})", "", "not a text");
        header("metadata list", R"({"__metadata__":[]})", "", "not an object");
        std::string many = "{";
        for (int i = 0; i <= 65536; ++i)
            many += fmt::format(R"({}"{}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})", i > 0 ? "," : "", i);
        header("too many", many + "}", "", "names 65537 tensors");
        header("bad utf-8", "{\"\xFF\":{}}", "", "not valid");
    }
    void open_hostile_refused() {
        QFETCH(QByteArray, content);
        QFETCH(QString, says);
        const Result<SafetensorsFile> opened = openSafetensors(file(content.toStdString()));
        QVERIFY(!opened);
        const QString message = QString::fromStdString(opened.error().message());
        QVERIFY2(message.contains(says) && message.contains("file"), qPrintable(message));
    }

    void open_truncatedOrChanged_neverCrashes() {
        const std::string valid = safetensorsFile(kTwo, kTwoData);
        QVERIFY(readsWhole(valid));
        const auto read = [this](const std::string& content) { return readsWhole(content); };
        QCOMPARE(firstTruncationAccepted(valid, read), int64_t{-1});
        readWithBytesChanged(valid, read);
    }

    void write_mixedTypes_roundTripAlignedAndDeterministic() {
        Tensor weights(Shape{2, 3});
        for (int i = 0; i < 6; ++i)
            weights.data()[i] = static_cast<float>(i) * 0.5f;
        const std::vector<int64_t> steps{int64_t{1} << 40, -1};
        const std::vector<uint8_t> flags{1, 2, 3};
        const auto write = [&](const char* name) {
            return writeSafetensors(m_folder / name,
                                    {NamedTensorView::of("flags", {3}, flags), NamedTensorView::of("w \"ü\"", weights),
                                     NamedTensorView::of("steps", {2}, steps),
                                     NamedTensorView::of("none", {0, 5}, std::span<const float>())},
                                    {{"z", "1"}, {"a", "{\"json\": true}"}});
        };
        QVERIFY(write("1").ok() && write("2").ok());
        QCOMPARE(readFile(m_folder / "1").value(), readFile(m_folder / "2").value());
        const SafetensorsFile opened = openSafetensors(m_folder / "1").value();
        QCOMPARE(opened.metadata.at("a"), std::string("{\"json\": true}"));
        for (const TensorEntry& entry : opened.tensors)
            QCOMPARE(entry.offset % elementSize(entry.type), uint64_t{0});
        QCOMPARE(opened.tensors.front().offset % 8, uint64_t{0});
        QCOMPARE(opened.read("w \"ü\"").value().data()[5], 2.5f);
        QVERIFY(opened.read("none").value().shape() == (Shape{0, 5}));
        std::vector<int64_t> back(2);
        QVERIFY(opened.readBytes(*opened.find("steps"), std::as_writable_bytes(std::span(back))).ok());
        QCOMPARE(back, steps);
    }

    void write_nothing_readsBack() {
        QVERIFY(writeSafetensors(m_folder / "none", {}).ok());
        QVERIFY(openSafetensors(m_folder / "none")->tensors.empty());
    }

    void write_brokenContract_throws() {
        const Tensor tensor(Shape{2});
        const std::vector<NamedTensorView> twice{NamedTensorView::of("a", tensor), NamedTensorView::of("a", tensor)};
        QVERIFY_EXCEPTION_THROWN((void)writeSafetensors(m_folder / "x", twice), ContractError);
        QVERIFY_EXCEPTION_THROWN(
            (void)writeSafetensors(m_folder / "x", {NamedTensorView::of("a", {3}, tensor.values())}), ContractError);
        QVERIFY(!std::filesystem::exists(m_folder / "x"));
    }

    void write_diskFull_previousFileStays() {
        const Tensor small(Shape{2}), large(Shape{10000});
        QVERIFY(writeSafetensors(m_folder / "kept", {NamedTensorView::of("a", small)}).ok());
        {
            const FullDisk full(2000);
            const Result<void> written = writeSafetensors(m_folder / "kept", {NamedTensorView::of("a", large)});
            QVERIFY(!written && written.error().code() == ErrorCode::WriteFailed);
        }
        QVERIFY(openSafetensors(m_folder / "kept")->tensors.front().shape == (Shape{2}));
        const auto files = std::distance(std::filesystem::directory_iterator(m_folder.path()), {});
        QVERIFY2(files <= 5, "a temporary file was left behind");
    }

    void strictJson_nestingAtTheLimit_accepted() {
        QVERIFY(parseStrictJson("[[[]]]", 3).ok());
        QVERIFY(!parseStrictJson("[[[[]]]]", 3).ok());
        QVERIFY(parseStrictJson(R"({"a":{"x":1},"b":{"x":2}})").ok());
    }
};

QTEST_APPLESS_MAIN(TestSafetensors)
#include "tst_safetensors.moc"
