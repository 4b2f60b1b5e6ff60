#include "core/inference/Compression.h"

#include <algorithm>
#include <numeric>

#include "core/analysis/Pca.h"
#include "core/analysis/ReconstructionMetrics.h"
#include "core/base/Parallel.h"
#include "core/data/JpegTrials.h"
#include "core/data/RowSubset.h"
#include "core/data/Split.h"
#include "core/inference/CodeSource.h"

namespace hourglass {

namespace {

constexpr std::array kJpegCounts{JpegCount::WholeFile, JpegCount::WithoutTables};

// Parts of the work, in encodings of a picture: JPEG tries some twenty qualities.
constexpr double kEncoding = 1, kDecoding = 1, kJpeg = 8;

// One measurement on its way.
class Comparison {
public:
    Comparison(ModelRunner& runner, const CompressionSettings& settings)
        : m_runner(runner), m_settings(settings), m_pictures(*settings.pictures), m_shape(m_pictures.sampleShape()),
          m_chunk(std::clamp<int64_t>((int64_t{1} << 20) / m_shape.elements(), 1, 256)) {
        m_result.samples = m_pictures.size();
        m_result.inputBytes = m_shape.elements();
        const double formats = static_cast<double>(kCodeFormats.size());
        m_work = kEncoding + formats * kDecoding + (settings.training ? formats * kDecoding : 0) + kJpeg;
    }

    // False when asked to stop, as all below.
    Result<bool> run() {
        const Result<Shape> code = m_runner.codeShape();
        if (!code)
            return code.error();
        m_result.codeValues = code->elements();
        for (const auto part : {&Comparison::measureModel, &Comparison::measurePca, &Comparison::measureJpeg}) {
            const Result<bool> done = (this->*part)();
            if (!done || !*done)
                return done;
        }
        return true;
    }
    Compression take() { return std::move(m_result); }

private:
    using Decode = std::function<Result<Tensor>(const Tensor& codes)>;

    bool stopped() const { return m_settings.stop.stop_requested(); }

    void tell(double work) {
        m_done += work;
        if (m_settings.progress)
            m_settings.progress(m_done / (m_work * static_cast<double>(m_result.samples)));
    }

    int64_t codeBytes(CodeFormat format) const { return m_result.codeValues * bytesPerValue(format); }

    Tensor read(const Dataset& dataset, int64_t begin, int64_t count) const {
        std::vector<int64_t> rows(static_cast<size_t>(count));
        std::iota(rows.begin(), rows.end(), begin);
        Tensor pictures(m_shape.batch(count));
        dataset.read(rows, pictures.values());
        return pictures;
    }

    void add(CompressionMethod method, CodeFormat format, double bytes, const ReconstructionMetrics& metrics,
             int64_t outOfReach = 0) {
        const MetricMap values = metrics.values();
        m_result.rows.push_back({.method = method,
                                 .format = format,
                                 .bytes = bytes,
                                 .ratio = static_cast<double>(m_result.inputBytes) / bytes,
                                 .mse = values.at("mse"),
                                 .psnr = values.at("psnr"),
                                 .ssim = values.at("ssim"),
                                 .outOfReach = outOfReach});
    }

    // `usual`: codes whose range 8-bit ones are stored in.
    Result<bool> measureCodes(CompressionMethod method, const Tensor& codes, const Tensor& usual,
                              const Decode& decode) {
        const CodeRange range(usual);
        for (const CodeFormat format : kCodeFormats) {
            ReconstructionMetrics metrics(m_shape, true);
            for (int64_t begin = 0; begin < m_result.samples; begin += m_chunk) {
                if (stopped())
                    return false;
                const int64_t count = std::min(m_chunk, m_result.samples - begin);
                const auto at = static_cast<size_t>(begin * m_result.codeValues);
                const auto length = static_cast<size_t>(count * m_result.codeValues);
                const Tensor part(codes.shape().sample().batch(count), codes.values().subspan(at, length));
                const Result<Tensor> decoded = decode(range.stored(part, format));
                if (!decoded)
                    return decoded.error();
                metrics.add(read(m_pictures, begin, count).values(), decoded->values());
                tell(kDecoding * static_cast<double>(count));
            }
            add(method, format, static_cast<double>(codeBytes(format)), metrics);
        }
        return true;
    }

