#pragma once

// One picture in full: original, noisy, reconstruction, difference, with PSNR and SSIM. Walks over the validation
// samples, shows dropped pictures, and follows the network while it learns.

#include <QTimer>
#include <QWidget>

#include <chrono>
#include <memory>
#include <tuple>

#include "core/data/ImageCodec.h"
#include "ui/bridge/ReconstructionService.h"

class QLabel;
class QSpinBox;
class QToolButton;

namespace hourglass {

class CompareView;
class StatusLabel;
class WorkBar;
class Workbench;

class ComparePage : public QWidget {
    Q_OBJECT

public:
    explicit ComparePage(Workbench& workbench, QWidget* parent = nullptr);

    // The validation sample that the strip of the Train page shows in this column.
    void showPreviewed(int column);
    // A picture that is no part of the data set.
    void showPicture(std::shared_ptr<const DecodedImage> picture, const QString& name);
    // One is being read; empty: none any more.
    void showOpening(const QString& name);
    CompareView* view() const { return m_view; }

signals:
    void left(); // Esc

protected:
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    static constexpr std::chrono::milliseconds kFollow{250}; // between two reconstructions while training, at least

    void buildBar(QLayout* bar);
    void connectServices();
    void takeData();
    void request();
    void requestSoon();
    void follow();
    void cancel();
    void escape();
    void takeResult(std::shared_ptr<const Reconstruction> result);
    QString waitingText() const;
    QStringList pictureTexts() const;
    void showWaiting();
    void showOriginal();
    void showAlone();
    void showNothing();
    void showMetrics();
    void measureView(const QRect& seen);
    void leavePicture();
    void showTexts();
    int64_t currentRow() const;

    Workbench& m_workbench;
    CompareView* m_view;
    QSpinBox* m_sample;
    StatusLabel* m_source;
    QToolButton* m_back;
    QToolButton* m_again;
    StatusLabel* m_note;
    WorkBar* m_work; // in its place while a large picture is worked on
    QLabel* m_pixel;
    QTimer m_throttle;
    QTimer m_metricsDelay;
    std::shared_ptr<const Dataset> m_dataset;
    std::tuple<const Dataset*, double, double, int64_t> m_split; // what m_rows follow from
    std::vector<int64_t> m_rows;                                 // the validation samples
    std::shared_ptr<const DecodedImage> m_picture;               // dropped; null while samples are shown
    QString m_pictureName, m_opening;
    QString m_problem; // of what was asked for last
    std::shared_ptr<const Reconstruction> m_result;
    bool m_wasCancelled = false;
    bool m_isFresh = false;                         // what is on screen is what was asked for
    bool m_isMeasuring = false, m_hasMoved = false; // meanwhile
    ReplyChannel m_replies{this};
};

} // namespace hourglass
