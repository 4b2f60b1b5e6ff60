#include <QtTest>

#include <fstream>

#include <zip.h>
#include <zlib.h>

#include "core/base/AtomicFile.h"
#include "core/base/Memory.h"
#include "core/formats/ContentHash.h"
#include "core/formats/Idx.h"
#include "core/formats/Npy.h"
#include "core/formats/Npz.h"
#include "tests/core/HostileFiles.h"

// .npy, .npz, IDX and gzip: what is valid is read exactly, what lies is refused with a reason.

using namespace hourglass;
using namespace hourglass::test;

namespace {

std::string gzipped(const std::string& content) {
    z_stream state{};
    deflateInit2(&state, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string packed(content.size() + 64, '\0');
    state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    state.avail_in = static_cast<uInt>(content.size());
    state.next_out = reinterpret_cast<Bytef*>(packed.data());
    state.avail_out = static_cast<uInt>(packed.size());
    deflate(&state, Z_FINISH);
    packed.resize(state.total_out);
    deflateEnd(&state);
    return packed;
}

void writeZip(const std::filesystem::path& path, const std::map<std::string, std::string>& entries, bool deflated) {
    int error = 0;
    zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
    for (const auto& [name, content] : entries) {
        const zip_int64_t index =
            zip_file_add(archive, name.c_str(), zip_source_buffer(archive, content.data(), content.size(), 0), 0);
        zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE,
                                 9);
    }
    zip_close(archive);
}

std::vector<float> floatsOf(const NumericArray& array) {
    const Tensor tensor = array.toTensor();
    return {tensor.values().begin(), tensor.values().end()};
}

const std::vector<float> kSix{0, 1, 2, 3, 4, 5};
const std::string kSixFloats = bytesOf({0.0f, 1.0f, 2.0f, 3.0f, 4.0f, 5.0f});

} // namespace

class TestArrayFiles : public QObject {
    Q_OBJECT

    TemporaryFolder m_folder;

