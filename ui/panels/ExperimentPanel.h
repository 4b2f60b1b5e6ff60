#pragma once

// The left dock: presets, where the data come from, a filter, and the form of all options.

#include <QWidget>

class QComboBox;
class QLineEdit;
class QToolButton;

namespace hourglass {

class OptionForm;
class StatusLabel;
class Workbench;

class ExperimentPanel : public QWidget {
    Q_OBJECT

public:
    explicit ExperimentPanel(Workbench& workbench, QWidget* parent = nullptr);

    void focusFilter();
    OptionForm* form() const { return m_form; }

signals:
    void presetChosen(const QString& id);
    void sourceChosen(const QString& source); // "folder:/data/cells"

private:
    void buildPresets();
    void buildSourceMenu();
    void askForFolder();
    void askForFile();
    void showExperiment();
    void showIssues();
    void showData();

    Workbench& m_workbench;
    QComboBox* m_presets;
    QToolButton* m_source;
    StatusLabel* m_data;
    QLineEdit* m_filter;
    OptionForm* m_form;
};

} // namespace hourglass
