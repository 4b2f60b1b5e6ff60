#pragma once

// Scores data for anomalies in the background: takes the model (a copy of the one at hand, as it is at that moment),
// opens what is to be checked and what the model learnt from, and scores both on the compute thread, between two steps
// while training, and sorts the scores. The latest request wins; of one before nothing is heard any more. GUI thread,
// QtCore only.

#include <filesystem>
#include <memory>

#include "core/inference/AnomalyScorer.h"
#include "core/inference/NormalScores.h"
#include "core/training/TrainingData.h"
#include "ui/bridge/ModelService.h"

namespace hourglass {

// A source, or, without one, a part of the data of the model's own run.
struct AnomalyData {
    std::string source = {};
    RunPart part = RunPart::Validation;
    std::filesystem::path baseFolder = {}; // of relative paths in the source
    QString name = {};                     // what a person calls it
};

struct AnomalyRequest {
    AnomalyData data;
    std::filesystem::path model = {}; // run folder or file; empty: the model at hand
    QString modelName = {};
    AnomalyScore score = AnomalyScore::ReconstructionError; // one that the model has not gives way to this
};

// A data set, scored, with all that is needed to look closer. Immutable once handed out.
struct AnomalyCheck {
    AnomalyRequest request = {};
    std::filesystem::path path = {}; // of the run folder or file that the model is from
    std::shared_ptr<const Model> model = {};
    std::shared_ptr<const ParameterStore> weights = {};
    int64_t step = 0; // of the weights; 0 of a loaded model
    std::shared_ptr<const Dataset> data = {};
    DatasetReport report = {};
    std::shared_ptr<const Dataset> normal = {}; // training samples; null: there are none to be had
    QString whyNoNormal = {};
    NormalClasses guess = {};               // which classes of the data are normal
    std::vector<float> scores = {};         // of the data, all finite
    std::vector<float> trainingScores = {}; // of the training samples
    // Where the scores are of another unit, the reconstruction errors of the training samples (without them, of the
    // data): what a threshold means in pixels.
    std::vector<float> errors = {};
    double seconds = 0;

    bool hasElbo() const;
    bool arePictures() const; // gray or colour: there are reconstructions to look at
};

struct AnomalyProgress {
    bool isScoring = false; // else data are being opened
    double fraction = 0;    // 0 while unknown
    double samplesPerSecond = 0, secondsLeft = 0;
};

// One sample of a check and what the same weights make of it.
struct AnomalyInspection {
    std::shared_ptr<const AnomalyCheck> check;
    int64_t row = 0;
    Tensor original = {}, reconstruction = {}; // [C, H, W]
    Tensor errors = {};                        // [H, W], errorMap()
};

class AnomalyTriage;

class AnomalyService : public ModelService {
    Q_OBJECT

public:
    // `controller` outlives the service.
    explicit AnomalyService(TrainingController& controller, QObject* parent = nullptr);

    // False when the model at hand is asked for and there is none.
    bool start(AnomalyRequest request);
    void cancel() override;

    // Answers with inspected(), unless a later call overtakes it. Only of pictures.
    void inspect(std::shared_ptr<const AnomalyCheck> check, int64_t row);
    // scoresToCsv() into a file; `saved` or `saveFailed` answers.
    void saveScores(std::shared_ptr<const AnomalyCheck> check, double threshold, const std::filesystem::path& path);

    // [C, H, W] as PNG; answered likewise.
    void savePicture(const Tensor& picture, const std::filesystem::path& path);

signals:
    void modelKnown(const hourglass::AnomalyCheck& check); // what of it is there by then: the model
    void progressed(const hourglass::AnomalyProgress& progress);
    void finished(std::shared_ptr<hourglass::AnomalyTriage> triage); // of the check: the receiver's own
    void inspected(std::shared_ptr<const hourglass::AnomalyInspection> inspection);
    void inspectFailed(const QString& message);

private:
    enum class Phase { Model, Data, Scores, Triage };
    using Ended = std::shared_ptr<Result<bool>>; // false: it was stopped; null: dropped with its run, unrun

    bool post() override;
    bool isInTheWay() const override;
    void ended(const Ended& result);
    void takeTriage(const Result<std::shared_ptr<AnomalyTriage>>& triage);
    void postInspection();

    Phase m_phase = Phase::Model;
    std::shared_ptr<AnomalyCheck> m_check;           // being made: a phase's while it runs, and only then
    std::shared_ptr<const AnomalyCheck> m_inspected; // wanted, with its row
    int64_t m_row = 0;
    int m_inspection = 0, m_postedInspection = 0;
    bool m_isInspecting = false;
};

} // namespace hourglass
