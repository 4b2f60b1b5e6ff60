#pragma once

// A picture in, the same picture without its noise out: drop or open one, choose a model, compare before and after,
// save. Works by itself as soon as there are a picture and a model, and again when either changes.

#include <filesystem>
#include <memory>

#include "ui/bridge/DenoiseService.h"
#include "ui/panels/ModelPage.h"

class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QStackedWidget;
class QToolButton;

namespace hourglass {

class CompareView;
class ModelChooser;
class StatusLabel;
class WorkBar;
class Workbench;

class DenoisePage : public ModelPage {
    Q_OBJECT

public:
    explicit DenoisePage(Workbench& workbench, QWidget* parent = nullptr);

    void open(const PictureSource& picture);
    void useModel(const std::filesystem::path& path) override;
    QString modelText() const override { return tr("Denoise with this model"); }
    QWidget* firstControl() const override;

protected:
    void showState() override;
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QLayout* buildBar();
    QWidget* buildEmptyState();
    QLayout* buildFoot();
    QToolButton* addButton(const QString& text, const QString& tip, void (DenoisePage::*act)());
    void connectService();

    void askOpen();
    void denoise();
    void denoiseAgain();
    void cancel();
    void askSave();
    void copy();
    void takePicture(std::shared_ptr<const DenoisePicture> picture);
    void takeResult(std::shared_ptr<const DenoisedPicture> result);
    void showBefore();
    void showNoiseControl();
    void showNoiseLevel();
    bool hasModel() const;
    QString noteText() const;
    QString emptyText() const;
    QString noModelText() const;
    QString workText() const;

    Workbench& m_workbench;
    ModelChooser* m_model;
    QLabel* m_noiseLabel;
    QDoubleSpinBox* m_noise; // σ on the 0–255 scale; its least value: m_level does not count, and why
    QStackedWidget* m_centre;
    StatusLabel* m_hint;
    QPushButton* m_openFirst;
    CompareView* m_view;
    StatusLabel* m_note;
    WorkBar* m_work; // in its place while it works
    QLabel* m_pixel;
    QToolButton* m_again;
    QToolButton* m_copy;
    QToolButton* m_save;

    ReplyChannel m_replies{this};
    std::shared_ptr<const DenoisePicture> m_picture;
    std::shared_ptr<const DenoisedPicture> m_result; // of m_picture; null until it is there
    double m_level = 0;                              // the person's σ; 0: estimate
    std::optional<DenoiseModel> m_known;             // that worked last
    QString m_problem;
    bool m_wasCancelled = false;
    bool m_isStale = false; // another model came while the page was hidden
};

} // namespace hourglass
