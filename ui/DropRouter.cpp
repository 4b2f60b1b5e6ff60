#include "ui/DropRouter.h"

#include <QApplication>
#include <QClipboard>
#include <QCoreApplication>
#include <QImage>
#include <QMimeData>

#include "ui/bridge/CoreText.h"
#include "ui/bridge/PoolJob.h"
#include "ui/widgets/DropOverlay.h"
#include "ui/widgets/ImageConvert.h"

namespace hourglass {

namespace fs = std::filesystem;
using Kind = DroppedPath::Kind;

namespace {

const QString kData = QStringLiteral("data");
const QString kCompare = QStringLiteral("compare");
const QString kDenoise = QStringLiteral("denoise");
const QString kCheck = QStringLiteral("check");
const QString kOpen = QStringLiteral("open");
const QString kWhereItBelongs = QStringLiteral("any"); // the rules of what is opened without a place

std::vector<fs::path> localPaths(const QMimeData& carried) {
    std::vector<fs::path> paths;
    for (const QUrl& url : carried.urls())
        if (url.isLocalFile())
            paths.push_back(toPath(url.toLocalFile()));
    return paths;
}

// What is not of this machine is of no use.
std::vector<DroppedPath> remotePaths(const QMimeData& carried) {
    std::vector<DroppedPath> items;
    for (const QUrl& url : carried.urls())
        if (!url.isLocalFile())
            items.push_back({toPath(url.toString()), Kind::Unusable,
                             QCoreApplication::translate("DropRouter", "it is not a file on this machine")});
    return items;
}

// A browser hands over the picture beside the address it came from.
bool isBarePicture(const QMimeData& carried) {
    return carried.hasImage() && localPaths(carried).empty();
}

bool isData(Kind kind) {
    return kind == Kind::Picture || kind == Kind::Folder || kind == Kind::Data;
}

bool isOpened(Kind kind) {
    return kind == Kind::Run || kind == Kind::Experiment || kind == Kind::Model;
}

// Encoded as it came where it comes from another program, for Qt would decode it here and now; the window's own is an
// image already. Nothing when it is neither.
std::optional<PictureSource> carriedPicture(const QMimeData& carried) {
    const QString address = carried.hasUrls() ? carried.urls().first().fileName() : QString();
    const QString name = address.isEmpty() ? QCoreApplication::translate("DropRouter", "Pasted picture") : address;
    for (const char* type : {"image/png", "image/tiff", "image/webp", "image/jpeg", "image/bmp"})
        if (const QByteArray file = carried.data(QString::fromLatin1(type)); !file.isEmpty())
            return PictureSource{name, {}, [file, name] {
                                     return decodeImage(
                                         std::as_bytes(std::span(file.constData(), static_cast<size_t>(file.size()))),
                                         name.toStdString());
                                 }};
    const QImage image = qvariant_cast<QImage>(carried.imageData());
    if (image.isNull())
        return {};
    return PictureSource{
        name, {}, [image] { return DecodedImage{.pixels = toTensor(image), .hadAlpha = hasTransparency(image)}; }};
}

std::vector<Kind> kindsOf(const std::vector<DroppedPath>& items) {
    std::vector<Kind> kinds;
    for (const DroppedPath& item : items)
        kinds.push_back(item.kind);
    return kinds;
}

QString itemText(const fs::path& path, const QString& reason) {
    return QStringLiteral("%1: %2").arg(toText(path), reason);
}

} // namespace

DropRouter::DropRouter(QWidget* window, fs::path collections)
    : QObject(window), m_overlay(new DropOverlay(window)), m_collections(std::move(collections)) {
    m_overlay->setZoneChooser([this](const QMimeData& carried) { return chooseZones(carried); });
    connect(m_overlay, &DropOverlay::dropped, this,
            [this](const QMimeData* carried, const QString& zone) { route(*carried, zone); });
}

// The zones that the names promise, at once; those of what is there follow when the disk has answered.
std::vector<DropZone> DropRouter::chooseZones(const QMimeData& carried) {
    const std::vector<fs::path> paths = localPaths(carried);
    const int drag = ++m_drag;
    if (paths.empty())
        return zonesOf({}, carried.hasImage());
    sort(carried, [this, drag](const Items& items) {
        if (drag == m_drag)
            m_overlay->setZones(zonesOf(kindsOf(items), false));
    });
    std::vector<Kind> promised;
    for (const fs::path& path : paths)
        if (const std::optional<Kind> kind = kindByName(path))
            promised.push_back(*kind);
    if (promised.size() == paths.size())
        return zonesOf(promised, false);
    return {{kWhereItBelongs, tr("Drop it here"), tr("It goes where it belongs")}};
}

std::vector<DropZone> DropRouter::zonesOf(const std::vector<Kind>& kinds, bool isBarePicture) const {
    const auto any = [&](auto claim) { return std::any_of(kinds.begin(), kinds.end(), claim); };
    const bool isForModel = kinds.size() == 1 && (kinds[0] == Kind::Run || kinds[0] == Kind::Model);
    const DropZone denoise{kDenoise, tr("Denoise"), tr("Remove the noise of this picture")};
    if (m_denoises() && (isBarePicture || (kinds.size() == 1 && kinds[0] == Kind::Picture)))
        return {denoise};
    if (m_denoises() && isForModel)
        return {{kOpen, tr("Denoise with this model"), tr("The experiment and the model at hand stay")}};
    if (m_checks() && isForModel)
        return {{kOpen, tr("Check with this model"), tr("The experiment and the model at hand stay")}};
    if (m_encodes() && isForModel)
        return {{kOpen, tr("Look at this model's codes"), tr("The experiment and the model at hand stay")}};
    std::vector<DropZone> zones;
    if (m_checks() && any(isData))
        zones.push_back({kCheck, tr("Check for anomalies"), tr("See what is unlike the training data")});
    if (any(isData) && m_encodes())
        zones.push_back({kData, tr("Look at their codes"), tr("The experiment's data stay")});
    else if (any(isData))
        zones.push_back({kData, tr("Use as data set"), tr("Learn from it")});
    if (any([](Kind kind) { return kind == Kind::Picture; }) || isBarePicture) {
        zones.push_back({kCompare, tr("Compare"), tr("See what the model makes of this picture")});
        zones.push_back(denoise);
    }
    if (any(isOpened))
        zones.push_back({kOpen, tr("Open"), tr("Experiment, run or model")});
    if (zones.empty())
        zones.push_back({kOpen, tr("Nothing here can be opened"), tr("Drop it to see why")});
    return zones;
}

template <typename Work, typename Then>
void DropRouter::elsewhere(std::string doing, Work work, Then then, std::function<void()> otherwise) {
    ++m_underWay;
    runInPool(m_replies, std::move(doing), std::move(work),
              [this, then = std::move(then), otherwise = std::move(otherwise)](auto&& result) {
                  --m_underWay;
                  if (result)
                      return then(*std::forward<decltype(result)>(result));
                  emit refused({coreText(result.error())});
                  otherwise();
              });
}

void DropRouter::sort(const QMimeData& carried, const std::function<void(const Items&)>& then) {
    elsewhere(
        "looking at what was dropped", [paths = localPaths(carried)] { return sortDropped(paths); },
        [then, remote = remotePaths(carried)](Items items) {
            items.insert(items.end(), remote.begin(), remote.end());
            then(items);
        });
}

void DropRouter::open(const std::vector<fs::path>& paths) {
    elsewhere(
        "looking at what is to be opened", [paths] { return sortDropped(paths); },
        [this, request = ++m_asked](const Items& items) { openItems(items, request); });
}

// Another experiment, run or model takes the place of data, too.
bool DropRouter::takes(const QString& zone, int request) {
    return m_handed[zone == kOpen ? kData : zone].takes(request);
}

void DropRouter::openItems(const Items& items, int request) {
    const bool isForOpening = std::any_of(items.begin(), items.end(), [](const auto& i) { return isOpened(i.kind); });
    const bool isOnePicture = items.size() == 1 && items.front().kind == Kind::Picture;
    route(items,
          isForOpening                   ? kOpen
          : isOnePicture && m_denoises() ? kDenoise
          : m_checks()                   ? kCheck
          : isOnePicture && m_compares() ? kCompare
                                         : kData,
          request);
}

void DropRouter::paste() {
    const QMimeData* carried = QApplication::clipboard()->mimeData();
    if (carried != nullptr && (isBarePicture(*carried) || carried->hasUrls()))
        route(*carried, isBarePicture(*carried) ? (m_denoises() ? kDenoise : kCompare) : kWhereItBelongs);
    else if (carried != nullptr)
        emit refused({tr("Clipboard: it holds neither a picture nor files")});
}

void DropRouter::route(const QMimeData& carried, const QString& zone) {
    ++m_drag; // it is over
    if (!isBarePicture(carried))
        return sort(carried, [this, zone, request = ++m_asked](const Items& items) {
            zone == kWhereItBelongs ? openItems(items, request) : route(items, zone, request);
        });
    if (const std::optional<PictureSource> picture = carriedPicture(carried))
        usePicture(*picture, zone, ++m_asked);
    else
        emit refused({tr("Picture: its format cannot be read")});
}

// Whoever denoises reads it along with its noise.
void DropRouter::usePicture(const PictureSource& picture, const QString& zone, int request) {
    if (!takes(zone, request))
        return;
    if (zone == kDenoise) {
        emit pictureToDenoise(picture);
        return;
    }
    emit pictureOpening(picture.name);
    elsewhere(
        "opening '" + picture.name.toStdString() + "'",
        [read = picture.read]() -> Result<std::shared_ptr<const Tensor>> {
            Result<DecodedImage> decoded = read();
            if (!decoded)
                return std::move(decoded).error();
            return std::make_shared<const Tensor>(std::move(decoded->pixels));
        },
        [this, request, name = picture.name](std::shared_ptr<const Tensor> pixels) {
            if (takes(kCompare, request)) // the last one dropped stays
                emit pictureDropped(std::move(pixels), name);
        },
        [this, request] {
            if (takes(kCompare, request))
                emit pictureOpening({});
        });
}

void DropRouter::route(const std::vector<DroppedPath>& items, const QString& zone, int request) {
    if (!takes(zone, request))
        return;
    QStringList refusals;
    bool isTaken = false;
    for (const DroppedPath& item : items) {
        if (item.kind == Kind::Unusable) {
            refusals << itemText(item.path, item.reason);
        } else if (zone == kOpen ? !isOpened(item.kind) : !isData(item.kind)) {
            refusals << itemText(item.path, zone == kOpen ? tr("it was dropped with something to open, and left alone")
                                                          : tr("it is no data; drop it alone to open it"));
        } else if (zone == kData || zone == kCheck) {
            continue; // together, below
        } else if (isTaken) {
            refusals << itemText(item.path, tr("one at a time: only the first was opened"));
        } else if (zone != kOpen && item.kind != Kind::Picture) {
            refusals << itemText(item.path, zone == kCompare ? tr("only pictures can be compared")
                                                             : tr("only pictures can be denoised here"));
        } else {
            isTaken = true;
            if (item.kind == Kind::Picture)
                usePicture(pictureFile(item.path), zone, request);
            else if (item.kind == Kind::Run)
                emit runDropped(item.path);
            else if (item.kind == Kind::Experiment)
                emit experimentDropped(item.path);
            else
                emit modelDropped(item.path);
        }
    }
    if (zone == kData || zone == kCheck)
        useAsData(items, zone, refusals, request);
    if (!refusals.isEmpty())
        emit refused(refusals);
}

void DropRouter::useAsData(const Items& items, const QString& zone, QStringList& refusals, int request) {
    const auto use = [this, zone](const QString& source) {
        if (zone == kCheck)
            emit dataToCheck(source);
        else
            emit dataDropped(source);
    };
    std::vector<fs::path> pictures;
    const DroppedPath* whole = nullptr; // a folder or file that is a data set by itself
    for (const DroppedPath& item : items) {
        if (item.kind == Kind::Picture)
            pictures.push_back(item.path);
        else if ((item.kind == Kind::Folder || item.kind == Kind::Data) && whole == nullptr)
            whole = &item;
        else if (item.kind == Kind::Folder || item.kind == Kind::Data)
            refusals << itemText(item.path, tr("one data set at a time: put the pictures into one folder"));
    }
    if (whole != nullptr) {
        for (const fs::path& picture : pictures)
            refusals << itemText(picture, tr("one data set at a time: put the pictures into one folder"));
        const QString path = toText(fs::absolute(whole->path));
        use(whole->kind == Kind::Folder ? QStringLiteral("folder:") + path : path);
    } else if (!pictures.empty()) {
        elsewhere(
            "gathering pictures", [pictures, where = m_collections] { return pictureSource(pictures, where); },
            [this, use, zone, request](const std::string& source) {
                if (takes(zone, request))
                    use(QString::fromStdString(source));
            });
    }
}

} // namespace hourglass
