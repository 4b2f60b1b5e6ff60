#include "ui/panels/PanelRegistry.h"

#include <QCoreApplication>

#include <array>

#include "ui/panels/AnomaliesPage.h"
#include "ui/panels/ComparePage.h"
#include "ui/panels/CompressionPage.h"
#include "ui/panels/DenoisePage.h"
#include "ui/panels/ExperimentPanel.h"
#include "ui/panels/GeneratePage.h"
#include "ui/panels/LatentPage.h"
#include "ui/panels/LogPanel.h"
#include "ui/panels/RunsPanel.h"
#include "ui/panels/TrainPage.h"

namespace hourglass {

namespace {

template <typename Panel>
QWidget* make(const PanelContext& context, QWidget* parent) {
    return new Panel(context.workbench, parent);
}

QWidget* makeLog(const PanelContext& context, QWidget* parent) {
    return new LogPanel(context.workbench, context.log, parent);
}

constexpr std::array kPanels{
    PanelEntry{"train", QT_TRANSLATE_NOOP("PanelRegistry", "&Train"), PanelPlace::Page, make<TrainPage>},
    PanelEntry{"compare", QT_TRANSLATE_NOOP("PanelRegistry", "&Compare"), PanelPlace::Page, make<ComparePage>},
    PanelEntry{"denoise", QT_TRANSLATE_NOOP("PanelRegistry", "&Denoise"), PanelPlace::Page, make<DenoisePage>},
    PanelEntry{"latent", QT_TRANSLATE_NOOP("PanelRegistry", "Late&nt"), PanelPlace::Page, make<LatentPage>},
    PanelEntry{"generate", QT_TRANSLATE_NOOP("PanelRegistry", "&Generate"), PanelPlace::Page, make<GeneratePage>},
    PanelEntry{"compression", QT_TRANSLATE_NOOP("PanelRegistry", "Com&pression"), PanelPlace::Page,
               make<CompressionPage>},
    PanelEntry{"anomalies", QT_TRANSLATE_NOOP("PanelRegistry", "&Anomalies"), PanelPlace::Page, make<AnomaliesPage>},
    PanelEntry{"experiment", QT_TRANSLATE_NOOP("PanelRegistry", "&Experiment"), PanelPlace::Left,
               make<ExperimentPanel>},
    PanelEntry{"runs", QT_TRANSLATE_NOOP("PanelRegistry", "&Runs"), PanelPlace::Bottom, make<RunsPanel>},
    PanelEntry{"log", QT_TRANSLATE_NOOP("PanelRegistry", "&Log"), PanelPlace::Bottom, makeLog},
};

} // namespace

QString PanelEntry::text() const {
    return QCoreApplication::translate("PanelRegistry", title);
}

std::span<const PanelEntry> panels() {
    return kPanels;
}

} // namespace hourglass
