#pragma once

// Version, licence, and what it is built with.

#include <QDialog>

namespace hourglass {

class AboutDialog : public QDialog {
    Q_OBJECT

public:
    explicit AboutDialog(QWidget* parent = nullptr);
};

} // namespace hourglass
