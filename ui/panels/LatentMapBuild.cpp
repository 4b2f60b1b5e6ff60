// What the map of the codes is made of; what it does is in LatentMap.cpp.

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSpinBox>
#include <QToolButton>

#include "ui/bridge/Settings.h"
#include "ui/panels/LatentMap.h"
#include "ui/widgets/CodeScatter.h"

namespace hourglass {

namespace {

const QString kColourKey = QStringLiteral("latent/colour");
const QString kSpritesKey = QStringLiteral("latent/sprites");

QLabel* labelled(const QString& text, QWidget* buddy) {
    auto* label = new QLabel(text, buddy->parentWidget());
    label->setBuddy(buddy);
    return label;
}

} // namespace

LatentMap::LatentMap(LatentAnalysis& analysis, Settings& settings, QWidget* parent)
    : QWidget(parent), m_analysis(analysis), m_settings(settings), m_scatter(new CodeScatter(this)),
      m_layout(new QComboBox(this)), m_shown{new QSpinBox(this), new QSpinBox(this)},
      m_perplexity(new QDoubleSpinBox(this)), m_colour(new QComboBox(this)), m_clusterCount(new QSpinBox(this)),
      m_sprites(new QToolButton(this)), m_lasso(new QToolButton(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addLayout(buildLayoutRow());
    column->addLayout(buildColourRow());
    column->addWidget(m_scatter, 1);
    m_scatter->setAccessibleName(tr("Map of the codes"));
    m_scatter->setToolTip(tr("Each point is a sample, near to those with similar codes. Click one to see its "
                             "neighbours; drag with Shift to choose several. Wheel zooms, dragging pans. Keys: arrows "
                             "walk, + − 0 zoom, Ctrl+A chooses what is in view, Esc lets go"));
    m_scatter->setDescription([this](int sample) { return describe(sample); });
    connectAnalysis();
    for (QComboBox* box : {m_layout, m_colour}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(6);
    }
    setCodes(nullptr);
}

QLayout* LatentMap::buildLayoutRow() {
    auto* row = new QHBoxLayout;
    m_layout->addItems({tr("Principal axes"), tr("Code values"), tr("t-SNE")});
    m_layout->setAccessibleName(tr("Layout"));
    m_layout->setToolTip(
        tr("How codes become points: along the directions in which they vary most (PCA), by two of "
           "their values as they are, or so that neighbours stay neighbours (t-SNE, which takes a while "
           "and shows itself meanwhile; far distances and sizes of groups mean little there)"));
    row->addWidget(labelled(tr("La&yout"), m_layout));
    row->addWidget(m_layout, 1);
    const std::array names{tr("Axis to the right"), tr("Axis upwards")};
    for (size_t i = 0; i < 2; ++i) {
        m_shown[i]->setAccessibleName(names[i]);
        m_shown[i]->setToolTip(i == 0 ? tr("Which axis points to the right; 1 varies most")
                                      : tr("Which axis points upwards; 1 varies most"));
        m_shown[i]->setPrefix(i == 0 ? QStringLiteral("→ ") : QStringLiteral("↑ "));
        m_shown[i]->setRange(1, 2);
        m_shown[i]->setValue(static_cast<int>(i) + 1);
        row->addWidget(m_shown[i]);
        connect(m_shown[i], &QSpinBox::valueChanged, this, [this] {
            emit asked();
            layOut();
            emit axesChanged();
        });
    }
    m_perplexity->setRange(1, 500);
    m_perplexity->setDecimals(0);
    m_perplexity->setValue(30);
    m_perplexity->setPrefix(tr("perplexity "));
    m_perplexity->setKeyboardTracking(false);
    m_perplexity->setAccessibleName(tr("Perplexity"));
    m_perplexity->setToolTip(tr("About how many neighbours each point has (1 to 500; 30 is usual). Fewer show finer "
                                "groups, more the whole"));
    row->addWidget(m_perplexity);
    connect(m_perplexity, &QDoubleSpinBox::valueChanged, this, [this] {
        emit asked();
        m_neighbourPoints.clear();
        layOut();
    });
    connect(m_layout, &QComboBox::currentIndexChanged, this, [this] {
        emit asked();
        showControls();
        m_analysis.cancelLayout();
        takeAxes();
        layOut();
        emit axesChanged();
    });
    return row;
}

LatentMap::Colour LatentMap::wantedColour() const {
    return static_cast<Colour>(std::clamp(m_settings.value(kColourKey, 0).toInt(), 0, m_colour->count() - 1));
}

QLayout* LatentMap::buildColourRow() {
    auto* row = new QHBoxLayout;
    m_colour->addItems({tr("Class"), tr("Cluster"), tr("Reconstruction error")});
    m_colour->setAccessibleName(tr("Colour by"));
    m_colour->setToolTip(tr("What the colours tell: the class that the data set names, the cluster of codes that each "
                            "sample belongs to (k-means), or how well it is reconstructed"));
    m_colour->setCurrentIndex(static_cast<int>(wantedColour()));
    row->addWidget(labelled(tr("Colo&ur"), m_colour));
    row->addWidget(m_colour, 1);
    m_clusterCount->setRange(2, 28);
    m_clusterCount->setValue(10);
    m_clusterCount->setKeyboardTracking(false);
    m_clusterCount->setAccessibleName(tr("Clusters"));
    m_clusterCount->setToolTip(tr("How many clusters are looked for, 2 to 28"));
    row->addWidget(m_clusterCount);
    connect(m_clusterCount, &QSpinBox::valueChanged, this, [this] {
        emit asked();
        findClusters();
    });
    m_sprites->setText(tr("&Pictures"));
    m_sprites->setAccessibleName(tr("Pictures in place of dots"));
    m_sprites->setToolTip(tr("Show samples as small pictures where there is room; zoom in for more"));
    m_sprites->setCheckable(true);
    m_sprites->setChecked(m_settings.value(kSpritesKey, false).toBool());
    m_lasso->setText(tr("Lass&o"));
    m_lasso->setAccessibleName(tr("Lasso"));
    m_lasso->setToolTip(tr("Drag around points to choose them (the same as dragging with Shift)"));
    m_lasso->setCheckable(true);
    row->addWidget(m_sprites);
    row->addWidget(m_lasso);
    connect(m_colour, &QComboBox::activated, this, [this](int index) { m_settings.set(kColourKey, index); });
    connect(m_colour, &QComboBox::currentIndexChanged, this, [this] {
        emit asked();
        showControls();
        if (colourKind() != Colour::Cluster)
            m_analysis.cancelClusters();
        colour();
    });
    connect(m_sprites, &QToolButton::toggled, this, [this](bool areShown) {
        m_settings.set(kSpritesKey, areShown);
        m_scatter->setSprites(areShown);
    });
    connect(m_lasso, &QToolButton::toggled, m_scatter, &CodeScatter::setLassoing);
    m_scatter->setSprites(m_sprites->isChecked());
    return row;
}

} // namespace hourglass
