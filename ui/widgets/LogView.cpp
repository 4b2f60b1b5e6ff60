#include "ui/widgets/LogView.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QListView>
#include <QSaveFile>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/bridge/CoreText.h"
#include "ui/widgets/LogModel.h"

namespace hourglass {

LogView::LogView(LogModel* model, QWidget* parent) : QWidget(parent), m_model(model), m_list(new QListView(this)) {
    m_list->setModel(model);
    m_list->setUniformItemSizes(true);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setIconSize(QSize(1, 1) * fontMetrics().height());
    m_list->setAccessibleName(tr("Log"));
    m_list->setToolTip(tr("What the program did and what went wrong, newest last"));
    m_list->setContextMenuPolicy(Qt::ActionsContextMenu);

    auto* side = new QVBoxLayout;
    side->setSpacing(2);
    const auto add = [this, side](const QString& text, const QString& tip, const QKeySequence& keys, auto slot) {
        auto* action = new QAction(text, m_list);
        action->setToolTip(tip);
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        connect(action, &QAction::triggered, this, slot);
        m_list->addAction(action);
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setAutoRaise(true);
        button->setAccessibleName(text);
        button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        side->addWidget(button);
    };
    add(tr("Copy"), tr("Copy the chosen lines, or all of them"), QKeySequence::Copy, [this] { copy(); });
    add(tr("Clear"), tr("Forget all lines"), {}, [this] { m_model->clear(); });
    add(tr("Save…"), tr("Save all lines as a text file"), {}, [this] { askForFile(); });
    side->addStretch(1);

    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(m_list, 1);
    row->addLayout(side);

    connect(model, &QAbstractItemModel::rowsAboutToBeInserted, this, [this] {
        const QScrollBar* bar = m_list->verticalScrollBar();
        m_isFollowing = bar->value() >= bar->maximum() - 1;
    });
    connect(model, &QAbstractItemModel::rowsInserted, this, [this] {
        if (m_isFollowing)
            m_list->scrollToBottom();
    });
}

void LogView::copy() {
    QModelIndexList chosen = m_list->selectionModel()->selectedIndexes();
    std::sort(chosen.begin(), chosen.end());
    QStringList lines;
    for (const QModelIndex& index : std::as_const(chosen))
        lines << m_model->line(index.row());
    QApplication::clipboard()->setText(chosen.isEmpty() ? m_model->text() : lines.join(QLatin1Char('\n')));
}

Result<void> LogView::save(const QString& path) const {
    QSaveFile file(path);
    const QByteArray text = m_model->text().toUtf8();
    if (file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.commit())
        return {};
    return makeError(ErrorCode::WriteFailed, "'{}' could not be written: {}. What was there before is unchanged.",
                     path.toStdString(), file.errorString().toStdString());
}

void LogView::askForFile() {
    auto* dialog = new QFileDialog(this, tr("Save the log"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("txt"));
    dialog->setNameFilter(tr("Text (*.txt)"));
    dialog->selectFile(QStringLiteral("hourglass-log"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        if (const Result<void> saved = save(path); !saved)
            emit failed(coreText(saved.error()));
    });
    dialog->open();
}

} // namespace hourglass
