#pragma once

// Everything that is dropped on the window, pasted into it or named on the command line goes through here: sorted, and
// handed on as one of the signals. What is of no use is itemised with the reason.

#include <QObject>
#include <QStringList>

#include <filesystem>
#include <functional>
#include <vector>

#include "core/tensor/Tensor.h"
#include "ui/bridge/DroppedPaths.h"
#include "ui/bridge/ReplyChannel.h"

class QMimeData;
class QWidget;

namespace hourglass {

class DropOverlay;

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

    void open(const std::vector<std::filesystem::path>& paths);
    void paste();

signals:
    void dataDropped(const QString& source);
    void pictureDropped(const hourglass::Tensor& picture, const QString& name);
    void fileToDenoise(const std::filesystem::path& file);
    void pictureToDenoise(const hourglass::Tensor& picture, const QString& name);
    void experimentDropped(const std::filesystem::path& file);
    void runDropped(const std::filesystem::path& folder);
    void modelDropped(const std::filesystem::path& file);
    // "NAME: reason" for each.
    void refused(const QStringList& items);

private:
    void route(const QMimeData& carried, const QString& zone);
    void route(const std::vector<DroppedPath>& items, const QString& zone);
    void open(const std::vector<DroppedPath>& items);
    void usePicture(const QMimeData& carried, const QString& zone);
    void useAsData(const std::vector<DroppedPath>& items, QStringList& refusals);
    void compare(const std::filesystem::path& picture);

    DropOverlay* m_overlay;
    std::filesystem::path m_collections;
    std::function<bool()> m_compares = [] { return false; };
    std::function<bool()> m_denoises = [] { return false; };
    ReplyChannel m_replies{this};
};

} // namespace hourglass
