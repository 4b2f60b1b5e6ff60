#include "ui/DropRouter.h"

#include <QApplication>
#include <QClipboard>
#include <QCoreApplication>
#include <QImage>
#include <QMimeData>

#include "ui/bridge/CoreText.h"
#include "ui/bridge/PoolJob.h"
#include "ui/widgets/ImageConvert.h"

namespace hourglass {

namespace fs = std::filesystem;
using Kind = DroppedPath::Kind;

namespace {

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
        return zonesFor({}, carried.hasImage(), m_place());
    sort(carried, [this, drag](const Items& items) {
        if (drag == m_drag)
            m_overlay->setZones(zonesFor(kindsOf(items), false, m_place()));
    });
    std::vector<Kind> promised;
    for (const fs::path& path : paths)
        if (const std::optional<Kind> kind = kindByName(path))
            promised.push_back(*kind);
    if (promised.size() == paths.size())
        return zonesFor(promised, false, m_place());
    return {{zones::kWhereItBelongs, tr("Drop it here"), tr("It goes where it belongs")}};
}

template <typename Work, typename Then>
void DropRouter::elsewhere(std::string doing, Work work, Then then, std::function<void()> otherwise) {
    ++m_underWay;
    runInPool(m_replies, std::move(doing), std::move(work),
              [this, then = std::move(then), otherwise = std::move(otherwise)](auto result) {
                  --m_underWay;
                  if (result)
                      return then(*std::move(result));
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
        [this, fall = fallen(zones::kWhereItBelongs)](const Items& items) { route(items, fall); });
}

void DropRouter::paste() {
    const QMimeData* carried = QApplication::clipboard()->mimeData();
    const bool isBare = carried != nullptr && isBarePicture(*carried);
    if (isBare)
        route(*carried, m_place().denoises ? zones::kDenoise : zones::kCompare);
    else if (carried != nullptr && carried->hasUrls())
        route(*carried, zones::kWhereItBelongs);
    else if (carried != nullptr)
        emit refused({tr("Clipboard: it holds neither a picture nor files")});
}

void DropRouter::route(const QMimeData& carried, const QString& zone) {
    ++m_drag; // it is over
    if (!isBarePicture(carried))
        return sort(carried, [this, fall = fallen(zone)](const Items& items) { route(items, fall); });
    if (const std::optional<PictureSource> picture = carriedPicture(carried))
        usePicture(*picture, fallen(zone));
    else
        emit refused({tr("Picture: its format cannot be read")});
}

void DropRouter::route(const Items& items, Fall fall) {
    if (fall.zone == zones::kWhereItBelongs)
        fall.zone = zoneFor(kindsOf(items), fall.place);
    const QString& zone = fall.zone;
    const bool isForOpening = zone == zones::kOpen || zone == zones::kPageModel;
    const bool isForLearning = zone == zones::kData || zone == zones::kPageData;
    QStringList refusals;
    bool isTaken = false;
    for (const DroppedPath& item : items) {
        if (item.kind == Kind::Unusable) {
            refusals << itemText(item.path, item.reason);
        } else if (isForOpening ? !isOpened(item.kind) : !isData(item.kind)) {
            refusals << itemText(item.path, isForOpening ? tr("it was dropped with something to open, and left alone")
                                                         : tr("it is no data; drop it alone to open it"));
        } else if (isForLearning) {
            continue; // together, below
        } else if (isTaken) {
            refusals << itemText(item.path, tr("one at a time: only the first was opened"));
        } else if (!isForOpening && item.kind != Kind::Picture) {
            refusals << itemText(item.path, zone == zones::kCompare ? tr("only pictures can be compared")
                                                                    : tr("only pictures can be denoised here"));
        } else {
            isTaken = true;
            handOn(item, fall);
        }
    }
    if (isForLearning)
        useAsData(items, refusals, fall);
    if (!refusals.isEmpty())
        emit refused(refusals);
}

// Another experiment, run or model takes the place of data, too; what is for a page alone takes that of its like there.
LatestReply& DropRouter::handedIn(const Fall& fall) {
    const bool isForPage = fall.zone == zones::kPageModel || fall.zone == zones::kPageData;
    return m_handed[fall.zone == zones::kOpen ? zones::kData : isForPage ? fall.zone + fall.place.page : fall.zone];
}

void DropRouter::handOn(const DroppedPath& item, const Fall& fall) {
    if (item.kind == Kind::Picture)
        return usePicture(pictureFile(item.path), fall);
    if (!takes(fall))
        return;
    if (item.kind == Kind::Experiment)
        emit experimentDropped(item.path);
    else if (fall.zone == zones::kPageModel)
        emit modelForPage(fall.place.page, item.path);
    else if (item.kind == Kind::Run)
        emit runDropped(item.path);
    else
        emit modelDropped(item.path);
}

// Whoever denoises reads it along with its noise.
void DropRouter::usePicture(const PictureSource& picture, const Fall& fall) {
    if (fall.zone != zones::kDenoise)
        compare(picture, fall);
    else if (takes(fall))
        emit pictureToDenoise(picture);
}

void DropRouter::compare(const PictureSource& picture, const Fall& fall) {
    if (!m_compared.begins(fall.number, picture.name))
        return;
    emit pictureToCompare();
    emit pictureOpening(m_compared.name());
    elsewhere(
        "opening '" + picture.name.toStdString() + "'",
        [read = picture.read]() -> Result<std::shared_ptr<const DecodedImage>> {
            Result<DecodedImage> decoded = read();
            if (!decoded)
                return std::move(decoded).error();
            return std::make_shared<const DecodedImage>(*std::move(decoded));
        },
        [this, fall, name = picture.name](const std::shared_ptr<const DecodedImage>& read) {
            const bool isLast = m_compared.arrives(fall.number);
            emit pictureOpening(m_compared.name());
            if (isLast)
                emit pictureDropped(read, name);
        },
        [this, fall] {
            m_compared.fails(fall.number);
            emit pictureOpening(m_compared.name());
        });
}

void DropRouter::useAsData(const Items& items, QStringList& refusals, const Fall& fall) {
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
        if (takes(fall))
            tellData(whole->kind == Kind::Folder ? QStringLiteral("folder:") + path : path, fall);
    } else if (!pictures.empty() && fall.number >= handedIn(fall).taken()) {
        gather(pictures, fall);
    }
}

void DropRouter::tellData(const QString& source, const Fall& fall) {
    if (fall.zone == zones::kPageData)
        emit dataForPage(fall.place.page, source);
    else
        emit dataDropped(source);
}

void DropRouter::gather(const std::vector<fs::path>& pictures, const Fall& fall) {
    elsewhere(
        "gathering pictures", [pictures, where = m_collections] { return pictureSource(pictures, where); },
        [this, fall](const PictureSet& gathered) {
            if (takes(fall))
                tellData(QString::fromStdString(gathered.source), fall);
            else if (!gathered.made.empty()) // nobody would ever ask for it
                elsewhere(
                    "tidying up", [made = gathered.made] { return fs::remove_all(made); }, [](uintmax_t) {});
        });
}

} // namespace hourglass
