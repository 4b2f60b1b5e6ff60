// What the Generate page says of its pictures.

#include <QLocale>

#include "ui/bridge/Workbench.h"
#include "ui/panels/GeneratePage.h"
#include "ui/panels/ModelChooser.h"
#include "ui/panels/Words.h"
#include "ui/widgets/PictureTable.h"

namespace hourglass {

namespace {

// "z7", or of a spatial code "channel 2 (3, 1)": column and row.
QString dimensionName(const Shape& code, int64_t dimension) {
    if (code.rank() != 3)
        return QStringLiteral("z%1").arg(dimension + 1);
    const int64_t width = code[2], area = code[1] * width;
    return GeneratePage::tr("channel %1 (%2, %3)")
        .arg(dimension / area + 1)
        .arg(dimension % width + 1)
        .arg(dimension % area / width + 1);
}

// "+1.5σ"
QString placeText(int64_t step) {
    const double place = GenerateService::kSpan * (2.0 * double(step) / double(GenerateService::kSteps - 1) - 1);
    const QString number = QLocale().toString(std::abs(place), 'g', 3);
    return (place < 0 ? QStringLiteral("−%1σ") : place > 0 ? QStringLiteral("+%1σ") : QStringLiteral("%1")).arg(number);
}

} // namespace

bool GeneratePage::isPictureBatch(const Tensor& samples) {
    return samples.shape().rank() == 4 && (samples.shape()[1] == 1 || samples.shape()[1] == 3);
}

QStringList GeneratePage::rowTexts() const {
    QStringList rows;
    for (const TraversalRow& row : m_result->rows) {
        const QString name = dimensionName(m_result->codeShape, row.dimension);
        const QLocale locale;
        rows << (row.weight < 0           ? name
                 : m_result->isDivergence ? tr("%1 · %2 nats").arg(name, locale.toString(row.weight, 'f', 2))
                                          : tr("%1 · σ %2").arg(name, locale.toString(row.weight, 'g', 2)));
    }
    return rows;
}

QStringList GeneratePage::columnTexts() const {
    QStringList columns;
    for (int64_t step = 0; step < GenerateService::kSteps; ++step)
        columns << placeText(step);
    return columns;
}

QString GeneratePage::pictureText(int index) const {
    if (m_result->rows.empty())
        return tr("Sample %1 of %2").arg(index + 1).arg(m_table->count());
    const auto row = static_cast<size_t>(index / GenerateService::kSteps);
    return tr("%1 at %2")
        .arg(dimensionName(m_result->codeShape, m_result->rows[row].dimension),
             placeText(index % GenerateService::kSteps));
}

QString GeneratePage::emptyText() const {
    if (!m_problem.isEmpty())
        return m_problem;
    const std::filesystem::path opening = m_workbench.controller().openingModel();
    if (m_model->isAtHand() && !opening.empty())
        return openingText(toText(opening.filename()));
    if (!hasModel())
        return tr("New samples appear here, made of random codes.\nThere is no trained model yet: Run (F5) trains one, "
                  "or choose one above.");
    if (m_wasCancelled)
        return tr("Cancelled. Resample (Ctrl+R) starts again.");
    if (m_result != nullptr && !isPictureBatch(m_result->pictures))
        return tr("%1 samples of %2 are ready. They are no pictures: save them as an array (.npy).")
            .arg(QLocale().toString(static_cast<qlonglong>(m_result->pictures.shape()[0])),
                 shapeText(m_result->pictures.shape().sample()));
    return tr("generating…");
}

QString GeneratePage::noteText() const {
    if (m_result == nullptr || !m_problem.isEmpty() || !hasModel())
        return {};
    const Generated& made = *m_result;
    const QLocale locale;
    QStringList parts{made.step > 0 ? tr("%1 at step %2").arg(made.request.modelName, locale.toString(made.step))
                                    : made.request.modelName};
    const QString source = made.isPrior ? tr("codes from %1").arg(made.source)
                                        : tr("codes from %1: this family has no prior of its own").arg(made.source);
    if (made.request.what == What::Samples) {
        parts << source << tr("temperature %1").arg(locale.toString(made.request.temperature, 'g', 3))
              << tr("seed %1").arg(made.request.seed);
    } else {
        const int64_t all = made.codeShape.elements(), shown = static_cast<int64_t>(made.rows.size());
        parts << (shown < all ? tr("the %1 first of %2 dimensions").arg(shown).arg(all)
                              : tr("all %1 dimensions").arg(all));
        const bool isKnown = !made.rows.empty() && made.rows.front().weight >= 0;
        parts << (!isKnown            ? tr("in their order: which are active is not known without data")
                  : made.isDivergence ? tr("by KL, most active first; near 0 nats one has collapsed")
                                      : tr("by the standard deviation σ of their codes, widest first"));
        parts << tr("σ of %1").arg(made.source);
    }
    if (m_wasCancelled)
        parts << tr("cancelled; Ctrl+R goes on");
    return parts.join(QStringLiteral(" · "));
}

} // namespace hourglass
