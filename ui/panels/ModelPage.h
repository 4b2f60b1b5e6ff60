#pragma once

// A page that works with a model of its own choice, and some with data of their own: what is dropped or opened while it
// is in front goes to it, and what is trained or compared meanwhile stays.

#include <QWidget>

#include <filesystem>

namespace hourglass {

class ModelPage : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;

    virtual void useModel(const std::filesystem::path& path) = 0; // run folder or file
    virtual QString modelText() const = 0;                        // what it does with one: "Denoise with this model"
    virtual void useData(const QString& /*source*/) {}            // as data.source names it
    virtual QString dataText() const { return {}; }               // "Check for anomalies"; empty: it takes none
    virtual QWidget* firstControl() const = 0;                    // takes the focus with the page

signals:
    void left(); // Esc, when there is nothing to cancel or to let go
    void failed(const QString& message);
    void told(const QString& text);         // what has been done, for a moment
    void refused(const QStringList& items); // "NAME: reason" of files that could not be used
};

} // namespace hourglass