    Result<bool> measureModel() {
        int64_t encoded = 0;
        const auto progress = [&](int64_t count) {
            tell(kEncoding * static_cast<double>(count - encoded));
            encoded = count;
        };
        const Result<std::optional<Tensor>> codes = encodeAll(m_runner, m_settings.pictures, progress, m_settings.stop);
        if (!codes)
            return codes.error();
        if (!*codes)
            return false;
        std::optional<Tensor> usual;
        if (m_settings.training != nullptr) {
            const auto some = evenlySpread(m_settings.training, pcaRows(m_shape.elements()));
            Result<std::optional<Tensor>> found = encodeAll(m_runner, some, {}, m_settings.stop);
            if (!found)
                return std::move(found).error();
            if (!*found)
                return false;
            usual = **std::move(found);
        } else {
            m_result.notes.emplace_back("8-bit codes are stored in the range that the codes of these very pictures "
                                        "take: with few of them that flatters.");
        }
        return measureCodes(CompressionMethod::Model, **codes, usual ? *usual : **codes,
                            [this](const Tensor& part) { return m_runner.decode(part); });
    }

    Result<bool> measurePca() {
        if (m_settings.training == nullptr) {
            m_result.notes.emplace_back("PCA is left out: it is fitted to the data that the model was trained on, "
                                        "which are not at hand.");
            return true;
        }
        const int64_t dimensions = m_shape.elements();
        const std::vector<int64_t> rows =
            spreadEvenly(m_settings.training->size(), pcaRows(dimensions)); // all where there are fewer
        const auto count = static_cast<int64_t>(rows.size());
        if (m_result.codeValues > std::min(dimensions, count - 1)) {
            m_result.notes.push_back(fmt::format("PCA is left out: {} components cannot be had from {} pictures of {} "
                                                 "values.",
                                                 m_result.codeValues, count, dimensions));
            return true;
        }
        Tensor samples({count, dimensions});
        m_settings.training->read(rows, samples.values());
        if (stopped())
            return false;
        const Pca pca = Pca::fit(samples, m_result.codeValues);
        Tensor codes({m_result.samples, m_result.codeValues});
        for (int64_t begin = 0; begin < m_result.samples; begin += m_chunk) {
            const int64_t part = std::min(m_chunk, m_result.samples - begin);
            const Tensor some = pca.project(read(m_pictures, begin, part).reshaped({part, dimensions}));
            std::ranges::copy(some.values(), codes.data() + begin * m_result.codeValues);
        }
        return measureCodes(CompressionMethod::Pca, codes, pca.project(samples),
                            [&pca](const Tensor& part) -> Result<Tensor> { return pca.reconstruct(part); });
    }

    // One way of counting at one size.
    struct JpegTally {
        JpegCount count;
        CodeFormat format;
        ReconstructionMetrics metrics;
        int64_t bytes = 0, outOfReach = 0;
    };
    struct JpegPicture { // of one tally
        std::vector<float> pixels;
        int64_t bytes = 0;
        bool isOutOfReach = false;
    };

    Result<void> compress(std::span<const float> picture, std::span<const JpegTally> tallies,
                          std::span<JpegPicture> results) const {
        JpegTrials trials(picture, m_shape);
        for (size_t i = 0; i < tallies.size(); ++i) {
            const int64_t wanted = codeBytes(tallies[i].format);
            const Result<int> quality = trials.nearest(wanted, tallies[i].count);
            if (!quality)
                return quality.error();
            Result<std::vector<float>> pixels = trials.decoded(*quality);
            if (!pixels)
                return std::move(pixels).error();
            const int64_t bytes = trials.bytes(*quality, tallies[i].count).value();
            results[i] = {*std::move(pixels), bytes, trials.smallest(tallies[i].count).value() > wanted};
        }
        return {};
    }

