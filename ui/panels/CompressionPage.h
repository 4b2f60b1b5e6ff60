#pragma once

// The model as a compressor: a table and a plot of bytes per picture against what is left of them, beside PCA with as
// many numbers and JPEG with as many bytes. Measures validation samples of the experiment's data when asked to: it
// takes seconds, which a run would have to wait for.

#include <filesystem>
#include <memory>

#include "ui/bridge/CompressionService.h"
#include "ui/panels/ModelPage.h"

class QPushButton;
class QSpinBox;
class QStackedWidget;
class QTableWidget;
class QToolButton;

namespace hourglass {

class ModelChooser;
class RatePlot;
class WorkBar;
class Workbench;

class CompressionPage : public ModelPage {
    Q_OBJECT

public:
    explicit CompressionPage(Workbench& workbench, QWidget* parent = nullptr);

    void useModel(const std::filesystem::path& path) override;
    QString modelText() const override { return tr("Compress with this model"); }
    QWidget* firstControl() const override;

protected:
    void showState() override;

private:
    QLayout* buildBar();
    QWidget* buildCentre();
    QLayout* buildFoot();
    void connectService();

    void measure();
    void cancel();
    void takeResult(std::shared_ptr<const MeasuredCompression> result);
    void fillTable();
    void fillPlot();
    void askSave();
    bool hasModel() const;
    QString emptyText() const;
    QString noteText() const;

    Workbench& m_workbench;
    ModelChooser* m_model;
    QSpinBox* m_limit;
    QPushButton* m_measure;
    QStackedWidget* m_centre;
    StatusLabel* m_hint;
    QTableWidget* m_table;
    RatePlot* m_plot;
    StatusLabel* m_note;
    WorkBar* m_work; // in the note's place while it works
    QToolButton* m_save;

    std::shared_ptr<const MeasuredCompression> m_result;
    QString m_problem;
    bool m_isOld = false; // another model has come since
};

} // namespace hourglass
