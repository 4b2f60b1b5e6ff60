#pragma once

// What is to be checked for anomalies: a part of the data of the model's own run, or a source; those checked lately are
// offered again.

#include <QComboBox>

#include "ui/bridge/AnomalyService.h"

namespace hourglass {

class Workbench;

class AnomalyDataChooser : public QComboBox {
    Q_OBJECT

public:
    explicit AnomalyDataChooser(Workbench& workbench, QWidget* parent = nullptr);

    AnomalyData data() const;
    // A source, as an experiment names it; it is the first of those that are offered from now on.
    void choose(const QString& source);
    void askForFolder();
    void askForFile();
    void askForName();

signals:
    void chosen(); // from a dialog or by choose(), also the same again; what the list offers is activated()

protected:
    void wheelEvent(QWheelEvent* event) override;

private:
    void fill();

    Workbench& m_workbench;
    QStringList m_recent; // sources, the latest first
};

} // namespace hourglass
