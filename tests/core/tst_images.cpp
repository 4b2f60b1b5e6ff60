#include <QtTest>

#include <set>

#include <zlib.h>

#include "core/base/AtomicFile.h"
#include "core/data/FolderListing.h"
#include "core/data/ImageCodec.h"
#include "core/data/RawImage.h"
#include "core/formats/InputFile.h"
#include "tests/core/HostileFiles.h"

// Picture files: round trips, headers that lie, damage, orientation; folders of them.

using namespace hourglass;
using namespace hourglass::test;

namespace {

// Smooth, coloured, different in every corner, exact in 8 bits.
Tensor picture(int64_t channels, int64_t height, int64_t width) {
    Tensor tensor(Shape{channels, height, width});
    for (int64_t c = 0; c < channels; ++c)
        for (int64_t y = 0; y < height; ++y)
            for (int64_t x = 0; x < width; ++x)
                tensor.data()[(c * height + y) * width + x] =
                    static_cast<float>(60 * c + 60 * y / height + 70 * x / width) / 255.0f;
    return tensor;
}

float largestDifference(const Tensor& a, const Tensor& b) {
    float largest = a.shape() == b.shape() ? 0.0f : 1e9f;
    for (int64_t i = 0; largest < 1e9f && i < a.elements(); ++i)
        largest = std::max(largest, std::abs(a.data()[i] - b.data()[i]));
    return largest;
}

std::string content(const std::filesystem::path& path) {
    return readFile(path).value();
}

std::span<const std::byte> view(const std::string& bytes) {
    return std::as_bytes(std::span(bytes));
}

// An EXIF block (big-endian TIFF structure) that holds the orientation alone.
std::string exifBlock(int orientation) {
    return std::string("MM\0*", 4) + bytesOf<uint32_t>(8, true) + bytesOf<uint16_t>(1, true) +
           bytesOf<uint16_t>(274, true) + bytesOf<uint16_t>(3, true) + bytesOf<uint32_t>(1, true) +
           bytesOf(static_cast<uint16_t>(orientation), true) + std::string(6, '\0');
}

std::string pngChunk(const std::string& type, const std::string& data) {
    const std::string checked = type + data;
    const uLong sum = crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
    return bytesOf(static_cast<uint32_t>(data.size()), true) + checked + bytesOf(static_cast<uint32_t>(sum), true);
}

// `rows` with their filter bytes, 8 bits per channel.
std::string pngFile(uint32_t width, uint32_t height, int colourType, const std::string& rows) {
    std::string packed(rows.size() + 100, '\0');
    uLongf size = packed.size();
    compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()), rows.size());
    packed.resize(size);
    const std::string header = bytesOf(width, true) + bytesOf(height, true) + '\x08' + static_cast<char>(colourType);
    return "\x89PNG\r\n\x1A\n" + pngChunk("IHDR", header + std::string(3, '\0')) + pngChunk("IDAT", packed) +
           pngChunk("IEND", "");
}

std::string withOrientation(const std::string& jpeg, int orientation) {
    const std::string block = std::string("Exif\0\0", 6) + exifBlock(orientation);
    return jpeg.substr(0, 2) + "\xFF\xE1" + bytesOf(static_cast<uint16_t>(block.size() + 2), true) + block +
           jpeg.substr(2);
}

} // namespace

class TestImages : public QObject {
    Q_OBJECT

    TemporaryFolder m_folder;

