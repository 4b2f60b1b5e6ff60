#include "ui/DropRouter.h"

#include <QApplication>
#include <QClipboard>
#include <QCoreApplication>
#include <QImage>
#include <QMimeData>
#include <QThreadPool>

#include "core/data/ImageCodec.h"
#include "ui/bridge/Settings.h"
#include "ui/widgets/CoreText.h"
#include "ui/widgets/DropOverlay.h"

namespace hourglass {

namespace fs = std::filesystem;
using Kind = DroppedPath::Kind;

namespace {

const QString kData = QStringLiteral("data");
const QString kCompare = QStringLiteral("compare");
const QString kDenoise = QStringLiteral("denoise");
const QString kOpen = QStringLiteral("open");

std::vector<fs::path> localPaths(const QMimeData& carried) {
    std::vector<fs::path> paths;
    for (const QUrl& url : carried.urls())
        if (url.isLocalFile())
            paths.push_back(toPath(url.toLocalFile()));
    return paths;
}

// Everything that the URLs name; what is not of this machine is of no use.
std::vector<DroppedPath> sortCarried(const QMimeData& carried) {
    std::vector<DroppedPath> items = sortDropped(localPaths(carried));
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

Tensor toTensor(const QImage& image) {
    const QImage rgb = image.convertToFormat(QImage::Format_RGB888);
    Tensor tensor({3, rgb.height(), rgb.width()});
    const int64_t pixels = tensor.elements() / 3;
    for (int y = 0; y < rgb.height(); ++y)
        for (int x = 0; x < rgb.width(); ++x)
            for (int c = 0; c < 3; ++c)
                tensor.data()[c * pixels + y * rgb.width() + x] =
                    static_cast<float>(rgb.constScanLine(y)[3 * x + c]) / 255.0f;
    return tensor;
}

QString itemText(const fs::path& path, const QString& reason) {
    return QStringLiteral("%1: %2").arg(toText(path), reason);
}

} // namespace

DropRouter::DropRouter(QWidget* window, fs::path collections)
    : QObject(window), m_overlay(new DropOverlay(window)), m_collections(std::move(collections)) {
    m_overlay->setZoneChooser([this](const QMimeData& carried) {
        const std::vector<DroppedPath> items = sortDropped(localPaths(carried));
        const auto any = [&](auto claim) {
            return std::any_of(items.begin(), items.end(), [&](const DroppedPath& item) { return claim(item.kind); });
        };
        const DropZone denoise{kDenoise, tr("Denoise"), tr("Remove the noise of this picture")};
        const bool isBare = items.empty() && carried.hasImage();
        if (m_denoises() && (isBare || (items.size() == 1 && items.front().kind == Kind::Picture)))
            return std::vector<DropZone>{denoise};
        std::vector<DropZone> zones;
        if (any(isData))
            zones.push_back({kData, tr("Use as data set"), tr("Learn from it")});
        if (any([](Kind kind) { return kind == Kind::Picture; }) || isBare) {
            zones.push_back({kCompare, tr("Compare"), tr("See what the model makes of this picture")});
            zones.push_back(denoise);
        }
        if (any(isOpened))
            zones.push_back({kOpen, tr("Open"), tr("Experiment, run or model")});
        if (zones.empty())
            zones.push_back({kOpen, tr("Nothing here can be opened"), tr("Drop it to see why")});
        return zones;
    });
    connect(m_overlay, &DropOverlay::dropped, this,
            [this](const QMimeData* carried, const QString& zone) { route(*carried, zone); });
}

void DropRouter::open(const std::vector<fs::path>& paths) {
    open(sortDropped(paths));
}

void DropRouter::open(const std::vector<DroppedPath>& items) {
    const bool isForOpening = std::any_of(items.begin(), items.end(), [](const auto& i) { return isOpened(i.kind); });
    const bool isOnePicture = items.size() == 1 && items.front().kind == Kind::Picture;
    route(items, isForOpening                   ? kOpen
                 : isOnePicture && m_denoises() ? kDenoise
                 : isOnePicture && m_compares() ? kCompare
                                                : kData);
}

void DropRouter::paste() {
    if (const QMimeData* carried = QApplication::clipboard()->mimeData(); carried != nullptr) {
        if (isBarePicture(*carried))
            usePicture(*carried, m_denoises() ? kDenoise : kCompare);
        else if (carried->hasUrls())
            open(sortCarried(*carried));
        else
            emit refused({tr("Clipboard: it holds neither a picture nor files")});
    }
}

void DropRouter::route(const QMimeData& carried, const QString& zone) {
    if (isBarePicture(carried))
        usePicture(carried, zone);
    else
        route(sortCarried(carried), zone);
}

void DropRouter::usePicture(const QMimeData& carried, const QString& zone) {
    const QImage image = qvariant_cast<QImage>(carried.imageData());
    const QString address = carried.hasUrls() ? carried.urls().first().fileName() : QString();
    const QString name = address.isEmpty() ? tr("Pasted picture") : address;
    if (image.isNull())
        emit refused({tr("Picture: its format cannot be read")});
    else if (zone == kDenoise)
        emit pictureToDenoise(toTensor(image), name);
    else
        emit pictureDropped(toTensor(image), name);
}

void DropRouter::route(const std::vector<DroppedPath>& items, const QString& zone) {
    QStringList refusals;
    bool isTaken = false;
    for (const DroppedPath& item : items) {
        if (item.kind == Kind::Unusable) {
            refusals << itemText(item.path, item.reason);
        } else if (zone == kOpen ? !isOpened(item.kind) : !isData(item.kind)) {
            refusals << itemText(item.path, zone == kOpen ? tr("it was dropped with something to open, and left alone")
                                                          : tr("it is no data; drop it alone to open it"));
        } else if (zone == kData) {
            continue; // together, below
        } else if (isTaken) {
            refusals << itemText(item.path, tr("one at a time: only the first was opened"));
        } else if (zone != kOpen && item.kind != Kind::Picture) {
            refusals << itemText(item.path, zone == kCompare ? tr("only pictures can be compared")
                                                             : tr("only pictures can be denoised here"));
        } else {
            isTaken = true;
            if (zone == kDenoise)
                emit fileToDenoise(item.path);
            else if (item.kind == Kind::Picture)
                compare(item.path);
            else if (item.kind == Kind::Run)
                emit runDropped(item.path);
            else if (item.kind == Kind::Experiment)
                emit experimentDropped(item.path);
            else
                emit modelDropped(item.path);
        }
    }
    if (zone == kData)
        useAsData(items, refusals);
    if (!refusals.isEmpty())
        emit refused(refusals);
}

void DropRouter::useAsData(const std::vector<DroppedPath>& items, QStringList& refusals) {
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
        emit dataDropped(whole->kind == Kind::Folder ? QStringLiteral("folder:") + path : path);
    } else if (!pictures.empty()) {
        if (const Result<std::string> source = pictureSource(pictures, m_collections))
            emit dataDropped(QString::fromStdString(*source));
        else
            refusals << coreText(source.error());
    }
}

// Decoding a large photograph takes longer than a frame.
void DropRouter::compare(const fs::path& picture) {
    QThreadPool::globalInstance()->start([this, picture, reply = m_replies.sender()] {
        auto decoded = std::make_shared<Result<DecodedImage>>(decodeImage(picture));
        reply([this, picture, decoded] {
            if (*decoded)
                emit pictureDropped((*decoded)->pixels, toText(picture.filename()));
            else
                emit refused({coreText(decoded->error())});
        });
    });
}

} // namespace hourglass
