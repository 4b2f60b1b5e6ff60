#pragma once

// The foot of a page while its model works, mostly on a picture: how far it is, how fast, how long it will yet take,
// and a way to stop it. It comes up only after a moment: what is done by then needs no bar.

#include <QWidget>

#include "ui/bridge/PictureProgress.h"

class QProgressBar;
class QShortcut;
class QTimer;

namespace hourglass {

class StatusLabel;

class WorkBar : public QWidget {
    Q_OBJECT

public:
    // `name` is what the bar is called, `tip` what cancelling does. Esc on `page` cancels, too, while there is work.
    WorkBar(const QString& name, const QString& tip, QWidget* page);

    // `text` stands there until the first progress.
    void begin(const QString& text);
    void setText(const QString& text);
    void showProgress(const PictureProgress& progress);
    // Of other work than on a picture; 0: it is not known how far it is.
    void showFraction(double fraction, const QString& text);
    void end();
    bool isActive() const; // there is work
    bool isShown() const { return !isHidden(); }

signals:
    void appeared();
    void cancelled();
    void focusFreed(); // the button goes while it has the keyboard focus: somebody else is to have it

private:
    void vanish();

    QProgressBar* m_progress;
    StatusLabel* m_left;
    QShortcut* m_escape;
    QTimer* m_patience;
};

} // namespace hourglass