    std::filesystem::path file(const std::string& content) {
        writeText(m_folder / "file", content);
        return m_folder / "file";
    }

private slots:
    void readNpy_everyType_asNumbers_data() {
        QTest::addColumn<QByteArray>("content");
        const auto row = [](const char* name, const std::string& type, const std::string& values) {
            QTest::newRow(name) << QByteArray::fromStdString(npyFile(type, false, "(2, 3)", values));
        };
        row("<f4", "<f4", kSixFloats);
        row(">f4", ">f4", bytesOf({0.0f, 1.0f, 2.0f, 3.0f, 4.0f, 5.0f}, true));
        row("<f8", "<f8", bytesOf({0.0, 1.0, 2.0, 3.0, 4.0, 5.0}));
        row(">f8", ">f8", bytesOf({0.0, 1.0, 2.0, 3.0, 4.0, 5.0}, true));
        row("<f2", "<f2", bytesOf<uint16_t>({0, 0x3C00, 0x4000, 0x4200, 0x4400, 0x4500}));
        row(">f2", ">f2", bytesOf<uint16_t>({0, 0x3C00, 0x4000, 0x4200, 0x4400, 0x4500}, true));
        row("|u1", "|u1", bytesOf<uint8_t>({0, 1, 2, 3, 4, 5}));
        row("|i1", "|i1", bytesOf<int8_t>({0, 1, 2, 3, 4, 5}));
        row(">u2", ">u2", bytesOf<uint16_t>({0, 1, 2, 3, 4, 5}, true));
        row("<i2", "<i2", bytesOf<int16_t>({0, 1, 2, 3, 4, 5}));
        row("<i4", "<i4", bytesOf<int32_t>({0, 1, 2, 3, 4, 5}));
        row(">i8", ">i8", bytesOf<int64_t>({0, 1, 2, 3, 4, 5}, true));
        row("<u8", "<u8", bytesOf<uint64_t>({0, 1, 2, 3, 4, 5}));
        QTest::newRow("fortran") << QByteArray::fromStdString(
            npyFile("<f4", true, "(2, 3)", bytesOf({0.0f, 3.0f, 1.0f, 4.0f, 2.0f, 5.0f})));
        QTest::newRow("fortran bytes") << QByteArray::fromStdString(
            npyFile("|u1", true, "(2, 3)", bytesOf<uint8_t>({0, 3, 1, 4, 2, 5})));
        QTest::newRow("keys in another order, Python 2") << QByteArray::fromStdString(
            npyFile("{\"shape\":(2L,3L),\"fortran_order\":False,\"descr\":\"<f4\"}", kSixFloats));
        const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}";
        QTest::newRow("version 2") << QByteArray::fromStdString(
            std::string("\x93NUMPY\x02\x00", 8) + bytesOf(static_cast<uint32_t>(header.size())) + header + kSixFloats);
        QTest::newRow("gzip") << QByteArray::fromStdString(gzipped(npyFile("<f4", false, "(2, 3)", kSixFloats)));
    }
    void readNpy_everyType_asNumbers() {
        QFETCH(QByteArray, content);
        const Result<NpyArray> array = readNpy(file(content.toStdString()));
        QVERIFY2(array.ok(), array.ok() ? "" : array.error().message().c_str());
        QVERIFY(array->shape == (Shape{2, 3}));
        QCOMPARE(floatsOf(*array), kSix);
    }

    void readNpy_halfSubnormalsAndInfinities_exact() {
        const auto array = readNpy(file(npyFile("<f2", false, "(4,)", bytesOf<uint16_t>({1, 0x83FF, 0x7C00, 0xFBFF}))));
        const std::vector<float> expected{0x1.0p-24f, -0x1.FF8p-15f, std::numeric_limits<float>::infinity(), -65504.0f};
        QCOMPARE(floatsOf(array.value()), expected);
    }

    void readNpy_uint8_keptAsBytes() {
        const auto array = readNpy(file(npyFile("|u1", false, "(2,)", "\xFF\x01")));
        QVERIFY(array->isBytes());
        QCOMPARE(array->bytes.size(), size_t{2});
        QCOMPARE(array->floats.size(), size_t{0});
    }

    void readNpy_fortranOfThreeAxes_transposed() {
        // a[i][j][k] = 100 i + 10 j + k over (2, 2, 3), first axis fastest.
        std::string values;
        for (int k = 0; k < 3; ++k)
            for (int j = 0; j < 2; ++j)
                for (int i = 0; i < 2; ++i)
                    values += bytesOf(static_cast<float>(100 * i + 10 * j + k));
        const std::vector<float> expected{0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112};
        QCOMPARE(floatsOf(readNpy(file(npyFile("<f4", true, "(2, 2, 3)", values))).value()), expected);
    }

    void readNpy_hostile_refused_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const std::string& content, const char* says) {
            QTest::newRow(name) << QByteArray::fromStdString(content) << says;
        };
        row("empty", "", "truncated");
        row("garbage", std::string(100, 'x'), "not an .npy array");
        row("objects", npyFile("|O", false, "(2,)", std::string(16, 'x')), "Python objects");
        row("records", npyFile("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "abcd"), "records");
        row("text", npyFile("<U4", false, "(1,)", std::string(16, 'x')), "its type is '<U4'");
        row("huge", npyFile("<f4", false, "(100000, 100000)", kSixFloats), "at most 24 can follow");
        row("overflow", npyFile("<f4", false, "(4294967296, 4294967296, 4294967296)", kSixFloats), "impossible shape");
        row("overflow beside zero", npyFile("<f4", false, "(0, 4294967296, 4294967296, 4294967296)", ""),
            "impossible shape");
        row("number too long", npyFile("<f4", false, "(99999999999999999999999,)", kSixFloats), "impossible shape");
        row("negative", npyFile("<f4", false, "(-1, 6)", kSixFloats), "impossible shape");
        row("too short", npyFile("<f4", false, "(7,)", kSixFloats), "28 bytes, but at most 24");
        row("too long", npyFile("<f4", false, "(5,)", kSixFloats), "more bytes than its header");
        row("key twice", npyFile("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,)}", kSixFloats),
            "header is damaged");
        row("version 9", std::string("\x93NUMPY\x09\x00\x00\x00", 10), "version 9");
        row("header longer than file", std::string("\x93NUMPY\x01\x00\xFF\xFF", 10) + "{", "claims a header of 65535");
        std::string damaged = gzipped(npyFile("<f4", false, "(6,)", kSixFloats));
        damaged[damaged.size() - 6] = static_cast<char>(~damaged[damaged.size() - 6]);
        row("gzip checksum", damaged, "is damaged");
        // A gzip bomb: the header claims more than the compressed bytes can hold.
        row("gzip claims", gzipped(npyFile("<f4", false, "(1000000000,)", kSixFloats)), "can follow");
    }
    void readNpy_hostile_refused() {
        QFETCH(QByteArray, content);
        QFETCH(QString, says);
        const Result<NpyArray> array = readNpy(file(content.toStdString()));
        QVERIFY(!array);
        const QString message = QString::fromStdString(array.error().message());
        QVERIFY2(message.contains(says) && message.contains("file'"), qPrintable(message));
    }

    void readers_truncatedOrChanged_neverCrash_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("kind");
        const std::string npy = npyFile("<f4", false, "(2, 3)", kSixFloats), idx = idxFile(8, {2, 3}, "abcdef");
        QTest::newRow("npy") << QByteArray::fromStdString(npy) << 0;
        QTest::newRow("npy.gz") << QByteArray::fromStdString(gzipped(npy)) << 0;
        QTest::newRow("idx") << QByteArray::fromStdString(idx) << 1;
        QTest::newRow("idx.gz") << QByteArray::fromStdString(gzipped(idx)) << 1;
        for (const bool deflated : {false, true}) {
            writeZip(m_folder / "a.npz", {{"x.npy", npy}}, deflated);
            QTest::newRow(deflated ? "npz deflated" : "npz stored")
                << QByteArray::fromStdString(readFile(m_folder / "a.npz").value()) << 2;
        }
    }
    void readers_truncatedOrChanged_neverCrash() {
        QFETCH(QByteArray, content);
        QFETCH(int, kind);
        const auto read = [&](const std::string& bytes) {
            const std::filesystem::path path = file(bytes);
            if (kind == 0)
                return readNpy(path).ok();
            if (kind == 1)
                return readIdx(path).ok();
            const Result<NpzFile> archive = NpzFile::open(path);
            return archive && archive->read(archive->names().front()).ok();
        };
        QVERIFY(read(content.toStdString()));
        QCOMPARE(firstTruncationAccepted(content.toStdString(), read), int64_t{-1});
        readWithBytesChanged(content.toStdString(), read);
    }

    // A sparse file, as gzip does too, holds more than the memory on a few bytes of disk.
    void readNpy_moreThanTheMemory_refusedBeforeItIsAskedFor() {
        const uint64_t count = memoryBudget() / sizeof(float) + 1000;
        const std::string header = npyFile("<f4", false, fmt::format("({},)", count), "");
        const std::filesystem::path path = file(header);
        std::filesystem::resize_file(path, header.size() + count * sizeof(float));
        const Result<NpyArray> array = readNpy(path);
        QVERIFY(!array && array.error().code() == ErrorCode::OutOfMemory);
        QVERIFY2(array.error().message().find("MB are used") != std::string::npos, array.error().message().c_str());
        QVERIFY(memoryBudget() > 0 && availableMemory() >= 2 * memoryBudget());
        QVERIFY(freeMemory() > 0 && freeMemory() < availableMemory()); // this process takes some itself
    }

    void gzip_zerosAfterTheEnd_areNoDamage() {
        const std::string packed = gzipped(npyFile("<f4", false, "(6,)", kSixFloats));
        for (const size_t zeros : {1, 512, 300000})
            QCOMPARE(floatsOf(readNpy(file(packed + std::string(zeros, '\0'))).value()), kSix);
        QVERIFY(!readNpy(file(packed + std::string(512, '\0') + "junk")));
        const std::string two = gzipped(idxFile(8, {3, 2}, "ab")) + std::string(7, '\0') + gzipped("cdef");
        QCOMPARE(readIdx(file(two)).value().bytes.size(), size_t{6});
    }

    void readNpz_tooManyEntries_refused() {
        std::map<std::string, std::string> entries;
        for (int i = 0; i <= 65536; ++i)
            entries[fmt::format("{}.npy", i)];
        writeZip(m_folder / "many.npz", entries, false);
        const Result<NpzFile> archive = NpzFile::open(m_folder / "many.npz");
        QVERIFY(!archive && archive.error().message().find("65537 entries") != std::string::npos);
    }

    void readNpz_storedAndDeflated_listedAndRead() {
        for (const bool deflated : {false, true}) {
            writeZip(m_folder / "two.npz",
                     {{"b.npy", npyFile("<f4", false, "(2, 3)", kSixFloats)},
                      {"a/W.npy", npyFile("|u1", false, "(1,)", "x")}},
                     deflated);
            const NpzFile archive = NpzFile::open(m_folder / "two.npz").value();
            QCOMPARE(archive.names(), (std::vector<std::string>{"a/W", "b"}));
            QCOMPARE(floatsOf(archive.read("b").value()), kSix);
            const Error missing = archive.read("c").error();
            QVERIFY(missing.code() == ErrorCode::NotFound && missing.message().find("a/W, b") != std::string::npos);
        }
        writeText(m_folder / "no.npz", "PK\x03\x04 nonsense");
        QVERIFY(NpzFile::open(m_folder / "no.npz").error().message().find("no.npz") != std::string::npos);
        writeZip(m_folder / "none.npz", {{"readme.txt", "x"}}, false);
        QVERIFY(NpzFile::open(m_folder / "none.npz").error().message().find("no array") != std::string::npos);
    }

    void readIdx_typesPlainAndGzip_bigEndian() {
        const std::string ints = idxFile(0x0C, {2, 3}, bytesOf<int32_t>({0, 1, 2, 3, 4, 5}, true));
        QCOMPARE(floatsOf(readIdx(file(ints)).value()), kSix);
        QCOMPARE(floatsOf(readIdx(file(gzipped(ints))).value()), kSix);
        const std::string doubles = idxFile(0x0E, {6}, bytesOf({0.0, 1.0, 2.0, 3.0, 4.0, 5.0}, true));
        QCOMPARE(floatsOf(readIdx(file(doubles)).value()), kSix);
        const std::string two = gzipped(idxFile(8, {3, 2}, "ab")) + gzipped("cdef"); // two members
        QCOMPARE(readIdx(file(two)).value().bytes.size(), size_t{6});
    }

    void readIdx_hostile_refused_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("says");
        QTest::newRow("huge") << QByteArray::fromStdString(idxFile(8, {0xFFFFFFFF, 0xFFFFFFFF}, "abc"))
                              << "impossible shape";
        QTest::newRow("lying") << QByteArray::fromStdString(idxFile(8, {60000, 28, 28}, "abc"))
                               << "at most 3 can follow";
        QTest::newRow("more than said") << QByteArray::fromStdString(idxFile(8, {2}, "abc")) << "more bytes";
        QTest::newRow("type") << QByteArray::fromStdString(idxFile(7, {3}, "abc")) << "not an IDX file";
        QTest::newRow("text") << QByteArray("hello world") << "68 65 6c 6c";
        QTest::newRow("lying gzip") << QByteArray::fromStdString(gzipped(idxFile(8, {60000, 28, 28}, "abc")))
                                    << "can follow";
    }
    void readIdx_hostile_refused() {
        QFETCH(QByteArray, content);
        QFETCH(QString, says);
        const Result<NumericArray> array = readIdx(file(content.toStdString()));
        QVERIFY(!array);
        QVERIFY2(array.error().message().find(says.toStdString()) != std::string::npos,
                 array.error().message().c_str());
    }

    void readers_missingOrFolder_sayWhich() {
        QVERIFY(readNpy(m_folder / "nothing.npy").error().code() == ErrorCode::NotFound);
        QVERIFY(readIdx(m_folder.path()).error().message().find("not a regular file") != std::string::npos);
        QVERIFY(readNpy("/dev/zero").error().code() == ErrorCode::Unreadable);
    }

    void writeNpy_anyShape_roundTrip_data() {
        QTest::addColumn<QList<int>>("sizes");
        QTest::newRow("scalar") << QList<int>{};
        QTest::newRow("vector") << QList<int>{5};
        QTest::newRow("empty") << QList<int>{0, 7};
        QTest::newRow("images") << QList<int>{2, 3, 5, 4};
    }
    void writeNpy_anyShape_roundTrip() {
        QFETCH(QList<int>, sizes);
        Tensor tensor{Shape(std::vector<int64_t>(sizes.begin(), sizes.end()))};
        for (int64_t i = 0; i < tensor.elements(); ++i)
            tensor.data()[i] = static_cast<float>(i) / 7;
        QVERIFY(writeNpy(m_folder / "t.npy", tensor).ok());
        const NpyArray read = readNpy(m_folder / "t.npy").value();
        QVERIFY(read.shape == tensor.shape());
        QCOMPARE(floatsOf(read), std::vector<float>(tensor.values().begin(), tensor.values().end()));
        // numpy wants the values on 64 bytes.
        QCOMPARE((std::filesystem::file_size(m_folder / "t.npy") - 4 * static_cast<uint64_t>(tensor.elements())) % 64,
                 uint64_t{0});
    }

    void writeNpyStreaming_inPieces_sameFile() {
        const std::vector<float> half{1, 2, 3};
        const auto sendTwice = [&](const FloatSink& sink) {
            sink(half);
            sink(half);
            return Result<void>();
        };
        QVERIFY(writeNpyStreaming(m_folder / "s.npy", {2, 3}, sendTwice).ok());
        QCOMPARE(floatsOf(readNpy(m_folder / "s.npy").value()), (std::vector<float>{1, 2, 3, 1, 2, 3}));
        QVERIFY_EXCEPTION_THROWN((void)writeNpyStreaming(m_folder / "s.npy", {3, 3}, sendTwice), ContractError);
        const auto fail = [](const FloatSink&) { return Result<void>(makeError(ErrorCode::Numeric, "no")); };
        QVERIFY(writeNpyStreaming(m_folder / "s.npy", {1}, fail).error().code() == ErrorCode::Numeric);
        QCOMPARE(readNpy(m_folder / "s.npy").value().shape[0], int64_t{2}); // neither attempt touched it
    }

    void writeNpy_diskFull_previousFileStays() {
        QVERIFY(writeNpy(m_folder / "kept.npy", Tensor(Shape{3})).ok());
        {
            const FullDisk full(1000);
            const Result<void> written = writeNpy(m_folder / "kept.npy", Tensor(Shape{1000}));
            QVERIFY(!written && written.error().code() == ErrorCode::WriteFailed);
        }
        QCOMPARE(readNpy(m_folder / "kept.npy").value().shape[0], int64_t{3});
    }

    void contentHash_knownVectors_andAnyPieces() {
        QCOMPARE(contentHash(""), uint64_t{0xEF46DB3751D8E999}); // published with xxHash
        QCOMPARE(contentHash("abc"), uint64_t{0x44BC2CF5AD770999});
        const std::string text(1000, 'q');
        ContentHash pieces;
        for (size_t from = 0, length = 1; from < text.size(); from += length, length = length * 2 + 1)
            pieces.add(text.substr(from, length));
        QCOMPARE(pieces.value(), contentHash(text));
    }
};

QTEST_APPLESS_MAIN(TestArrayFiles)
#include "tst_array_files.moc"
