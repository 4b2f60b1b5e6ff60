#pragma once

// A page that works with a model of its own choice, and some with data of their own: what is dropped or opened while it
// is in front goes to it, and what is trained or compared meanwhile stays. What such pages do alike is here: nothing
// that comes or goes by itself takes the keyboard from anybody, and what goes wrong is read out.

#include <QWidget>

#include <filesystem>

namespace hourglass {

class StatusLabel;
class WorkBar;
class Workbench;

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

protected:
    // What there is to say and to press by now; also in other colours, and when the page comes to the front.
    virtual void showState() = 0;

    // When the bar comes, showState(); when it goes with the focus on its button, firstControl() has it.
    void listenTo(const WorkBar* bar);
    // showState() when a model is being opened, could not be, or another run is the one at hand.
    void listenTo(Workbench& workbench);
    // As the page's text, or, of a problem, in its colour.
    void say(StatusLabel* label, const QString& text, bool isProblem);

    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override; // Esc leaves
};

} // namespace hourglass
