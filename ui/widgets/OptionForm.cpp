#include "ui/widgets/OptionForm.h"

#include <QApplication>
#include <QLabel>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/bridge/CoreText.h"
#include "ui/widgets/OptionRow.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

QString groupOf(const OptionSpec& spec) {
    return QString::fromStdString(spec.key.substr(0, spec.key.find('.')));
}

} // namespace

OptionForm::OptionForm(QWidget* parent)
    : QWidget(parent), m_content(new QWidget), m_column(new QVBoxLayout(m_content)),
      m_drawer(new QToolButton(m_content)), m_nothing(new QLabel(tr("No option matches."), m_content)),
      m_legend(new QLabel(m_content)) {
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(m_content);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll);

    m_column->setContentsMargins(10, 8, 8, 8);
    m_column->setSpacing(5);
    m_drawer->setText(tr("Expert options"));
    m_drawer->setAccessibleName(m_drawer->text());
    m_drawer->setToolTip(tr("Show or hide the options that rarely need a change"));

    m_drawer->setAutoRaise(true);
    m_drawer->setArrowType(Qt::RightArrow);
    m_drawer->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_legend->setText(tr("● acts at once   ○ from the next Run"));
    m_legend->setWordWrap(true);
    connect(m_drawer, &QToolButton::clicked, this, [this] { setExpertOpen(!m_isExpertOpen); });
    arrange();
}

void OptionForm::setGroupTitles(const QMap<QString, QString>& titles) {
    m_groupTitles = titles;
    arrange();
}

void OptionForm::setValues(const OptionValues& values) {
    m_values = values;
    syncRows();
    for (OptionRow* each : std::as_const(m_rows))
        each->setValue(m_values.value(each->spec().key));
    updateApplicability();
}

void OptionForm::syncRows() {
    const std::vector<OptionSpec>& specs = m_values.table().specs();
    if (std::equal(specs.begin(), specs.end(), m_arranged.begin(), m_arranged.end(), isSameDeclaration))
        return;
    m_arranged = specs;
    QMap<QString, OptionRow*> kept;
    for (const OptionSpec& spec : m_values.table().specs()) {
        const QString key = QString::fromStdString(spec.key);
        OptionRow* known = row(key);
        if (known != nullptr && known->canServe(spec)) {
            known->setSpec(spec);
            m_rows.remove(key);
        } else {
            known = new OptionRow(spec, m_content);
            connect(known, &OptionRow::edited, this, [this](const QString& changed, const Json& value) {
                if (!m_values.set(changed.toStdString(), value))
                    return; // the table has changed meanwhile
                updateApplicability();
                emit edited(changed, value);
            });
            connect(known, &OptionRow::typed, this, &OptionForm::typed);
            connect(known, &OptionRow::finished, this, &OptionForm::finished);
        }
        kept.insert(key, known);
    }
    // A row may be gone because of its own edit (the family choice): let its signal return first.
    for (OptionRow* gone : std::as_const(m_rows)) {
        gone->hide();
        gone->deleteLater();
    }
    m_rows = kept;
    arrange();
}

// Re-adding a widget of the same parent to its layout keeps its focus, so the order can be made anew each time.
void OptionForm::arrange() {
    while (QLayoutItem* item = m_column->takeAt(0))
        delete item;
    addGroups(OptionTier::Basic);
    m_column->addSpacing(4);
    m_column->addWidget(m_drawer, 0, Qt::AlignLeft);
    addGroups(OptionTier::Expert);
    m_column->addWidget(m_nothing);
    m_column->addStretch(1);
    m_column->addWidget(m_legend);
    alignLabels();
    updateVisibility();
}

void OptionForm::addGroups(OptionTier tier) {
    QStringList groups;
    for (const OptionSpec& spec : m_values.table().specs())
        if (spec.tier == tier && !groups.contains(groupOf(spec)))
            groups << groupOf(spec);
    QWidget* previous = tier == OptionTier::Basic ? nullptr : m_drawer;
    for (const QString& group : groups) {
        QLabel* title = heading(group, tier);
        m_column->addWidget(title);
        for (const OptionSpec& spec : m_values.table().specs()) {
            if (spec.tier != tier || groupOf(spec) != group)
                continue;
            OptionRow* added = row(QString::fromStdString(spec.key));
            m_column->addWidget(added);
            if (previous != nullptr)
                QWidget::setTabOrder(previous, added);
            previous = added;
        }
    }
    if (tier == OptionTier::Basic && previous != nullptr)
        QWidget::setTabOrder(previous, m_drawer);
}

QLabel* OptionForm::heading(const QString& group, OptionTier tier) {
    QLabel*& title =
        m_headings[(tier == OptionTier::Basic ? QStringLiteral("basic ") : QStringLiteral("expert ")) + group];
    if (title == nullptr) {
        title = new QLabel(m_content);
        QFont bold = title->font();
        bold.setBold(true);
        title->setFont(bold);
        title->setContentsMargins(0, 8, 0, 1);
    }
    title->setText(m_groupTitles.value(group, group));
    return title;
}