    std::filesystem::path write(const std::string& name, const Tensor& pixels, const EncodeOptions& options = {}) {
        const Result<void> written = encodeImage(m_folder / name, pixels, options);
        if (!written)
            throw std::runtime_error(written.error().message());
        return m_folder / name;
    }

private slots:
    void encode_everyFormatAndDepth_roundTrips_data() {
        QTest::addColumn<QString>("extension");
        QTest::addColumn<int>("depth");
        QTest::addColumn<double>("tolerance");
        for (const char* extension : {"png", "bmp", "tif", "tiff", "webp", "PNG"})
            QTest::addRow("%s 8", extension) << extension << 8 << 0.0;
        QTest::newRow("png 16") << "png" << 16 << 1e-7;
        QTest::newRow("tif 16") << "tif" << 16 << 1e-7;
        QTest::newRow("jpg") << "jpg" << 8 << 0.06; // chroma is halved and quantised
    }
    void encode_everyFormatAndDepth_roundTrips() {
        QFETCH(QString, extension);
        QFETCH(int, depth);
        QFETCH(double, tolerance);
        for (const int64_t channels : {1, 3}) {
            const Tensor pixels = picture(channels, 24, 37);
            const auto path = write("p." + extension.toStdString(), pixels, {.bitDepth = depth});
            const DecodedImage image = decodeImage(path).value();
            QCOMPARE(image.bitDepth, depth);
            QVERIFY(!image.hadAlpha);
            // WebP has no gray.
            const bool becameColour = channels == 1 && image.pixels.shape()[0] == 3;
            QVERIFY(!becameColour || extension == "webp" || extension == "bmp");
            if (!becameColour)
                QVERIFY2(largestDifference(image.pixels, pixels) <= static_cast<float>(tolerance),
                         qPrintable(QString::number(largestDifference(image.pixels, pixels))));
        }
    }

    void encode_outOfRange_clampedAndNanIsBlack() {
        Tensor pixels(Shape{1, 1, 4});
        const std::vector<float> values{-1.0f, 2.0f, std::numeric_limits<float>::quiet_NaN(), 0.5f};
        std::copy(values.begin(), values.end(), pixels.data());
        const Tensor back = decodeImage(write("c.png", pixels)).value().pixels;
        QCOMPARE(std::vector<float>(back.values().begin(), back.values().end()),
                 (std::vector<float>{0, 1, 0, 128.0f / 255.0f}));
    }

    void encode_impossible_refused() {
        const Tensor pixels = picture(3, 4, 4);
        QVERIFY(encodeImage(m_folder / "x.gif", pixels).error().code() == ErrorCode::Unsupported);
        QVERIFY(encodeImage(m_folder / "x.jpg", pixels, {.bitDepth = 16}).error().code() == ErrorCode::Unsupported);
        QVERIFY(encodeImage(m_folder / "no/x.png", pixels).error().code() == ErrorCode::WriteFailed);
        QVERIFY_EXCEPTION_THROWN((void)encodeImage(m_folder / "x.png", Tensor(Shape{2, 4, 4})), ContractError);
    }

    void encode_diskFull_previousFileStays() {
        const auto path = write("kept.bmp", picture(1, 4, 4));
        const std::string before = content(path);
        {
            const FullDisk full(1000);
            QVERIFY(encodeImage(path, picture(3, 64, 64)).error().code() == ErrorCode::WriteFailed);
        }
        QCOMPARE(content(path), before);
    }

    void decode_everyOrientation_upright_data() {
        QTest::addColumn<int>("orientation");
        for (int orientation = 1; orientation <= 8; ++orientation)
            QTest::addRow("%d", orientation) << orientation;
    }
    void decode_everyOrientation_upright() {
        QFETCH(int, orientation);
        // A bright quarter at the top left of what is stored.
        Tensor stored(Shape{1, 16, 32});
        for (int y = 0; y < 8; ++y)
            std::fill_n(stored.data() + y * 32, 16, 1.0f);
        const std::string jpeg = withOrientation(content(write("o.jpg", stored)), orientation);
        const Tensor image = decodeImage(view(jpeg), "o.jpg").value().pixels;
        QVERIFY(image.shape() == (orientation >= 5 ? Shape{1, 32, 16} : Shape{1, 16, 32}));
        // EXIF 2.3: where row 0 and column 0 are to be shown.
        const bool right = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
        const bool bottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
        for (const bool atRight : {false, true})
            for (const bool atBottom : {false, true}) {
                const int64_t y = atBottom ? image.shape()[1] - 3 : 2, x = atRight ? image.shape()[2] - 3 : 2;
                const float value = image.data()[y * image.shape()[2] + x];
                QCOMPARE(value > 0.5f, atRight == right && atBottom == bottom);
            }
    }

