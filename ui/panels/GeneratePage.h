#pragma once

// New samples of a model: a grid of them from random codes, or what one dimension of the code after another does to a
// picture. Works by itself as soon as there is a model, again when a control or the model changes, and while training
// shows the model as it is. A picture that is chosen is enlarged beside the others.

#include <filesystem>
#include <memory>

#include "ui/bridge/GenerateService.h"
#include "ui/panels/ModelPage.h"

class QButtonGroup;
class QComboBox;
class QDoubleSpinBox;
class QSpinBox;
class QStackedWidget;
class QTimer;
class QToolButton;

namespace hourglass {

class ImageView;
class ModelChooser;
class PictureTable;
class Workbench;
class WorkBar;

class GeneratePage : public ModelPage {
    Q_OBJECT

public:
    explicit GeneratePage(Workbench& workbench, QWidget* parent = nullptr);

    void useModel(const std::filesystem::path& path) override;
    QString modelText() const override { return tr("Generate with this model"); }
    QWidget* firstControl() const override;

protected:
    void showState() override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    using What = GenerateRequest::What;
    using Start = GenerateRequest::Start;

    QLayout* buildModelRow();
    QLayout* buildWhatRow();
    QLayout* buildCodeRow();
    QWidget* buildCentre();
    QLayout* buildFoot();
    void connectService();

    bool start();
    void generate(); // anew, with what the controls say
    void refresh();  // the same for the model as it is now
    void resample();
    void cancel();
    void takeResult(std::shared_ptr<const Generated> result);
    void enlarge(int index);
    void closeEnlarged();
    void askSave();
    void showControls();
    GenerateRequest request() const;
    What what() const;
    bool hasModel() const;
    QString emptyText() const;
    QString noteText() const;
    QString pictureText(int index) const;
    QStringList rowTexts() const; // of a traversal
    QStringList columnTexts() const;
    static bool isPictureBatch(const Tensor& samples);

    Workbench& m_workbench;
    ModelChooser* m_model;
    QButtonGroup* m_what;
    QSpinBox* m_count;
    QSpinBox* m_columns;
    QComboBox* m_start;
    QSpinBox* m_place;
    QDoubleSpinBox* m_temperature;
    QSpinBox* m_seed;
    QToolButton* m_resample;
    QStackedWidget* m_centre;
    StatusLabel* m_hint;
    PictureTable* m_table;
    QWidget* m_aside; // with the chosen picture
    ImageView* m_enlarged;
    StatusLabel* m_note;
    WorkBar* m_work;
    QToolButton* m_save;
    QTimer* m_live;
    std::vector<QWidget*> m_ofSamples, m_ofTraversal, m_ofSeed;

    std::shared_ptr<const Generated> m_result; // on screen
    QString m_problem;
    bool m_lacksData = false; // what was asked for last went without the experiment's data
    bool m_wasCancelled = false;
    bool m_isStale = true; // something has changed that is not on screen, nor on its way
};

} // namespace hourglass
