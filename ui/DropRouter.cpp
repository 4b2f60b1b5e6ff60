#include "ui/DropRouter.h"

#include <QApplication>
#include <QClipboard>
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
const QString kOpen = QStringLiteral("open");

std::vector<fs::path> localPaths(const QMimeData& carried) {
    std::vector<fs::path> paths;
    for (const QUrl& url : carried.urls())
        if (url.isLocalFile())
            paths.push_back(toPath(url.toLocalFile()));
    return paths;
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
    m_overlay->setZoneChooser([](const QMimeData& carried) {
        const std::vector<DroppedPath> items = sortDropped(localPaths(carried));
        const auto any = [&](auto claim) {
            return std::any_of(items.begin(), items.end(), [&](const DroppedPath& item) { return claim(item.kind); });
        };
        std::vector<DropZone> zones;
        if (any(isData))
            zones.push_back({kData, tr("Use as data set"), tr("Learn from it")});
        if (any([](Kind kind) { return kind == Kind::Picture; }) || (items.empty() && carried.hasImage()))
            zones.push_back({kCompare, tr("Compare"), tr("See what the model makes of this picture")});
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
    const std::vector<DroppedPath> items = sortDropped(paths);
    const bool isForOpening = std::any_of(items.begin(), items.end(), [](const auto& i) { return isOpened(i.kind); });
    route(items, isForOpening ? kOpen : kData);
}

void DropRouter::paste() {
    if (const QMimeData* carried = QApplication::clipboard()->mimeData(); carried != nullptr) {
        if (carried->hasUrls())
            open(localPaths(*carried));
        else if (carried->hasImage())
            route(*carried, kCompare);
        else
            emit refused({tr("Clipboard: it holds neither a picture nor files")});
    }
}

void DropRouter::route(const QMimeData& carried, const QString& zone) {
    if (carried.hasUrls()) {
        std::vector<DroppedPath> items = sortDropped(localPaths(carried));
        for (const QUrl& url : carried.urls())
            if (!url.isLocalFile())
                items.push_back({toPath(url.toString()), Kind::Unusable, tr("it is not a file on this machine")});
        return route(items, zone);
    }
    const QImage image = qvariant_cast<QImage>(carried.imageData());
    if (image.isNull())
        emit refused({tr("Picture: its format cannot be read")});
    else
        emit pictureDropped(toTensor(image), tr("Pasted picture"));
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
        } else if (zone == kCompare && item.kind != Kind::Picture) {
            refusals << itemText(item.path, tr("only pictures can be compared"));
        } else {
            isTaken = true;
            if (item.kind == Kind::Picture)
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
