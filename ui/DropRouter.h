#pragma once

// Everything that is dropped on the window, pasted into it or named on the command line goes through here: sorted, and
// handed on as one of the signals, a moment later: disks are looked at and pictures read on other threads. What is of
// no use is itemised with the reason.

#include <QObject>
#include <QStringList>

#include <filesystem>
#include <functional>
#include <map>
#include <vector>

#include "core/tensor/Tensor.h"
#include "ui/bridge/DroppedPaths.h"
#include "ui/bridge/PictureSource.h"
#include "ui/bridge/ReplyChannel.h"

class QMimeData;
class QWidget;

namespace hourglass {

class DropOverlay;
struct DropZone;

class DropRouter : public QObject {
    Q_OBJECT

public:
    // Takes over drops on `window`. Pictures from several places are gathered below `collections`.
    DropRouter(QWidget* window, std::filesystem::path collections);

    // Whether there is something to compare a picture with: then a single one that is opened or pasted is compared,
    // and does not replace the data.
    void setCompares(std::function<bool()> compares) { m_compares = std::move(compares); }

    // Whether pictures are being denoised: then a single one goes there, wherever it falls.
    void setDenoises(std::function<bool()> denoises) { m_denoises = std::move(denoises); }

    // Whether data are being checked for anomalies: then what is dropped there may be checked instead of learnt from.
    void setChecks(std::function<bool()> checks) { m_checks = std::move(checks); }
    // Whether codes are being looked at: then data are for that, and the experiment's stay.
    void setEncodes(std::function<bool()> encodes) { m_encodes = std::move(encodes); }

    void open(const std::vector<std::filesystem::path>& paths);
    void paste();
    // Something is on its way that has not been handed on.
    bool isBusy() const { return m_underWay > 0; }

signals:
    void dataDropped(const QString& source);
    void dataToCheck(const QString& source);
    // One that is to be compared is being read; an empty name: it could not be.
    void pictureOpening(const QString& name);
    void pictureDropped(std::shared_ptr<const hourglass::Tensor> picture, const QString& name);
    void pictureToDenoise(const hourglass::PictureSource& picture);
    void experimentDropped(const std::filesystem::path& file);
    void runDropped(const std::filesystem::path& folder);
    void modelDropped(const std::filesystem::path& file);
    // "NAME: reason" for each.
    void refused(const QStringList& items);

private:
    using Items = std::vector<DroppedPath>;

    std::vector<DropZone> chooseZones(const QMimeData& carried);
    std::vector<DropZone> zonesOf(const std::vector<DroppedPath::Kind>& kinds, bool isBarePicture) const;
    template <typename Work, typename Then>
    void elsewhere(
        std::string doing, Work work, Then then, std::function<void()> otherwise = [] {});
    void sort(const QMimeData& carried, const std::function<void(const Items&)>& then);
    void route(const QMimeData& carried, const QString& zone);
    // `request` numbers what was dropped: a disk may be slow to tell of the first of two.
    bool takes(const QString& zone, int request);
    void route(const Items& items, const QString& zone, int request);
    void openItems(const Items& items, int request);
    void usePicture(const PictureSource& picture, const QString& zone, int request);
    void useAsData(const Items& items, const QString& zone, QStringList& refusals, int request);

    DropOverlay* m_overlay;
    std::filesystem::path m_collections;
    std::function<bool()> m_compares = [] { return false; };
    std::function<bool()> m_denoises = [] { return false; };
    std::function<bool()> m_checks = [] { return false; };
    std::function<bool()> m_encodes = [] { return false; };
    int m_underWay = 0, m_drag = 0;
    int m_asked = 0;                         // requests so far
    std::map<QString, LatestReply> m_handed; // what was handed on, by zone
    ReplyChannel m_replies{this};
};

} // namespace hourglass
