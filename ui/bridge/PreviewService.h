#pragma once

// What the model at hand makes of a handful of validation samples while nothing trains: an opened run shows what it
// has learned. The samples and their noise are those of a running run's own previews. The latest request wins.

#include <QtCore/QObject>

#include <memory>

#include "core/data/Dataset.h"
#include "core/training/Experiment.h"
#include "core/training/Snapshot.h"
#include "ui/bridge/ReplyChannel.h"

namespace hourglass {

class TrainingController;

class PreviewService : public QObject {
    Q_OBJECT

public:
    // `controller` outlives the service.
    explicit PreviewService(TrainingController& controller, QObject* parent = nullptr);

    // Does nothing while a run is active, without a model, or when the model takes samples of another shape.
    void request(std::shared_ptr<const Dataset> dataset, const Experiment& experiment);

signals:
    void finished(std::shared_ptr<const hourglass::Preview> preview);

private:
    TrainingController& m_controller;
    int m_request = 0;
    ReplyChannel m_replies{this};
};

} // namespace hourglass
