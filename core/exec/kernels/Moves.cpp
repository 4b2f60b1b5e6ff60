#include "core/exec/kernels/Moves.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/base/Contract.h"
#include "core/base/Parallel.h"
#include "core/exec/kernels/Bf16.h"

namespace hourglass {

namespace {

float load(const float* from) {
    return *from;
}
float load(const uint16_t* from) {
    return bf16ToFloat(*from);
}
void store(float value, float* to) {
    *to = value;
}
void store(float value, uint16_t* to) {
    *to = floatToBf16(value);
}

// An element as the other type has it; as it is where both are one.
template <typename Y, typename X>
void copyElement(const X* from, Y* to) {
    if constexpr (std::is_same_v<X, Y>)
        *to = *from;
    else
        store(load(from), to);
}
template <typename Y, typename X>
void copyElements(const X* from, Y* to, int64_t count) {
    if constexpr (std::is_same_v<X, Y>)
        std::copy_n(from, count, to);
    else
        for (int64_t i = 0; i < count; ++i)
            store(load(from + i), to + i);
}

// Calls function with typed pointers.
template <typename Function>
void withTypes(const ConstTensorView& x, const TensorView& y, Function function) {
    const auto withY = [&](const auto* from) {
        if (y.type == StorageType::F32)
            function(from, static_cast<float*>(y.data));
        else
            function(from, static_cast<uint16_t*>(y.data));
    };
    if (x.type == StorageType::F32)
        withY(static_cast<const float*>(x.data));
    else
        withY(static_cast<const uint16_t*>(x.data));
}

int64_t grainOf(int64_t elementsOfOne) {
    return std::max<int64_t>(1, StripProgram::kChunk / std::max<int64_t>(1, elementsOfOne));
}

// A picture's measures; place(n, h, w) is where the channels of a pixel begin.
struct Pixels {
    int64_t n, h, w, c;
    explicit Pixels(const Shape& shape) : n(shape[0]), h(shape[1]), w(shape[2]), c(shape[3]) {}
    int64_t place(int64_t image, int64_t row, int64_t column) const { return ((image * h + row) * w + column) * c; }
};

// Calls line(image, row) for every line of a picture, in parallel.
template <typename Line>
void forEachLine(const Pixels& p, Line line) {
    parallelFor(p.n * p.h, grainOf(p.w * p.c), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i)
            line(i / p.h, i % p.h);
    });
}

template <typename X, typename Y>
void pool(bool largest, int64_t f, const X* x, const Pixels& px, Y* y, const Pixels& py) {
    forEachLine(py, [&](int64_t image, int64_t row) {
        for (int64_t column = 0; column < py.w; ++column)
            for (int64_t c = 0; c < py.c; ++c) {
                float result = largest ? -std::numeric_limits<float>::infinity() : 0.0f;
                for (int64_t i = 0; i < f; ++i)
                    for (int64_t j = 0; j < f; ++j) {
                        const float value = load(x + px.place(image, row * f + i, column * f + j) + c);
                        result = largest ? std::max(result, value) : result + value;
                    }
                store(result, y + py.place(image, row, column) + c);
            }
    });
}

template <typename X, typename Y>
void repeatPixels(int64_t f, const X* x, const Pixels& px, Y* y, const Pixels& py) {
    forEachLine(py, [&](int64_t image, int64_t row) {
        for (int64_t column = 0; column < py.w; ++column) {
            const X* from = x + px.place(image, row / f, column / f);
            Y* to = y + py.place(image, row, column);
            for (int64_t c = 0; c < py.c; ++c)
                store(load(from + c), to + c);
        }
    });
}

// The two lines of the small picture that line i of the large one mixes, and the share of the second.
struct Mix {
    int64_t low, high;
    float share;
    Mix(int64_t i, int64_t factor, int64_t size) {
        const float place = std::clamp((static_cast<float>(i) + 0.5f) / static_cast<float>(factor) - 0.5f, 0.0f,
                                       static_cast<float>(size - 1));
        low = static_cast<int64_t>(place);
        high = std::min(low + 1, size - 1);
        share = place - static_cast<float>(low);
    }
    float weightOf(int64_t line) const { return (line == low ? 1 - share : 0.0f) + (line == high ? share : 0.0f); }
};

template <typename X, typename Y>
void mixUp(int64_t f, const X* x, const Pixels& px, Y* y, const Pixels& py) {
    forEachLine(py, [&](int64_t image, int64_t row) {
        const Mix rows(row, f, px.h);
        for (int64_t column = 0; column < py.w; ++column) {
            const Mix columns(column, f, px.w);
            const X *a = x + px.place(image, rows.low, columns.low), *b = x + px.place(image, rows.low, columns.high);
            const X *c = x + px.place(image, rows.high, columns.low), *d = x + px.place(image, rows.high, columns.high);
            for (int64_t k = 0; k < py.c; ++k) {
                const float top = load(a + k) + columns.share * (load(b + k) - load(a + k));
                const float bottom = load(c + k) + columns.share * (load(d + k) - load(c + k));
                store(top + rows.share * (bottom - top), y + py.place(image, row, column) + k);
            }
        }
    });
}

