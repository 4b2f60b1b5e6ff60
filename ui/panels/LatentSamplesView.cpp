#include "ui/panels/LatentSamplesView.h"

#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include "core/data/Split.h"
#include "ui/panels/LatentMap.h"
#include "ui/panels/Words.h"
#include "ui/widgets/CodeScatter.h"
#include "ui/widgets/ImageStrip.h"

namespace hourglass {

namespace {

using Receiver = LatentAnalysis::Receiver;

QLabel* plainLabel(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText); // names come from files
    label->setWordWrap(true);
    return label;
}

} // namespace

LatentSamplesView::LatentSamplesView(LatentAnalysis& analysis, LatentMap& map, QWidget* parent)
    : QWidget(parent), m_analysis(analysis), m_map(map) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(2, 4, 2, 0);
    column->setSpacing(2);
    m_neighbours =
        addPart(tr("Nearest neighbours"),
                tr("Click a point on the map: the samples with the most similar codes appear here."), column);
    m_chosen = addPart(tr("Chosen samples"), tr("Drag around points with Shift: they appear here."), column);
    connect(&analysis, &LatentAnalysis::neighboursFound, this, &LatentSamplesView::takeNeighbours);
    connect(
        &analysis, &LatentAnalysis::samplesRead, this,
        [this](Receiver receiver, const std::shared_ptr<const LatentSamples>& read) { takeSamples(receiver, *read); });
    for (const bool isNeighbours : {true, false})
        connect((isNeighbours ? m_neighbours : m_chosen).strip, &ImageStrip::activated, this,
                [this, isNeighbours](int place) {
                    const Part& part = isNeighbours ? m_neighbours : m_chosen;
                    if (static_cast<size_t>(place) < part.rows.size())
                        m_map.scatter()->setCurrent(static_cast<int>(part.rows[static_cast<size_t>(place)]));
                });
    codesChanged();
}

LatentSamplesView::Part LatentSamplesView::addPart(const QString& name, const QString& empty, QBoxLayout* column) {
    Part part{.title = plainLabel(this), .strip = new ImageStrip(this)};
    part.title->setAccessibleName(tr("About: %1").arg(name));
    part.strip->setAccessibleName(name);
    part.strip->setRows({QString()});
    part.strip->setEmptyText(empty);
    part.strip->setHint(tr("Click a picture, or walk with the arrows and press Enter, to go to its sample"));
    column->addWidget(part.title);
    column->addWidget(part.strip, 1);
    return part;
}

void LatentSamplesView::forget(Part& part, const QString& title) {
    part.rows.clear();
    part.captions.clear();
    part.strip->clear();
    part.title->setText(title);
    part.title->setVisible(!title.isEmpty());
}

void LatentSamplesView::codesChanged() {
    currentChanged(m_map.codes() != nullptr ? m_map.scatter()->current() : -1);
    chosenChanged(m_map.codes() != nullptr ? m_map.scatter()->chosen() : std::vector<int>());
}

void LatentSamplesView::currentChanged(int sample) {
    if (sample < 0 || m_map.codes() == nullptr)
        return forget(m_neighbours, {});
    m_analysis.findNeighbours(m_map.codes(), sample, kNeighbours);
}

void LatentSamplesView::takeNeighbours(int64_t row, const std::vector<Neighbour>& neighbours) {
    if (m_map.codes() == nullptr || row != m_map.scatter()->current()) // it has been let go meanwhile
        return;
    m_neighbours.rows = {row};
    m_neighbours.captions = {tr("itself")};
    for (const Neighbour& one : neighbours) {
        m_neighbours.rows.push_back(one.row);
        m_neighbours.captions << QLocale().toString(one.distance, 'g', 3);
    }
    m_neighbours.title->setText(
        tr("%1 · and its neighbours, by distance of their codes").arg(m_map.describe(static_cast<int>(row))));
    m_neighbours.title->setVisible(true);
    m_analysis.read(m_map.codes(), m_neighbours.rows, Receiver::Neighbours);
}

void LatentSamplesView::chosenChanged(const std::vector<int>& samples) {
    if (samples.empty() || m_map.codes() == nullptr)
        return forget(m_chosen, {});
    m_chosen.rows.clear();
    m_chosen.captions.clear();
    double error = 0;
    for (const int sample : samples)
        error += static_cast<double>(m_map.codes()->errors[static_cast<size_t>(sample)]);
    const auto count = static_cast<int64_t>(samples.size());
    for (const int64_t place : spreadEvenly(count, kMostChosen))
        m_chosen.rows.push_back(samples[static_cast<size_t>(place)]);
    QString title = countText(count, tr("1 sample chosen"), tr("%1 samples chosen"));
    if (count > kMostChosen)
        title += tr(" (%1 of them shown)").arg(kMostChosen);
    m_chosen.title->setText(title +
                            tr(" · mean error %1").arg(QLocale().toString(error / static_cast<double>(count), 'g', 3)));
    m_chosen.title->setVisible(true);
    m_analysis.read(m_map.codes(), m_chosen.rows, Receiver::Chosen);
}

