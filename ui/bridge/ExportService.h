#pragma once

// Exports the model at hand in the background: the live one between two steps while training, the loaded one otherwise.

#include <QtCore/QObject>

#include <filesystem>

#include "core/io/ExportModel.h"
#include "ui/bridge/ReplyChannel.h"

namespace hourglass {

class TrainingController;

class ExportService : public QObject {
    Q_OBJECT

public:
    struct Request {
        std::string format; // exporter id
        ModelPart part = ModelPart::Autoencoder;
        std::filesystem::path path;
    };

    // `controller` outlives the service.
    explicit ExportService(TrainingController& controller, QObject* parent = nullptr);

    // False when there is no model, or an export is on its way.
    bool start(const Request& request);
    bool isBusy() const { return m_isBusy; }

signals:
    void finished(const hourglass::ExportReceipt& receipt);
    void failed(const QString& message);

private:
    void ended(const std::shared_ptr<Result<ExportReceipt>>& result);

    TrainingController& m_controller;
    bool m_isBusy = false;
    ReplyChannel m_replies{this};
};

} // namespace hourglass
