#pragma once

// Everything that is dropped on the window, pasted into it or named on the command line goes through here: sorted, and
// handed on as one of the signals, a moment later: disks are looked at and pictures read on other threads. What is of
// no use is itemised with the reason. Of two things for the same place the one that came later stays, whichever disk is
// faster; what turns out to be of no use takes nothing away.

#include <QObject>
#include <QStringList>

#include <filesystem>
#include <functional>
#include <map>
#include <vector>

#include "core/data/ImageCodec.h"
#include "ui/DropZones.h"
#include "ui/bridge/OpeningPictures.h"
#include "ui/bridge/PictureSource.h"

class QMimeData;
class QWidget;

namespace hourglass {

class DropRouter : public QObject {
    Q_OBJECT

public:
    // Takes over drops on `window`. Pictures from several places are gathered below `collections`.
    DropRouter(QWidget* window, std::filesystem::path collections);

    // What the window is about, asked when something comes. Where it compares, a single picture that is opened or
    // pasted does not replace the data; where it denoises, a single one goes there, wherever it falls.
    void setPlace(std::function<DropPlace()> place) { m_place = std::move(place); }

    void open(const std::vector<std::filesystem::path>& paths);
    void paste();
    // Something is on its way that has not been handed on.
    bool isBusy() const { return m_underWay > 0; }

signals:
    void dataDropped(const QString& source);
    // One is to be compared, and will be read.
    void pictureToCompare();
    // The last one that is being read for that; empty: none any more, all are there or could not be read.
    void pictureOpening(const QString& name);
    void pictureDropped(std::shared_ptr<const hourglass::DecodedImage> picture, const QString& name);
    void pictureToDenoise(const hourglass::PictureSource& picture);
    // For the page that was in front when it came (its object name), and nothing else: a run folder or model file, and
    // data.
    void modelForPage(const QString& page, const std::filesystem::path& path);
    void dataForPage(const QString& page, const QString& source);
    void experimentDropped(const std::filesystem::path& file);
    void runDropped(const std::filesystem::path& folder);
    void modelDropped(const std::filesystem::path& file);
    // "NAME: reason" for each.
    void refused(const QStringList& items);

private:
    using Items = std::vector<DroppedPath>;
    // What fell at one moment: a disk may be slow to tell of the first of two, and the window be about something else
    // by then.
    struct Fall {
        int number;
        QString zone;
        DropPlace place;
    };
    Fall fallen(const QString& zone) { return {++m_asked, zone, m_place()}; }

    std::vector<DropZone> chooseZones(const QMimeData& carried);
    template <typename Work, typename Then>
    void elsewhere(
        std::string doing, Work work, Then then, std::function<void()> otherwise = [] {});
    void sort(const QMimeData& carried, const std::function<void(const Items&)>& then);
    void route(const QMimeData& carried, const QString& zone);
    void route(const Items& items, Fall fall);
    // Whether it may be handed on: nothing later was. Asked only when it is there to be.
    bool takes(const Fall& fall) { return handedIn(fall).takes(fall.number); }
    LatestReply& handedIn(const Fall& fall);
    void handOn(const DroppedPath& item, const Fall& fall);
    void usePicture(const PictureSource& picture, const Fall& fall);
    void compare(const PictureSource& picture, const Fall& fall);
    void useAsData(const Items& items, QStringList& refusals, const Fall& fall);
    void tellData(const QString& source, const Fall& fall);
    void gather(const std::vector<std::filesystem::path>& pictures, const Fall& fall);

    DropOverlay* m_overlay;
    std::filesystem::path m_collections;
    std::function<DropPlace()> m_place = [] { return DropPlace(); };
    int m_underWay = 0, m_drag = 0;
    int m_asked = 0;                         // falls so far
    std::map<QString, LatestReply> m_handed; // what was handed on, by zone and page
    OpeningPictures m_compared;
    ReplyChannel m_replies{this};
};

} // namespace hourglass