void LatentSamplesView::takeSamples(Receiver receiver, const LatentSamples& read) {
    if (receiver == Receiver::Clusters || m_map.codes() == nullptr)
        return;
    Part& part = receiver == Receiver::Neighbours ? m_neighbours : m_chosen;
    if (part.rows != read.rows) // it has been let go meanwhile
        return;
    part.strip->setRow(0, read.samples);
    part.strip->setCaptions(part.captions);
    part.strip->setCurrent(0);
    if (part.strip->sampleCount() == 0) // rows of a table
        part.strip->setEmptyText(listText(part));
}

QString LatentSamplesView::listText(const Part& part) const {
    QStringList items;
    for (size_t i = 0; i < part.rows.size() && i < 12; ++i) {
        const QString name = m_map.describe(static_cast<int>(part.rows[i]));
        const auto at = static_cast<qsizetype>(i);
        items << (at < part.captions.size() ? tr("%1: %2").arg(part.captions[at], name) : name);
    }
    return items.join(QLatin1Char('\n'));
}

LatentClustersView::LatentClustersView(LatentAnalysis& analysis, LatentMap& map, QWidget* parent)
    : QWidget(parent), m_analysis(analysis), m_map(map), m_note(plainLabel(this)), m_strip(new ImageStrip) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(2, 4, 2, 0);
    column->setSpacing(2);
    m_note->setAccessibleName(tr("About the clusters"));
    m_strip->setAccessibleName(tr("Examples of the clusters"));
    m_strip->setChoosesImages(true);
    m_strip->setHint(tr("The samples nearest to the middle of each cluster, nearest first. Click a picture, or walk "
                        "with the arrows and press Enter, to go to its sample"));
    m_strip->setEmptyText(tr("Colour by cluster, on the left: examples of each appear here."));
    auto* scroll = new QScrollArea(this);
    scroll->setFocusPolicy(Qt::NoFocus); // what is in it takes the keyboard
    scroll->setWidget(m_strip);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    column->addWidget(m_note);
    column->addWidget(scroll, 1);
    connect(&analysis, &LatentAnalysis::samplesRead, this,
            [this](Receiver receiver, const std::shared_ptr<const LatentSamples>& read) {
                if (receiver == Receiver::Clusters)
                    takeSamples(*read);
            });
    connect(m_strip, &ImageStrip::imageActivated, this, [this](int row, int place) {
        const auto& examples = m_shown->examples.at(static_cast<size_t>(row));
        m_map.scatter()->setCurrent(static_cast<int>(examples.at(static_cast<size_t>(place))));
    });
    connect(m_strip, &ImageStrip::currentChanged, scroll, [this, scroll](int place) {
        const QRect image = m_strip->imageRect(m_strip->currentRow(), place).toRect();
        scroll->ensureVisible(image.center().x(), image.center().y(), image.width(), image.height());
    });
    clustersChanged();
}

void LatentClustersView::clustersChanged() {
    const auto& clusters = m_map.clusters();
    m_note->setVisible(clusters != nullptr);
    if (clusters == nullptr) {
        m_shown = nullptr;
        m_strip->setRows({QString()});
        return;
    }
    std::vector<int64_t> rows;
    for (const std::vector<int64_t>& examples : clusters->examples)
        rows.insert(rows.end(), examples.begin(), examples.end());
    m_note->setText(tr("%1 · inertia %2")
                        .arg(countText(clusters->clusters(), tr("1 cluster"), tr("%1 clusters by k-means")),
                             QLocale().toString(clusters->inertia, 'f', clusters->inertia < 100 ? 2 : 0)));
    m_analysis.read(m_map.codes(), rows, Receiver::Clusters);
}

void LatentClustersView::takeSamples(const LatentSamples& read) {
    const auto& clusters = m_map.clusters();
    if (clusters == nullptr)
        return;
    QStringList labels;
    for (size_t i = 0; i < clusters->sizes.size(); ++i)
        labels << tr("%1: %2", "number of a cluster: samples in it")
                      .arg(i + 1)
                      .arg(QLocale().toString(static_cast<qlonglong>(clusters->sizes[i])));
    m_strip->setRows(labels);
    m_shown = clusters;
    int64_t next = 0;
    for (size_t i = 0; i < clusters->examples.size(); ++i) {
        const auto count = static_cast<int64_t>(clusters->examples[i].size());
        if (next + count > read.samples.shape()[0])
            return; // of other clusters
        Tensor examples(read.samples.shape().sample().batch(count));
        for (int64_t k = 0; k < count; ++k)
            std::ranges::copy(read.samples.sample(next + k), examples.sample(k).begin());
        m_strip->setRow(static_cast<int>(i), examples);
        next += count;
    }
    if (m_strip->sampleCount() == 0)
        m_strip->setEmptyText(tr("These samples are no pictures. The map shows which belong together."));
}

} // namespace hourglass
