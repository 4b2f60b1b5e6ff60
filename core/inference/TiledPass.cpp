#include <algorithm>
#include <cstring>

#include "core/base/IntegerMath.h"
#include "core/graph/ReceptiveField.h"
#include "core/inference/PicturePass.h"

namespace hourglass {

namespace {

// What suits caches, but so large that margins are no more than a third of the work.
int64_t usualTile(const ReceptiveField& field) {
    return std::max<int64_t>(512, 12 * field.radius);
}

// One axis cut into tiles. All windows (a tile and its margins) have one length, so that one program serves them, and
// that length is the least with which so few windows cover the picture. At its borders windows end there, as the whole
// picture does, and need no margin.
struct Axis {
    int64_t size;   // of the picture
    int64_t padded; // continued so that the network can halve it
    int64_t margin, count, window;

    Axis(int64_t of, int64_t tile, const ReceptiveField& field)
        : size(of), padded(roundUp(of, field.stride)), margin(roundUp(field.radius, field.stride)) {
        const int64_t between = std::max<int64_t>(0, padded - 2 * margin);
        count = std::max<int64_t>(1, ceilDivide(between, tile));
        window = std::min(padded, roundUp(ceilDivide(padded + 2 * margin * (count - 1), count), field.stride));
    }

    int64_t windowBegin(int64_t i) const { return std::min(i * (window - 2 * margin), padded - window); }
    // Of the tile: what of the window is kept.
    int64_t begin(int64_t i) const { return i == 0 ? 0 : windowBegin(i) + margin; }
    int64_t end(int64_t i) const { return i + 1 == count ? size : begin(i + 1); }
};

class TiledPass {
public:
    TiledPass(const PictureView& picture, std::span<float> out, Axis rows, Axis columns)
        : m_picture(picture), m_out(out), m_rows(rows), m_columns(columns),
          m_input(Shape{1, picture.channels, rows.window, columns.window}) {}

    Result<bool> run(Program& program, const PassSettings& settings) {
        const float level = settings.noiseLevel.value_or(0.0f);
        NetworkInputBinding binding;
        binding.bind(program, m_input.values(), std::span(&level, 1));
        const int slot = program.outputSlot("reconstruction");
        const int64_t tiles = m_rows.count * m_columns.count;
        for (int64_t i = 0; i < tiles; ++i) {
            const int64_t row = i / m_columns.count, column = i % m_columns.count;
            cut(row, column);
            if (program.run(settings.stop) == RunOutcome::Cancelled)
                return false;
            paste(row, column, program.output(slot));
            if (settings.progress)
                settings.progress(static_cast<double>(i + 1) / static_cast<double>(tiles));
        }
        return true;
    }

private:
    void cut(int64_t row, int64_t column) {
        const int64_t top = m_rows.windowBegin(row), left = m_columns.windowBegin(column);
        const int64_t whole = std::min(m_columns.window, m_columns.size - left); // the rest is reflected
        float* to = m_input.data();
        for (int64_t c = 0; c < m_picture.channels; ++c)
            for (int64_t y = 0; y < m_rows.window; ++y, to += m_columns.window) {
                const int64_t line = c * m_rows.size + reflected(top + y, m_rows.size);
                const float* from = m_picture.values.data() + line * m_columns.size;
                std::copy_n(from + left, whole, to);
                for (int64_t x = whole; x < m_columns.window; ++x)
                    to[x] = from[reflected(left + x, m_columns.size)];
            }
    }

    void paste(int64_t row, int64_t column, std::span<const float> window) {
        const int64_t top = m_rows.begin(row), left = m_columns.begin(column);
        const int64_t shiftY = top - m_rows.windowBegin(row), shiftX = left - m_columns.windowBegin(column);
        for (int64_t c = 0; c < m_picture.channels; ++c)
            for (int64_t y = top; y < m_rows.end(row); ++y) {
                const int64_t line = c * m_rows.window + shiftY + y - top;
                std::copy_n(window.data() + line * m_columns.window + shiftX, m_columns.end(column) - left,
                            m_out.data() + (c * m_rows.size + y) * m_columns.size + left);
            }
    }

    const PictureView& m_picture;
    std::span<float> m_out;
    Axis m_rows, m_columns;
    Tensor m_input;
};

} // namespace

Result<bool> tiledPass(ModelRunner& runner, const PictureView& picture, std::span<float> out,
                       const PassSettings& settings) {
    const Graph& network = runner.model().autoencoder;
    const std::optional<ReceptiveField> field = receptiveField(network, "reconstruction");
    expects(field.has_value(), "a network that takes any size sees the whole picture at once");
    for (int64_t tile = settings.tile > 0 ? settings.tile : usualTile(*field);; tile /= 2) {
        tile = roundUp(tile, field->stride);
        const Axis rows(picture.height, tile, *field), columns(picture.width, tile, *field);
        Result<Program*> program =
            runner.program(network, {.h = rows.window, .w = columns.window}, settings.memoryBudget);
        if (program)
            return TiledPass(picture, out, rows, columns).run(**program, settings);
        if (program.error().code() != ErrorCode::OutOfMemory || tile <= field->stride)
            return std::move(program).error();
    }
}

} // namespace hourglass