// Adjoint of mixUp: each small pixel gathers from the large ones that it is mixed into.
template <typename X, typename Y>
void mixDown(int64_t f, const X* x, const Pixels& px, Y* y, const Pixels& py) {
    const auto range = [f](int64_t i, int64_t size) {
        return std::pair(std::max<int64_t>(0, (i - 1) * f), std::min(size, (i + 2) * f));
    };
    forEachLine(py, [&](int64_t image, int64_t row) {
        const auto [firstRow, lastRow] = range(row, px.h);
        for (int64_t column = 0; column < py.w; ++column) {
            const auto [firstColumn, lastColumn] = range(column, px.w);
            for (int64_t k = 0; k < py.c; ++k) {
                float sum = 0;
                for (int64_t i = firstRow; i < lastRow; ++i) {
                    const float a = Mix(i, f, py.h).weightOf(row);
                    for (int64_t j = firstColumn; j < lastColumn && a != 0; ++j)
                        sum += a * Mix(j, f, py.w).weightOf(column) * load(x + px.place(image, i, j) + k);
                }
                store(sum, y + py.place(image, row, column) + k);
            }
        }
    });
}

// deep [N, H, W, C f²] and wide [N, H f, W f, C]: one is copied to the other.
template <typename X, typename Y>
void shuffle(bool toWide, int64_t f, const X* x, Y* y, const Pixels& deep, const Pixels& wide) {
    forEachLine(wide, [&](int64_t image, int64_t row) {
        for (int64_t column = 0; column < wide.w; ++column) {
            const int64_t place = wide.place(image, row, column);
            const int64_t group = deep.place(image, row / f, column / f) + row % f * f + column % f;
            for (int64_t c = 0; c < wide.c; ++c) {
                if (toWide)
                    copyElement(x + group + c * f * f, y + place + c);
                else
                    copyElement(x + place + c, y + group + c * f * f);
            }
        }
    });
}

} // namespace

void movePicture(OpKind op, int64_t factor, const ConstTensorView& x, const TensorView& y) {
    const Pixels px(x.shape), py(y.shape);
    withTypes(x, y, [&](const auto* from, auto* to) {
        switch (op) {
        case OpKind::MaxPool:
        case OpKind::SumPool:
            return pool(op == OpKind::MaxPool, factor, from, px, to, py);
        case OpKind::UpsampleNearest:
            return repeatPixels(factor, from, px, to, py);
        case OpKind::UpsampleBilinear:
            return mixUp(factor, from, px, to, py);
        case OpKind::BilinearTransposed:
            return mixDown(factor, from, px, to, py);
        case OpKind::PixelShuffle:
            return shuffle(true, factor, from, to, px, py);
        case OpKind::PixelUnshuffle:
            return shuffle(false, factor, from, to, py, px);
        default:
            throw ContractError(fmt::format("{} does not move pictures", info(op).name));
        }
    });
}

void copyAlongAxis(const ConstTensorView& x, const TensorView& y, int axis, int64_t fromBegin, int64_t toBegin,
                   int64_t count) {
    int64_t outer = 1, inner = 1;
    for (int i = 0; i < x.shape.rank(); ++i)
        (i < axis ? outer : inner) *= i == axis ? 1 : x.shape[i];
    withTypes(x, y, [&](const auto* from, auto* to) {
        parallelFor(outer, grainOf(count * inner), [&](int64_t begin, int64_t end) {
            for (int64_t o = begin; o < end; ++o) {
                const auto* source = from + (o * x.shape[axis] + fromBegin) * inner;
                auto* target = to + (o * y.shape[axis] + toBegin) * inner;
                copyElements(source, target, count * inner);
            }
        });
    });
}

void permuteAxes(const ConstTensorView& x, const TensorView& y, std::span<const int> axes) {
    const int rank = y.shape.rank();
    constexpr size_t kMostAxes = 8;
    expects(axes.size() <= kMostAxes && !axes.empty(), "a permutation of {} axes", axes.size());
    std::array<int64_t, kMostAxes> strides{}, sizes{};
    for (int i = 0; i < rank; ++i) {
        sizes[static_cast<size_t>(i)] = y.shape[i];
        int64_t stride = 1;
        for (int axis = axes[static_cast<size_t>(i)] + 1; axis < rank; ++axis)
            stride *= x.shape[axis];
        strides[static_cast<size_t>(i)] = stride;
    }
    const int64_t line = sizes[axes.size() - 1], step = strides[axes.size() - 1];
    withTypes(x, y, [&](const auto* from, auto* to) {
        parallelFor(y.shape.elements() / std::max<int64_t>(1, line), grainOf(line), [&](int64_t begin, int64_t end) {
            for (int64_t o = begin; o < end; ++o) {
                int64_t place = 0, rest = o;
                for (size_t axis = axes.size() - 1; axis-- > 0; rest /= sizes[axis])
                    place += rest % sizes[axis] * strides[axis];
                for (int64_t i = 0; i < line; ++i)
                    copyElement(from + place + i * step, to + o * line + i);
            }
        });
    });
}

} // namespace hourglass