    void decode_tiffOrientation_upright_data() { decode_everyOrientation_upright_data(); }
    void decode_tiffOrientation_upright() {
        QFETCH(int, orientation);
        for (const int depth : {8, 16}) {
            Tensor stored(Shape{1, 16, 32});
            for (int y = 0; y < 8; ++y)
                std::fill_n(stored.data() + y * 32, 16, 1.0f);
            std::string tiff = content(write("o.tif", stored, {.bitDepth = depth}));
            // OpenCV writes no orientation: put the tag in place of one that does not matter (resolution unit, 296).
            bool planted = false;
            for (size_t at = 8; at + 12 <= tiff.size() && !planted; at += 2)
                if (tiff.substr(at, 4) == bytesOf<uint16_t>({284, 3})) { // planar configuration: 1 is the default
                    tiff.replace(at, 12,
                                 bytesOf<uint16_t>({274, 3}) + bytesOf<uint32_t>(1) +
                                     bytesOf(static_cast<uint16_t>(orientation)) + std::string(2, '\0'));
                    planted = true;
                }
            QVERIFY(planted);
            const Result<DecodedImage> decoded = decodeImage(view(tiff), "o.tif");
            QVERIFY2(decoded.ok(), decoded.ok() ? "" : decoded.error().message().c_str());
            const Tensor& image = decoded->pixels;
            QVERIFY(image.shape() == (orientation >= 5 ? Shape{1, 32, 16} : Shape{1, 16, 32}));
            const bool right = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
            const bool bottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
            const int64_t y = bottom ? image.shape()[1] - 3 : 2, x = right ? image.shape()[2] - 3 : 2;
            QVERIFY(image.data()[y * image.shape()[2] + x] > 0.5f);
            QCOMPARE(std::count(image.values().begin(), image.values().end(), 1.0f), std::ptrdiff_t{128});
        }
    }

    void decode_alpha_droppedAndReported_data() {
        QTest::addColumn<int>("colourType");
        QTest::addColumn<QByteArray>("pixels"); // one row of two
        QTest::newRow("RGBA") << 6 << QByteArray("\x00\x00\x00\xFF\x07\xFF\x00\x00\x09", 9);
        QTest::newRow("gray and alpha") << 4 << QByteArray("\x00\x00\x07\xFF\x09", 5);
    }
    void decode_alpha_droppedAndReported() {
        QFETCH(int, colourType);
        QFETCH(QByteArray, pixels);
        const DecodedImage image = decodeImage(view(pngFile(2, 1, colourType, pixels.toStdString())), "a.png").value();
        const std::vector<float> values(image.pixels.values().begin(), image.pixels.values().end());
        QVERIFY(image.hadAlpha);
        // Blue and red as R, G and B planes; black and white.
        QCOMPARE(values, colourType == 6 ? (std::vector<float>{0, 1, 0, 0, 1, 0}) : (std::vector<float>{0, 1}));
    }

