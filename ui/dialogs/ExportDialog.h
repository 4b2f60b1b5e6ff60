#pragma once

// Writes the model at hand in a format that other programs load, in the background, and shows the receipt: the file
// read back and compared. Stays open when it fails, and says why. Offers the parts that the model has: none has an
// encoder without a code.

#include <QDialog>

#include <filesystem>

#include "ui/bridge/ReplyChannel.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace hourglass {

class StatusLabel;
class Workbench;

class ExportDialog : public QDialog {
    Q_OBJECT

public:
    // `name` of the run that the model at hand is of; empty for a model without one.
    ExportDialog(Workbench& workbench, const QString& name, QWidget* parent = nullptr);

signals:
    void exported(const QString& path);

private:
    void buildForm(class QFormLayout* form);
    void formatChosen();
    void askForParts();
    void offerParts(bool hasCode);
    void browse();
    void refresh();
    void start();
    void finish(const QString& receipt);
    void fail(const QString& message);
    std::filesystem::path path() const;

    Workbench& m_workbench;
    QString m_name;
    QComboBox* m_format;
    QComboBox* m_part;
    QLineEdit* m_path;
    QPushButton* m_browse;
    QLabel* m_help;
    StatusLabel* m_result;
    QProgressBar* m_progress;
    QPushButton* m_export;
    QPushButton* m_copy;
    QPushButton* m_close;
    bool m_isDone = false;
    ReplyChannel m_replies{this};
};

} // namespace hourglass
