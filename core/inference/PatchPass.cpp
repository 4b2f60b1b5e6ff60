#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/inference/PicturePass.h"

namespace hourglass {

namespace {

constexpr int64_t kPatchesAtOnce = 64;

// Half a sine wave over a patch, above zero at its border too.
std::vector<float> fade(int64_t length) {
    std::vector<float> weights(static_cast<size_t>(length));
    for (int64_t i = 0; i < length; ++i) {
        const double phase = (static_cast<double>(i) + 0.5) / static_cast<double>(length);
        weights[static_cast<size_t>(i)] = static_cast<float>(std::sin(std::numbers::pi * phase) + 0.02);
    }
    return weights;
}

struct Place {
    int64_t y, x;
};

class PatchPass {
public:
    PatchPass(ModelRunner& runner, const PictureView& picture, std::span<float> out)
        : m_runner(runner), m_picture(picture), m_patch(runner.model().sampleShape), m_out(out),
          m_weight(static_cast<size_t>(picture.height * picture.width), 0.0f), m_fadeY(fade(m_patch[1])),
          m_fadeX(fade(m_patch[2])) {
        const auto origins = [](int64_t size, int64_t patch) {
            return patchOrigins(std::max(size, patch), patch, std::max<int64_t>(1, patch / 2));
        };
        for (const int64_t y : origins(picture.height, m_patch[1]))
            for (const int64_t x : origins(picture.width, m_patch[2]))
                m_places.push_back({y, x});
    }

    Result<bool> run(const PassSettings& settings) {
        std::fill(m_out.begin(), m_out.end(), 0.0f);
        const Model& model = m_runner.model();
        int64_t batch = std::min(kPatchesAtOnce, static_cast<int64_t>(m_places.size()));
        Result<Program*> program = m_runner.program(model.autoencoder, model.sizes(batch), settings.memoryBudget);
        while (!program && program.error().code() == ErrorCode::OutOfMemory && batch > 1) {
            batch /= 2;
            program = m_runner.program(model.autoencoder, model.sizes(batch), settings.memoryBudget);
        }
        if (!program)
            return std::move(program).error();
        Tensor input(Shape{batch, m_patch[0], m_patch[1], m_patch[2]});
        const std::vector<float> levels(static_cast<size_t>(batch), settings.noiseLevel.value_or(0.0f));
        NetworkInputBinding binding;
        binding.bind(**program, input.values(), levels);
        const int slot = (*program)->outputSlot("reconstruction");
        for (size_t first = 0; first < m_places.size(); first += static_cast<size_t>(batch)) {
            const std::span<const Place> places =
                std::span(m_places).subspan(first, std::min(static_cast<size_t>(batch), m_places.size() - first));
            cut(places, input); // a short last batch leaves the rest as it was
            if ((*program)->run(settings.stop) == RunOutcome::Cancelled)
                return false;
            blend(places, (*program)->output(slot));
            if (settings.progress)
                settings.progress(static_cast<double>(first + places.size()) / static_cast<double>(m_places.size()));
        }
        for (size_t i = 0; i < m_out.size(); ++i)
            m_out[i] /= m_weight[i % m_weight.size()];
        return true;
    }

private:
    void cut(std::span<const Place> places, Tensor& batch) const {
        float* to = batch.data();
        for (const Place& place : places)
            for (int64_t c = 0; c < m_patch[0]; ++c)
                for (int64_t y = 0; y < m_patch[1]; ++y) {
                    const int64_t row = c * m_picture.height + reflected(place.y + y, m_picture.height);
                    for (int64_t x = 0; x < m_patch[2]; ++x)
                        *to++ = m_picture.values[static_cast<size_t>(row * m_picture.width +
                                                                     reflected(place.x + x, m_picture.width))];
                }
    }

    void blend(std::span<const Place> places, std::span<const float> rebuilt) {
        const float* from = rebuilt.data();
        for (const Place& place : places)
            for (int64_t c = 0; c < m_patch[0]; ++c)
                for (int64_t y = 0; y < m_patch[1]; ++y, from += m_patch[2]) {
                    if (place.y + y >= m_picture.height)
                        continue;
                    const int64_t row = (place.y + y) * m_picture.width, plane = m_picture.height * m_picture.width;
                    const int64_t count = std::min(m_patch[2], m_picture.width - place.x);
                    for (int64_t x = 0; x < count; ++x) {
                        const float weight = m_fadeY[static_cast<size_t>(y)] * m_fadeX[static_cast<size_t>(x)];
                        const auto pixel = static_cast<size_t>(row + place.x + x);
                        m_out[static_cast<size_t>(c * plane) + pixel] += weight * from[x];
                        m_weight[pixel] += c == 0 ? weight : 0.0f;
                    }
                }
    }

    ModelRunner& m_runner;
    const PictureView& m_picture;
    Shape m_patch; // [C, h, w]
    std::span<float> m_out;
    std::vector<float> m_weight, m_fadeY, m_fadeX;
    std::vector<Place> m_places;
};

} // namespace

int64_t reflected(int64_t i, int64_t size) {
    if (size == 1)
        return 0;
    const int64_t period = 2 * (size - 1);
    const int64_t at = ((i % period) + period) % period;
    return at < size ? at : period - at;
}

std::vector<int64_t> patchOrigins(int64_t size, int64_t patch, int64_t step) {
    expects(size >= patch && step > 0, "patches of {} with step {} in {}", patch, step, size);
    const int64_t steps = (size - patch + step - 1) / step; // after the first
    std::vector<int64_t> origins;
    for (int64_t i = 0; i <= steps; ++i)
        origins.push_back(steps == 0 ? 0 : i * (size - patch) / steps);
    return origins;
}

Result<bool> patchPass(ModelRunner& runner, const PictureView& picture, std::span<float> out,
                       const PassSettings& settings) {
    return PatchPass(runner, picture, out).run(settings);
}

} // namespace hourglass