void OptionForm::alignLabels() {
    const int limit = fontMetrics().averageCharWidth() * 19;
    int width = 0;
    for (const OptionRow* each : std::as_const(m_rows))
        width = std::max(width, std::min(limit, each->preferredLabelWidth()));
    for (OptionRow* each : std::as_const(m_rows))
        each->setLabelWidth(width);
}

void OptionForm::setIssue(const QString& key, const QString& message) {
    if (OptionRow* concerned = row(key))
        concerned->setIssue(message);
}

void OptionForm::clearIssues() {
    for (OptionRow* each : std::as_const(m_rows))
        each->setIssue({});
}

QString OptionForm::issue(const QString& key) const {
    return row(key) == nullptr ? QString() : row(key)->issue();
}

void OptionForm::setFilter(const QString& words) {
    m_filter = words.trimmed();
    updateVisibility();
}

void OptionForm::setExpertOpen(bool isOpen) {
    if (isOpen == m_isExpertOpen)
        return;
    m_isExpertOpen = isOpen;
    updateVisibility();
    emit expertToggled(isOpen);
}

void OptionForm::updateVisibility() {
    const bool isFiltered = !m_filter.isEmpty();
    const bool isOpen = isFiltered || m_isExpertOpen;
    bool hasExpert = false, hasDot = false;
    QSet<QLabel*> inUse;
    for (OptionRow* each : std::as_const(m_rows)) {
        const bool isExpert = each->spec().tier == OptionTier::Expert;
        const bool isShown = (!isExpert || isOpen) && each->matches(m_filter);
        each->setVisible(isShown);
        hasExpert |= isExpert && each->matches(m_filter);
        hasDot |= isShown && each->spec().effect != OptionEffect::Restart;
        if (isShown)
            inUse.insert(heading(groupOf(each->spec()), each->spec().tier));
    }
    for (QLabel* title : std::as_const(m_headings))
        title->setVisible(inUse.contains(title));
    m_drawer->setVisible(hasExpert);
    m_drawer->setEnabled(!isFiltered);
    m_drawer->setAccessibleDescription(isOpen ? tr("open") : tr("closed"));
    m_drawer->setArrowType(isOpen ? Qt::DownArrow : Qt::RightArrow);
    m_nothing->setVisible(isFiltered && inUse.isEmpty());
    m_legend->setVisible(hasDot);
    QPalette muted = palette();
    muted.setColor(QPalette::WindowText, theme::mutedText(palette()));
    m_legend->setPalette(muted);
}

void OptionForm::updateApplicability() {
    for (OptionRow* each : std::as_const(m_rows))
        each->setInapplicable(m_values.applies(each->spec()) ? QString() : whyNot(each->spec()));
}

// "Not used now: it needs Kind to be Gaussian or Poisson."
QString OptionForm::whyNot(const OptionSpec& spec) const {
    if (!spec.unusedBecause.empty())
        return tr("Not used: %1.").arg(coreText(spec.unusedBecause));
    for (const OptionCondition& condition : spec.appliesWhen) {
        const OptionSpec* other = m_values.table().find(condition.key);
        if (other == nullptr || std::find(condition.values.begin(), condition.values.end(),
                                          m_values.value(condition.key)) != condition.values.end())
            continue;
        QStringList wanted;
        for (const Json& value : condition.values) {
            QString text = QString::fromStdString(value.is_string() ? value.get<std::string>() : value.dump());
            for (const OptionChoice& choice : other->choices)
                if (value.is_string() && value.get_ref<const std::string&>() == choice.value)
                    text = coreText(choice.label);
            if (value.is_boolean())
                text = value.get<bool>() ? tr("on") : tr("off");
            wanted << text;
        }
        return tr("Not used now: it needs %1 to be %2.").arg(coreText(other->label), wanted.join(tr(" or ")));
    }
    return {};
}

QString OptionForm::label(const QString& key) const {
    return row(key) == nullptr ? QString() : coreText(row(key)->spec().label);
}

QStringList OptionForm::visibleKeys() const {
    QStringList keys;
    for (const OptionSpec& spec : m_values.table().specs())
        if (const OptionRow* each = row(QString::fromStdString(spec.key)); each != nullptr && !each->isHidden())
            keys << each->key();
    return keys;
}

QString OptionForm::currentKey() const {
    const QWidget* focused = QApplication::focusWidget();
    for (const OptionRow* each : std::as_const(m_rows))
        if (focused != nullptr && each->isAncestorOf(focused))
            return each->key();
    return {};
}

void OptionForm::focusOption(const QString& key) {
    OptionRow* wanted = row(key);
    if (wanted == nullptr)
        return;
    if (wanted->spec().tier == OptionTier::Expert && wanted->isHidden())
        setExpertOpen(true);
    wanted->focusEditor();
    if (auto* scroll = findChild<QScrollArea*>())
        scroll->ensureWidgetVisible(wanted);
}

void OptionForm::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        updateVisibility();
    if (event->type() == QEvent::FontChange)
        alignLabels();
}

} // namespace hourglass