    void header_lies_refusedBeforeDecoding_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const std::string& bytes, const char* says) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << says;
        };
        const auto png = [](uint32_t width, uint32_t height) {
            return std::string("\x89PNG\r\n\x1A\n") + bytesOf<uint32_t>(13, true) + "IHDR" + bytesOf(width, true) +
                   bytesOf(height, true) + std::string("\x08\x00\x00\x00\x00", 5) + std::string(4, 'c') +
                   std::string(20, 'x');
        };
        row("png over the limit", png(30000, 30000), "at most");
        row("png of 2^31 by 2^31", png(0x7FFFFFFF, 0x7FFFFFFF), "at most");
        row("png beyond its bytes", png(10000, 10000), "cannot hold");
        row("png of nothing", png(0, 5), "claims 0 × 5");
        row("jpeg over the limit",
            "\xFF\xD8\xFF\xC0" + bytesOf<uint16_t>(17, true) + "\x08\xFF\xFF\xFF\xFF\x03" + std::string(20, 'x'),
            "at most");
        row("bmp negative",
            "BM" + std::string(12, '\0') + bytesOf<uint32_t>(40) + bytesOf<int32_t>({-5, INT32_MIN}) +
                bytesOf<uint16_t>({1, 24}) + std::string(24, '\0'),
            "claims -5");
        row("tiff",
            std::string("II*\0", 4) + bytesOf<uint32_t>(8) + bytesOf<uint16_t>(2) + bytesOf<uint16_t>({256, 4}) +
                bytesOf<uint32_t>({1, 4000000000u}) + bytesOf<uint16_t>({257, 4}) + bytesOf<uint32_t>({1, 4000000000u}),
            "at most");
        row("webp",
            "RIFF" + bytesOf<uint32_t>(30) + "WEBPVP8X" + bytesOf<uint32_t>(10) + std::string(4, '\0') +
                std::string(6, '\xFF'),
            "at most");
        row("garbage", "hello, this is no picture", "not a PNG, JPEG, WebP, BMP or TIFF");
        row("empty", "", "not a PNG");
    }
    void header_lies_refusedBeforeDecoding() {
        QFETCH(QByteArray, file);
        QFETCH(QString, says);
        writeText(m_folder / "liar.png", file.toStdString());
        const Result<DecodedImage> image = decodeImage(m_folder / "liar.png");
        QVERIFY(!image);
        const QString message = QString::fromStdString(image.error().message());
        QVERIFY2(message.contains(says) && message.contains("liar.png"), qPrintable(message));
    }

    void decode_truncatedOrChanged_neverCrashes_data() {
        QTest::addColumn<QString>("extension");
        for (const char* extension : {"png", "jpg", "webp", "bmp", "tif"})
            QTest::newRow(extension) << extension;
    }
    void decode_truncatedOrChanged_neverCrashes() {
        QFETCH(QString, extension);
        const std::string valid = content(write("v." + extension.toStdString(), picture(3, 9, 11)));
        const auto read = [](const std::string& bytes) { return decodeImage(view(bytes), "v").ok(); };
        QVERIFY(read(valid));
        const int64_t accepted = firstTruncationAccepted(valid, read);
        // A TIFF may end in bytes that nothing points to.
        QVERIFY2(accepted == -1 || extension == "tif", qPrintable(QString::number(accepted)));
        readWithBytesChanged(valid, read);
    }

    void resize_constantAndGradient_kept() {
        Tensor flat(Shape{3, 10, 10});
        std::fill_n(flat.data(), 300, 0.25f);
        for (const auto& [height, width] : {std::pair(5, 5), std::pair(20, 7), std::pair(33, 41)}) {
            const Tensor result = resizeImage(flat, height, width);
            QVERIFY(result.shape() == (Shape{3, height, width}));
            for (const float value : result.values())
                QVERIFY(std::abs(value - 0.25f) < 1e-5f);
        }
        Tensor corner(Shape{1, 4, 4});
        corner.data()[0] = corner.data()[1] = corner.data()[4] = corner.data()[5] = 1.0f;
        QCOMPARE(resizeImage(corner, 2, 2).data()[0], 1.0f); // area averaging
        QCOMPARE(resizeImage(corner, 2, 2).data()[1], 0.0f);
    }

    void naturalLess_numbers_asPeopleCount() {
        std::vector<std::string> names{"b10", "b2", "a", "b02", "b", "a10x", "a9y", "10", "9", "b2/1", "099"};
        std::sort(names.begin(), names.end(), naturalLess);
        QCOMPARE(names,
                 (std::vector<std::string>{"9", "10", "099", "a", "a9y", "a10x", "b", "b02", "b2", "b2/1", "b10"}));
        for (const auto& a : names) // a strict weak order
            for (const auto& b : names)
                QVERIFY(!(naturalLess(a, b) && naturalLess(b, a)) &&
                        (a == b || naturalLess(a, b) || naturalLess(b, a)));
    }
};

QTEST_APPLESS_MAIN(TestImages)
#include "tst_images.moc"
