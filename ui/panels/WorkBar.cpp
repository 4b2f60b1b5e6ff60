#include "ui/panels/WorkBar.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QProgressBar>
#include <QShortcut>
#include <QTimer>
#include <QToolButton>

#include "ui/panels/Words.h"
#include "ui/widgets/StatusLabel.h"

namespace hourglass {

namespace {

constexpr std::chrono::milliseconds kPatience{300};

} // namespace

WorkBar::WorkBar(const QString& name, const QString& tip, QWidget* page)
    : QWidget(page), m_progress(new QProgressBar(this)), m_left(new StatusLabel(tr("Remaining time"), this)),
      m_escape(new QShortcut(Qt::Key_Escape, page)), m_patience(new QTimer(this)) {
    m_progress->setAccessibleName(name);
    m_progress->setMaximumHeight(fontMetrics().height() + 4);
    auto* cancel = new QToolButton(this);
    cancel->setText(tr("Cancel"));
    cancel->setAccessibleName(tr("Cancel"));
    cancel->setToolTip(tip);
    connect(cancel, &QToolButton::clicked, this, &WorkBar::cancelled);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_progress, 1);
    row->addWidget(m_left);
    row->addWidget(cancel);

    m_escape->setContext(Qt::WidgetWithChildrenShortcut);
    m_escape->setEnabled(false); // otherwise it is for the view, or leaves the page
    connect(m_escape, &QShortcut::activated, this, &WorkBar::cancelled);
    connect(m_escape, &QShortcut::activatedAmbiguously, this, &WorkBar::cancelled);
    m_patience->setSingleShot(true);
    m_patience->setInterval(kPatience);
    connect(m_patience, &QTimer::timeout, this, [this] {
        show();
        emit appeared();
    });
    hide();
}

bool WorkBar::isActive() const {
    return m_escape->isEnabled();
}

void WorkBar::begin(const QString& text) {
    vanish();
    m_progress->setRange(0, 0);
    m_left->say(text);
    m_escape->setEnabled(true);
    m_patience->start();
}

void WorkBar::setText(const QString& text) {
    m_left->say(text);
}

void WorkBar::showProgress(const PictureProgress& progress) {
    showFraction(progress.fraction, tr("%1 MP/s · %2 left")
                                        .arg(QLocale().toString(progress.megapixelsPerSecond, 'g', 2),
                                             durationText(progress.secondsLeft)));
}

void WorkBar::showFraction(double fraction, const QString& text) {
    m_progress->setRange(0, fraction > 0 ? 1000 : 0);
    m_progress->setValue(static_cast<int>(1000 * fraction));
    m_left->say(text);
}

void WorkBar::end() {
    m_patience->stop();
    m_escape->setEnabled(false);
    vanish();
}

// Left to itself, Qt would hand the focus to whatever comes next, perhaps on another page or dock.
void WorkBar::vanish() {
    if (isShown() && isAncestorOf(window()->focusWidget()))
        emit focusFreed();
    hide();
}

} // namespace hourglass