    Result<bool> measureJpeg() {
        std::vector<JpegTally> tallies;
        for (const JpegCount count : kJpegCounts)
            for (const CodeFormat format : kCodeFormats)
                tallies.push_back({count, format, ReconstructionMetrics(m_shape, true)});
        const auto elements = static_cast<size_t>(m_shape.elements());
        for (int64_t begin = 0; begin < m_result.samples; begin += m_chunk) {
            if (stopped())
                return false;
            const int64_t count = std::min(m_chunk, m_result.samples - begin);
            const Tensor pictures = read(m_pictures, begin, count);
            std::vector<JpegPicture> made(static_cast<size_t>(count) * tallies.size());
            std::vector<Result<void>> outcomes(static_cast<size_t>(count));
            parallelFor(count, 1, [&](int64_t from, int64_t to) {
                for (int64_t n = from; n < to; ++n)
                    outcomes[static_cast<size_t>(n)] =
                        compress(pictures.sample(n), tallies,
                                 std::span(made).subspan(static_cast<size_t>(n) * tallies.size(), tallies.size()));
            });
            for (Result<void>& outcome : outcomes)
                if (!outcome)
                    return std::move(outcome).error();
            std::vector<float> all(static_cast<size_t>(count) * elements);
            for (size_t i = 0; i < tallies.size(); ++i) {
                for (size_t n = 0; n < static_cast<size_t>(count); ++n) {
                    const JpegPicture& picture = made[n * tallies.size() + i];
                    std::ranges::copy(picture.pixels, all.begin() + static_cast<std::ptrdiff_t>(n * elements));
                    tallies[i].bytes += picture.bytes;
                    tallies[i].outOfReach += picture.isOutOfReach ? 1 : 0;
                }
                tallies[i].metrics.add(pictures.values(), all);
            }
            tell(kJpeg * static_cast<double>(count));
        }
        bool isOver = false; // the same pictures would come again for every smaller code
        for (const JpegTally& tally : tallies) {
            isOver = isOver && tally.format != CodeFormat::F32;
            if (isOver)
                continue;
            isOver = tally.outOfReach == m_result.samples;
            add(tally.count == JpegCount::WholeFile ? CompressionMethod::JpegFile
                                                    : CompressionMethod::JpegWithoutTables,
                tally.format, static_cast<double>(tally.bytes) / static_cast<double>(m_result.samples), tally.metrics,
                tally.outOfReach);
        }
        return true;
    }

    ModelRunner& m_runner;
    const CompressionSettings& m_settings;
    const Dataset& m_pictures;
    Shape m_shape;
    int64_t m_chunk; // pictures at a time
    double m_work = 0, m_done = 0;
    Compression m_result;
};

} // namespace

std::string_view idOf(CompressionMethod method) {
    switch (method) {
    case CompressionMethod::Model:
        return "model";
    case CompressionMethod::Pca:
        return "pca";
    case CompressionMethod::JpegFile:
        return "jpeg";
    case CompressionMethod::JpegWithoutTables:
        break;
    }
    return "jpeg_without_tables";
}

std::string labelOf(const CompressionRow& row, int64_t samples) {
    if (row.method == CompressionMethod::Model)
        return fmt::format("Model, {}", nameOf(row.format));
    if (row.method == CompressionMethod::Pca)
        return fmt::format("PCA, {}", nameOf(row.format));
    const std::string_view name = row.method == CompressionMethod::JpegFile ? "JPEG file" : "JPEG without tables";
    return row.outOfReach == samples ? fmt::format("{}, at its smallest", name)
                                     : fmt::format("{}, near the {} code", name, nameOf(row.format));
}

std::string csvOf(const Compression& table) {
    std::string text = "method,code,bytes,ratio,mse,psnr,ssim,out_of_reach\n";
    for (const CompressionRow& row : table.rows)
        text += fmt::format("{},{},{},{},{},{},{},{}\n", idOf(row.method), nameOf(row.format), row.bytes, row.ratio,
                            row.mse, row.psnr, row.ssim, row.outOfReach);
    return text;
}

// Covariances grow with the square of the dimensions, and with many it is the rows that bound the work instead.
int64_t pcaRows(int64_t dimensions) {
    return dimensions <= 1024 ? 10'000 : 1000;
}

Result<std::optional<Compression>> measureCompression(ModelRunner& runner, const CompressionSettings& settings) {
    expects(settings.pictures != nullptr, "no pictures to compress");
    const Shape& expected = runner.model().sampleShape;
    for (const Dataset* data : {settings.pictures.get(), settings.training.get()})
        if (data != nullptr)
            if (Result<void> fits = checkSampleShape(expected, data->sampleShape()); !fits)
                return std::move(fits).error();
    if (!settings.pictures->isImage() || settings.pictures->size() == 0)
        return makeError(ErrorCode::InvalidArgument,
                         "Compression is measured on pictures, whose pixels have a size to compare with; samples of "
                         "shape {} are none.",
                         settings.pictures->sampleShape().toString());
    Comparison comparison(runner, settings);
    const Result<bool> done = comparison.run();
    if (!done)
        return done.error();
    return *done ? std::optional(comparison.take()) : std::nullopt;
}

} // namespace hourglass
