#include "ui/panels/LatentMap.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QSpinBox>
#include <QStandardItemModel>
#include <QToolButton>

#include "ui/panels/Words.h"
#include "ui/widgets/CodeScatter.h"

namespace hourglass {

namespace {

void setItemEnabled(QComboBox* box, int item, bool isEnabled, const QString& why) {
    auto* row = qobject_cast<QStandardItemModel*>(box->model())->item(item);
    row->setEnabled(isEnabled);
    row->setToolTip(isEnabled ? QString() : why);
}

} // namespace

QString className(const Dataset& samples, int64_t row) {
    const std::optional<int> label = samples.label(row);
    if (!label)
        return {};
    const auto names = samples.classNames();
    const auto at = static_cast<size_t>(*label);
    return *label >= 0 && at < names.size() ? QString::fromStdString(names[at]) : QString::number(*label);
}

LatentMap::Layout LatentMap::layoutKind() const {
    return static_cast<Layout>(m_layout->currentIndex());
}

LatentMap::Colour LatentMap::colourKind() const {
    return static_cast<Colour>(m_colour->currentIndex());
}

std::array<int, 2> LatentMap::shownAxes() const {
    return {m_shown[0]->value() - 1, m_shown[1]->value() - 1};
}

void LatentMap::showControls() {
    const bool isByNeighbours = layoutKind() == Layout::Neighbours;
    for (QSpinBox* box : m_shown)
        box->setVisible(!isByNeighbours);
    m_perplexity->setVisible(isByNeighbours);
    m_clusterCount->setVisible(colourKind() == Colour::Cluster);
}

void LatentMap::setCodes(std::shared_ptr<const LatentCodes> codes) {
    m_analysis.cancelAll();
    m_neighbourPoints.clear();
    m_usedPerplexity = 0;
    if (std::exchange(m_clusters, nullptr) != nullptr)
        emit clustersChanged();
    const Change change = m_codes == nullptr || codes == nullptr || !m_codes->areOfTheSameSamples(*codes)
                              ? Change::Samples
                          : m_codes->view.columns() == codes->view.columns() ? Change::Codes
                                                                             : Change::Layout;
    m_codes = std::move(codes);
    const bool hasCodes = m_codes != nullptr;
    for (QWidget* control :
         std::initializer_list<QWidget*>{m_layout, m_perplexity, m_colour, m_clusterCount, m_sprites, m_lasso})
        control->setEnabled(hasCodes);
    showControls();
    if (!hasCodes) {
        m_axes.reset();
        m_scatter->clear();
        for (QSpinBox* box : m_shown)
            box->setEnabled(false);
        return;
    }
    const bool hasPictures = !m_codes->thumbnails.isEmpty();
    m_sprites->setEnabled(hasPictures);
    m_scatter->setPictures(hasPictures ? [this](int sample) { return thumbnail(sample); }
                                       : std::function<QImage(int)>());
    if (change != Change::Codes && m_codes->view.columns() == 2) { // the axes themselves say more
        const QSignalBlocker quiet(m_layout);
        m_layout->setCurrentIndex(static_cast<int>(Layout::Values));
    }
    takeAxes();
    setItemEnabled(m_colour, static_cast<int>(Colour::Class), hasClasses(), tr("These samples have no classes"));
    if (change != Change::Codes) {
        const QSignalBlocker quiet(m_colour);
        const Colour wanted = wantedColour();
        m_colour->setCurrentIndex(static_cast<int>(wanted == Colour::Class && !hasClasses() ? Colour::Error : wanted));
    }
    showControls();
    layOut(change);
    colour();
    emit axesChanged();
}

bool LatentMap::hasClasses() const {
    return m_codes->samples->label(0).has_value();
}

void LatentMap::takeAxes() {
    if (m_codes == nullptr)
        return;
    m_axes = LatentAxes::of(*m_codes,
                            layoutKind() == Layout::Values ? LatentAxes::Kind::Values : LatentAxes::Kind::Principal);
    const int count = static_cast<int>(m_axes->count());
    for (size_t i = 0; i < 2; ++i) {
        const QSignalBlocker quiet(m_shown[i]);
        m_shown[i]->setRange(1, count);
        m_shown[i]->setEnabled(count > 1);
    }
    if (count > 1 && m_shown[0]->value() == m_shown[1]->value()) {
        const QSignalBlocker quiet(m_shown[1]);
        m_shown[1]->setValue(m_shown[0]->value() == 1 ? 2 : 1);
    }
}

void LatentMap::layOut(Change change) {
    if (!m_axes)
        return;
    if (layoutKind() == Layout::Neighbours)
        return layOutByNeighbours(change);
    const auto [x, y] = shownAxes();
    place(pointsAlong(x, y), change);
    m_scatter->setAxisNames(axisName(x), m_axes->count() > 1 ? axisName(y) : QString());
}

void LatentMap::place(std::vector<QPointF> points, Change change) {
    if (change == Change::Samples)
        return m_scatter->setPoints(std::move(points));
    m_scatter->movePoints(std::move(points));
    if (change == Change::Layout)
        m_scatter->fit();
}

std::vector<QPointF> LatentMap::pointsAlong(int x, int y) const {
    std::vector<QPointF> points;
    for (int64_t row = 0; row < m_codes->size(); ++row) {
        const std::span<const float> at = m_axes->coordinates.sample(row);
        points.push_back({static_cast<double>(at[static_cast<size_t>(x)]),
                          m_axes->count() > 1 ? static_cast<double>(at[static_cast<size_t>(y)]) : 0.0});
    }
    return points;
}

QString LatentMap::axisName(int axis) const {
    if (m_axes->kind == LatentAxes::Kind::Values)
        return tr("value %1").arg(axis + 1);
    const double total = m_codes->pca.totalVariance();
    const double share = total > 0 ? m_codes->pca.variances()[static_cast<size_t>(axis)] / total : 0;
    return tr("axis %1 · %2 % of the variance").arg(axis + 1).arg(QLocale().toString(100 * share, 'f', 1));
}

void LatentMap::colour() {
    if (m_codes == nullptr)
        return;
    if (colourKind() == Colour::Error)
        return m_scatter->setValues(m_codes->errors, tr("error (MSE)"));
    if (colourKind() == Colour::Cluster) {
        if (m_clusters == nullptr)
            return findClusters();
        QStringList sizes;
        for (const int64_t size : m_clusters->sizes)
            sizes << tr("%1 (%2)", "number of a cluster (samples in it)")
                         .arg(sizes.size() + 1)
                         .arg(QLocale().toString(static_cast<qlonglong>(size)));
        return m_scatter->setCategories(m_clusters->labels, sizes);
    }
    std::vector<int> categories;
    int most = -1;
    for (int64_t row = 0; row < m_codes->size(); ++row) {
        categories.push_back(m_codes->samples->label(row).value_or(-1));
        most = std::max(most, categories.back());
    }
    QStringList names;
    const auto known = m_codes->samples->classNames();
    for (int i = 0; i <= most && i < 64; ++i)
        names << (static_cast<size_t>(i) < known.size() ? QString::fromStdString(known[static_cast<size_t>(i)])
                                                        : QString::number(i));
    m_scatter->setCategories(std::move(categories), names);
}

void LatentMap::connectAnalysis() {
    connect(&m_analysis, &LatentAnalysis::layoutMoved, this,
            [this](const std::shared_ptr<const std::vector<float>>& layout, const LayoutProgress& progress) {
                takeLayout(*layout, progress);
            });
    connect(&m_analysis, &LatentAnalysis::layoutDone, this, [this](const std::shared_ptr<const TSneLayout>& layout) {
        m_usedPerplexity = layout->perplexity;
        endLayout();
    });
    connect(&m_analysis, &LatentAnalysis::layoutStopped, this, &LatentMap::endLayout);
    connect(&m_analysis, &LatentAnalysis::clustered, this, [this](const std::shared_ptr<const KMeans>& clusters) {
        m_clusters = clusters;
        emit clustersChanged();
        colour();
        emit workEnded();
    });
    connect(&m_analysis, &LatentAnalysis::clustersStopped, this, &LatentMap::letGoOfClusters);
}

void LatentMap::takeLayout(const std::vector<float>& layout, const LayoutProgress& progress) {
    const bool isFirst = m_neighbourPoints.empty();
    m_neighbourPoints.clear();
    for (size_t i = 0; i + 1 < layout.size(); i += 2)
        m_neighbourPoints.push_back({static_cast<double>(layout[i]), static_cast<double>(layout[i + 1])});
    place(m_neighbourPoints, isFirst ? Change::Layout : Change::Codes);
    const QLocale locale;
    QString text = tr("t-SNE %1 of %2 · KL %3")
                       .arg(locale.toString(static_cast<qlonglong>(progress.iteration)),
                            locale.toString(static_cast<qlonglong>(progress.total)),
                            locale.toString(progress.klDivergence, 'f', 2));
    if (progress.iterationsPerSecond > 0)
        text += tr(" · %1/s · %2 left", "iterations a second, remaining time")
                    .arg(locale.toString(progress.iterationsPerSecond, 'f', progress.iterationsPerSecond < 10 ? 1 : 0),
                         durationText(progress.secondsLeft));
    emit working(static_cast<double>(progress.iteration) / static_cast<double>(progress.total), text);
}

// Until it shows itself the codes are seen as it starts from them, along the first two principal axes: what is on the
// map is always of the codes that are described.
void LatentMap::layOutByNeighbours(Change change) {
    m_scatter->setAxisNames({}, {});
    if (!m_neighbourPoints.empty())
        return place(m_neighbourPoints, change);
    place(pointsAlong(0, 1), change == Change::Samples ? change : Change::Layout);
    m_usedPerplexity = 0;
    m_analysis.layOut(m_codes, m_perplexity->value());
    emit working(0, tr("t-SNE: looking for neighbours"));
}

void LatentMap::findClusters() {
    if (m_codes == nullptr || colourKind() != Colour::Cluster)
        return;
    m_analysis.cluster(m_codes, m_clusterCount->value());
    tellClusters();
}

void LatentMap::tellClusters() {
    if (m_analysis.isClustering() && !m_analysis.isLayingOut()) // which has more to tell
        emit working(0, tr("looking for %1 clusters").arg(m_clusterCount->value()));
}

void LatentMap::endLayout() {
    emit workEnded();
    tellClusters();
}

// The colours have stayed what they were; without clusters they are not called so.
void LatentMap::letGoOfClusters() {
    if (colourKind() == Colour::Cluster && m_clusters == nullptr && m_codes != nullptr)
        m_colour->setCurrentIndex(static_cast<int>(hasClasses() ? Colour::Class : Colour::Error));
    emit workEnded();
}

QString LatentMap::layoutNote() const {
    if (layoutKind() != Layout::Neighbours || m_codes == nullptr || m_analysis.isLayingOut())
        return {};
    const QLocale locale;
    if (m_usedPerplexity == 0)
        return tr("t-SNE stopped before its end");
    if (m_usedPerplexity < m_perplexity->value())
        return tr("t-SNE with perplexity %1 instead of %2: there are only %3 samples")
            .arg(locale.toString(m_usedPerplexity, 'f', 1), locale.toString(m_perplexity->value(), 'f', 0),
                 locale.toString(static_cast<qlonglong>(m_codes->size())));
    return tr("t-SNE with perplexity %1").arg(locale.toString(m_usedPerplexity, 'f', 0));
}

QString LatentMap::describe(int sample) const {
    QStringList parts{QString::fromStdString(m_codes->samples->name(sample))};
    if (const QString name = className(*m_codes->samples, sample); !name.isEmpty())
        parts << name;
    parts << tr("error %1").arg(QLocale().toString(m_codes->errors[static_cast<size_t>(sample)], 'g', 3));
    return parts.join(QStringLiteral(" · "));
}

QImage LatentMap::thumbnail(int sample) const {
    const Thumbnails& all = m_codes->thumbnails;
    if (all.isEmpty())
        return {};
    const QImage shared(all.of(sample), all.width, all.height, all.width * all.channels,
                        all.channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
    return shared.copy();
}

} // namespace hourglass
