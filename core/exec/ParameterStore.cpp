#include "core/exec/ParameterStore.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/Parallel.h"
#include "core/base/Random.h"
#include "core/exec/kernels/ParameterUpdate.h"

namespace hourglass {

ArenaLayout::ArenaLayout(const Graph& graph) {
    constexpr int64_t kFloatsPerLine = kAlignment / sizeof(float);
    for (NodeId id : graph.parameters()) {
        const Node& node = graph.node(id);
        Result<Shape> shape = evaluate(node.shape, {});
        m_entries.push_back({node.attributes.name, shape.value(), m_floats, node.attributes.initialisation});
        m_floats += (shape->elements() + kFloatsPerLine - 1) / kFloatsPerLine * kFloatsPerLine;
    }
}

const ArenaLayout::Entry* ArenaLayout::find(const std::string& name) const {
    const auto it = std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& e) { return e.name == name; });
    return it == m_entries.end() ? nullptr : &*it;
}

int64_t ArenaLayout::parameterCount() const {
    int64_t count = 0;
    for (const Entry& entry : m_entries)
        count += entry.shape.elements();
    return count;
}

ParameterStore::ParameterStore(std::shared_ptr<const ArenaLayout> layout)
    : m_layout(std::move(layout)), m_values(static_cast<size_t>(m_layout->floats())) {}

std::span<const float> ParameterStore::values(const std::string& name) const {
    const ArenaLayout::Entry* entry = m_layout->find(name);
    expects(entry != nullptr, "there is no parameter '{}'", name);
    return arena().subspan(static_cast<size_t>(entry->offset), static_cast<size_t>(entry->shape.elements()));
}

std::span<float> ParameterStore::values(const std::string& name) {
    const std::span<const float> view = std::as_const(*this).values(name);
    return {const_cast<float*>(view.data()), view.size()};
}

void ParameterStore::touch(Rounded rounded) {
    ++m_version;
    if (rounded == Rounded::Written)
        m_roundedVersion = m_version;
}

const uint16_t* ParameterStore::rounded() const {
    const std::lock_guard lock(m_rounding);
    const bool isFirst = m_rounded.size() != m_values.size();
    if (isFirst)
        m_rounded = AlignedBuffer<uint16_t>(m_values.size());
    if (isFirst || m_roundedVersion != m_version)
        roundToBf16(m_values.span(), m_rounded.data());
    m_roundedVersion = m_version;
    return m_rounded.data();
}

void ParameterStore::assign(std::span<const float> arena) {
    expects(arena.size() == m_values.size(), "an arena of {} floats for a store of {}", arena.size(), m_values.size());
    std::copy(arena.begin(), arena.end(), m_values.data());
    touch();
}

namespace {

// Makes the vectors [count][length] orthonormal, each by what is left of it outside those before (modified
// Gram–Schmidt). Random ones are far from dependent. The same whatever the number of threads.
void orthonormalise(std::vector<double>& vectors, int64_t count, int64_t length) {
    constexpr int64_t kGrain = 1 << 15; // numbers that are worth a thread's while
    for (int64_t i = 0; i < count; ++i) {
        double* v = vectors.data() + i * length;
        const double norm = std::sqrt(std::inner_product(v, v + length, v, 0.0));
        std::for_each(v, v + length, [=](double& x) { x /= norm; });
        const int64_t grain = std::max<int64_t>(1, kGrain / length);
        parallelFor(count - i - 1, grain, [&](int64_t begin, int64_t end) {
            for (int64_t j = i + 1 + begin; j < i + 1 + end; ++j) {
                double* later = vectors.data() + j * length;
                const double share = std::inner_product(v, v + length, later, 0.0);
                for (int64_t k = 0; k < length; ++k)
                    later[k] -= share * v[k];
            }
        });
    }
}

void fillOrthogonal(std::span<float> values, int64_t rows, const RandomStream& stream) {
    const auto columns = static_cast<int64_t>(values.size()) / rows;
    const bool tall = rows > columns;
    const int64_t count = std::min(rows, columns), length = std::max(rows, columns);
    stream.fillNormal(values);
    std::vector<double> vectors(values.begin(), values.end());
    orthonormalise(vectors, count, length);
    for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < columns; ++c)
            values[static_cast<size_t>(r * columns + c)] =
                static_cast<float>(vectors[static_cast<size_t>(tall ? c * length + r : r * length + c)]);
}

} // namespace

void initialiseParameters(ParameterStore& store, uint64_t seed) {
    using Kind = Initialisation::Kind;
    uint64_t place = 0;
    for (const ArenaLayout::Entry& entry : store.layout().entries()) {
        const RandomStream stream(seed, static_cast<uint64_t>(RandomPurpose::Initialisation), place++);
        const std::span<float> values = store.values(entry.name);
        const auto fanIn = static_cast<float>(entry.initialisation.fanIn);
        const auto fanOut = static_cast<float>(entry.initialisation.fanOut);
        switch (entry.initialisation.kind) {
        case Kind::Zeros:
            std::fill(values.begin(), values.end(), 0.0f);
            break;
        case Kind::HeNormal:
        case Kind::LecunNormal: {
            const float deviation = std::sqrt((entry.initialisation.kind == Kind::HeNormal ? 2.0f : 1.0f) / fanIn);
            stream.fillNormal(values);
            std::for_each(values.begin(), values.end(), [=](float& v) { v *= deviation; });
            break;
        }
        case Kind::Orthogonal:
            fillOrthogonal(values, entry.shape[0], stream);
            break;
        case Kind::FanInUniform:
        case Kind::GlorotUniform: {
            const bool isGlorot = entry.initialisation.kind == Kind::GlorotUniform;
            const float bound = std::sqrt(isGlorot ? 6.0f / (fanIn + fanOut) : 1.0f / fanIn);
            stream.fillUniform(values);
            std::for_each(values.begin(), values.end(), [=](float& v) { v = (2.0f * v - 1.0f) * bound; });
            break;
        }
        }
        const auto gain = static_cast<float>(entry.initialisation.gain);
        std::for_each(values.begin(), values.end(), [=](float& v) { v *= gain; });
    }
    store.touch();
}

} // namespace hourglass
