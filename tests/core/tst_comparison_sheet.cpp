#include <algorithm>
#include <cmath>

#include <QtTest>

#include "core/analysis/ComparisonSheet.h"
#include "core/base/Contract.h"

using namespace hourglass;

namespace {

Tensor filled(const Shape& shape, float value) {
    Tensor tensor(shape);
    std::fill(tensor.values().begin(), tensor.values().end(), value);
    return tensor;
}

// Pixels of this colour in the sheet: its pictures are told apart by colours that ground and ink lack.
int64_t pixelsOf(const Tensor& sheet, float red, float green, float blue) {
    const auto plane = static_cast<size_t>(sheet.shape()[1] * sheet.shape()[2]);
    const auto is = [&](size_t i, float value) { return std::abs(sheet.values()[i] - value) < 1e-5f; };
    int64_t count = 0;
    for (size_t i = 0; i < plane; ++i)
        count += is(i, red) && is(plane + i, green) && is(2 * plane + i, blue);
    return count;
}

} // namespace

class TestComparisonSheet : public QObject {
    Q_OBJECT

private slots:
    void render_smallPictures_enlargedWhole() {
        const Shape shape{3, 1, 28, 28};
        const Tensor sheet = renderComparisonSheet({.original = filled(shape, 0.25f),
                                                    .noisy = filled(shape, 0.5f),
                                                    .reconstruction = filled(shape, 0.75f),
                                                    .names = {}});
        for (float gray : {0.25f, 0.5f, 0.75f})
            QVERIFY(pixelsOf(sheet, gray, gray, gray) >= 3 * 112 * 112); // a letter's edge may have that gray too
        QVERIFY(pixelsOf(sheet, 0.25f, 0.25f, 0.25f) < 3 * 112 * 112 + 100);
        const auto [least, most] = std::minmax_element(sheet.values().begin(), sheet.values().end());
        QVERIFY(*least >= 0 && *most <= 1);
    }

    void render_withoutNoise_oneColumnLess() {
        const Shape shape{2, 3, 32, 32};
        const Tensor original = filled(shape, 0.5f), reconstruction = filled(shape, 0.25f);
        const Tensor two = renderComparisonSheet({original, {}, reconstruction, {}});
        const Tensor three = renderComparisonSheet({original, original, reconstruction, {}});
        QCOMPARE(two.shape()[1], three.shape()[1]);
        QVERIFY(three.shape()[2] - two.shape()[2] >= 128);
    }

    void render_largePictures_reduced() {
        const Shape shape{1, 3, 600, 1200};
        const Tensor sheet = renderComparisonSheet({filled(shape, 0.5f), {}, filled(shape, 2.0f), {}});
        QCOMPARE(pixelsOf(sheet, 0.5f, 0.5f, 0.5f) / 1000, 256 * 128 / 1000);
        QCOMPARE(pixelsOf(sheet, 1, 1, 1), 256 * 128); // clamped
    }

    void render_colour_kept() {
        Tensor original(Shape{1, 3, 40, 40});
        std::fill_n(original.data(), 1600, 1.0f); // pure red
        const Tensor sheet = renderComparisonSheet({original, {}, filled({1, 3, 40, 40}, 0.5f), {}});
        QCOMPARE(pixelsOf(sheet, 1, 0, 0), 120 * 120);
    }

    // What is written beneath a picture changes with its PSNR, and only there.
    void render_psnr_written() {
        const Shape shape{1, 1, 28, 28};
        Tensor nearly = filled(shape, 0.5f), wrong = filled(shape, 0.5f);
        nearly.data()[0] = 0.51f;
        wrong.data()[0] = 0.6f;
        const Tensor original = filled(shape, 0.5f);
        const Tensor a = renderComparisonSheet({original, {}, nearly, {}});
        const Tensor b = renderComparisonSheet({original, {}, wrong, {}});
        QCOMPARE(a.shape(), b.shape());
        int64_t different = 0;
        for (int64_t i = 0; i < a.elements() / 3; ++i)
            different += a.data()[i] != b.data()[i];
        QVERIFY(different > 16 + 20); // the enlarged pixel is 4 by 4
    }

    void render_textOfAnyKind_fits() {
        const Shape shape{1, 1, 8, 8};
        const Tensor sheet =
            renderComparisonSheet({.original = filled(shape, 0),
                                   .noisy = {},
                                   .reconstruction = filled(shape, 1),
                                   .names = {"a very long name of a picture, ü漢字, that cannot fit beneath it.png"}},
                                  {.title = "Ü", .subtitle = std::string(80, 'w')});
        QVERIFY(sheet.shape()[2] > 400); // widened for the subtitle
    }

    void render_mismatch_contract() {
        const Tensor four = filled({4, 1, 8, 8}, 0);
        QVERIFY_EXCEPTION_THROWN(renderComparisonSheet({four, {}, filled({3, 1, 8, 8}, 0), {}}), ContractError);
        QVERIFY_EXCEPTION_THROWN(renderComparisonSheet({four, filled({4, 1, 8, 9}, 0), four, {}}), ContractError);
        QVERIFY_EXCEPTION_THROWN(renderComparisonSheet({Tensor(Shape{0, 1, 8, 8}), {}, Tensor(Shape{0, 1, 8, 8}), {}}),
                                 ContractError);
    }
};

QTEST_APPLESS_MAIN(TestComparisonSheet)
#include "tst_comparison_sheet.moc"
