#pragma once

// Samples as small pictures with their scores, in the order of their model. Those above the threshold have a thick
// frame and a triangle, those that their labels say to be judged wrongly a cross: never colour alone. Arrows walk,
// Enter or Space has a closer look.

#include <QListView>

namespace hourglass {

class ScoreGallery : public QListView {
    Q_OBJECT

public:
    explicit ScoreGallery(QWidget* parent = nullptr);
    QSize minimumSizeHint() const override { return {110, 100}; }

signals:
    void chosen(const QModelIndex& index); // the current one, whenever it is another
    void looked();                         // Space, Enter or a double click

protected:
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
};

} // namespace hourglass
