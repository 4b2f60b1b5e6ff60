#include "ui/widgets/OptionRow.h"

#include <QContextMenuEvent>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>

#include "ui/bridge/CoreText.h"
#include "ui/widgets/OptionEditor.h"
#include "ui/widgets/RealEdit.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

bool fitsInt(const OptionSpec& spec) {
    return spec.minimum >= std::numeric_limits<int>::min() && spec.maximum <= std::numeric_limits<int>::max();
}

// A value as the form would show it, for messages.
QString shown(const Json& value) {
    if (value.is_number_float())
        return formatReal(value.get<double>());
    if (value.is_string())
        return QStringLiteral("“%1”").arg(QString::fromStdString(value.get<std::string>()).left(40));
    return QString::fromStdString(value.dump()).left(60);
}

} // namespace

bool isSameDeclaration(const OptionSpec& a, const OptionSpec& b) {
    const auto isSameChoice = [](const OptionChoice& x, const OptionChoice& y) {
        return x.value == y.value && x.label == y.label;
    };
    const auto isSameCondition = [](const OptionCondition& x, const OptionCondition& y) {
        return x.key == y.key && x.values == y.values;
    };
    return std::tie(a.key, a.type, a.label, a.help, a.unit, a.minimum, a.maximum, a.step, a.tier, a.effect,
                    a.unusedBecause) == std::tie(b.key, b.type, b.label, b.help, b.unit, b.minimum, b.maximum, b.step,
                                                 b.tier, b.effect, b.unusedBecause) &&
           a.defaultValue == b.defaultValue &&
           std::equal(a.choices.begin(), a.choices.end(), b.choices.begin(), b.choices.end(), isSameChoice) &&
           std::equal(a.appliesWhen.begin(), a.appliesWhen.end(), b.appliesWhen.begin(), b.appliesWhen.end(),
                      isSameCondition);
}

OptionRow::OptionRow(const OptionSpec& spec, QWidget* parent)
    : QWidget(parent), m_spec(spec), m_value(spec.defaultValue), m_settled(m_value),
      m_editor(OptionEditor::create(spec, this)), m_label(new QLabel(this)), m_dot(new QLabel(this)),
      m_issueLabel(new QLabel(this)), m_scaled(new QLabel(this)) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(6);
    grid->setVerticalSpacing(2);
    grid->addWidget(m_label, 0, 0, Qt::AlignVCenter);
    grid->addWidget(m_editor, 0, 1, Qt::AlignVCenter);
    grid->addWidget(m_dot, 0, 2, Qt::AlignCenter);
    grid->addWidget(m_scaled, 1, 1, 1, 2);
    grid->addWidget(m_issueLabel, 2, 1, 1, 2);
    grid->setColumnStretch(1, 1);
    m_label->setWordWrap(true);
    m_dot->setFixedWidth(m_dot->fontMetrics().horizontalAdvance(QStringLiteral("●")));
    m_issueLabel->setWordWrap(true);
    m_issueLabel->setTextFormat(Qt::PlainText); // it names files
    m_issueLabel->hide();
    m_editor->setValue(m_value);
    connect(m_editor, &OptionEditor::changed, this, [this] { readEditor(false); });
    connect(m_editor, &OptionEditor::finished, this, [this] {
        readEditor(true);
        emit finished();
    });
    for (QWidget* control : m_editor->controls())
        control->installEventFilter(this);
    refreshTexts();
}

bool OptionRow::canServe(const OptionSpec& spec) const {
    return spec.key == m_spec.key && spec.type == m_spec.type && fitsInt(spec) == fitsInt(m_spec);
}

void OptionRow::setSpec(const OptionSpec& spec) {
    if (isSameDeclaration(spec, m_spec))
        return;
    m_spec = spec;
    m_editor->setSpec(spec);
    m_editor->setValue(m_value);
    refreshTexts();
}

void OptionRow::setValue(const Json& value) {
    // What is being typed, perhaps impossible so far, stays; anything else gives way.
    const bool isTyping = isAncestorOf(QApplication::focusWidget()) && value == m_value && !m_typingError.isEmpty();
    if (value != m_value)
        m_settled = value;
    m_value = value;
    refreshScaled();
    if (isTyping)
        return;
    m_typingError.clear();
    m_editor->setValue(value);
    refreshIssue();
}

void OptionRow::setInapplicable(const QString& reason) {
    if (reason == m_inapplicable)
        return;
    m_inapplicable = reason;
    refreshTexts();
    refreshIssue();
    refreshScaled();
}

void OptionRow::setIssue(const QString& message) {
    m_issue = message;
    refreshIssue();
}

QString OptionRow::issue() const {
    return m_issueLabel->isHidden() ? QString() : m_issueLabel->text();
}

void OptionRow::readEditor(bool isFinished) {
    const Json entered = m_editor->value();
    const Result<Json> checked = OptionTable{m_spec}.check(m_spec.key, entered);
    const bool isValue = !entered.is_null() && checked;
    if (!isFinished)
        emit typed(isValue);
    if (entered.is_null() && !isFinished)
        return;
    const QString expected = coreText(OptionTable::expectation(m_spec));
    m_typingError = isValue ? QString()
                    : entered.is_null()
                        ? tr("Expected %1. %2 is kept.").arg(expected, shown(m_settled))
                        : tr("Expected %1, found %2. %3 is kept.").arg(expected, shown(entered), shown(m_settled));
    refreshIssue();
    const Json next = isValue ? *checked : m_settled;
    if (isFinished)
        m_settled = next;
    if (next == m_value)
        return;
    m_value = next;
    refreshScaled();
    emit edited(key(), m_value);
}

void OptionRow::refreshScaled() {
    const bool isShown = m_spec.unit == "of 255" && m_inapplicable.isEmpty();
    m_scaled->setVisible(isShown);
    if (!isShown)
        return;
    const auto scaled = [](const Json& level) { return QLocale().toString(level.get<double>() / 255, 'f', 3); };
    m_scaled->setText(m_value.is_array() ? tr("%1 to %2 of 1").arg(scaled(m_value[0]), scaled(m_value[1]))
                                         : tr("%1 of 1").arg(scaled(m_value)));
    QPalette muted = palette();
    muted.setColor(QPalette::WindowText, theme::mutedText(palette()));
    m_scaled->setPalette(muted);
}

void OptionRow::takeBackTyping() {
    m_typingError.clear();
    refreshIssue();
    m_editor->setValue(m_settled);
    if (m_settled == m_value)
        return;
    m_value = m_settled;
    emit edited(key(), m_value);
}

bool OptionRow::eventFilter(QObject*, QEvent* event) {
    if (event->type() != QEvent::ShortcutOverride && event->type() != QEvent::KeyPress)
        return false;
    auto* keys = static_cast<QKeyEvent*>(event);
    const bool isUndo = keys->matches(QKeySequence::Undo);
    if (!isUndo && !keys->matches(QKeySequence::Redo))
        return false;
    // What is no value the experiment has not heard of: it is taken back here, the key goes no further.
    const bool isOwn = isUndo && (!m_typingError.isEmpty() || m_editor->value().is_null());
    if (isOwn && event->type() == QEvent::KeyPress)
        takeBackTyping();
    event->setAccepted(isOwn);
    return true;
}

void OptionRow::refreshIssue() {
    const QString& text = m_typingError.isEmpty() ? m_issue : m_typingError;
    m_issueLabel->setText(text);
    // What does nothing but stands in the way (of a document from elsewhere) can be put right here all the same.
    const bool isInUse = m_inapplicable.isEmpty() || !m_issue.isEmpty();
    m_editor->setEnabled(isInUse);
    m_label->setEnabled(isInUse);
    m_issueLabel->setVisible(!text.isEmpty() && isInUse);
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, theme::errorText(palette()));
    m_issueLabel->setPalette(colours);
    for (QWidget* control : m_editor->controls())
        control->setAccessibleDescription(text.isEmpty() ? coreText(m_spec.help) : text);
}

QString OptionRow::labelText() const {
    const QString label = coreText(m_spec.label);
    return m_spec.unit.empty() ? label : tr("%1 (%2)", "option label (unit)").arg(label, coreText(m_spec.unit));
}

QString OptionRow::toolTipText() const {
    const auto paragraph = [](const QString& text) { return QStringLiteral("<p>%1</p>").arg(text); };
    QString html =
        QStringLiteral("<p><b>%1</b> &nbsp;<tt>%2</tt></p>").arg(coreText(m_spec.label).toHtmlEscaped(), key());
    if (!m_inapplicable.isEmpty())
        html += paragraph(QStringLiteral("<i>%1</i>").arg(m_inapplicable.toHtmlEscaped()));
    html += paragraph(coreText(m_spec.help).toHtmlEscaped());
    if (m_spec.type != OptionType::Boolean && m_spec.type != OptionType::Choice && m_spec.type != OptionType::Text)
        html +=
            paragraph(tr("Expected: %1. Unit: %2. Default: %3.")
                          .arg(coreText(OptionTable::expectation(m_spec)),
                               m_spec.unit.empty() ? tr("none") : coreText(m_spec.unit), shown(m_spec.defaultValue)));
    switch (m_spec.effect) {
    case OptionEffect::Live:
        return html + paragraph(tr("● Takes effect at once in a running run."));
    case OptionEffect::Continue:
        return html + paragraph(tr("○ The next Run goes on with it."));
    case OptionEffect::Restart:
        break;
    }
    return html + paragraph(tr("Changing it makes the next Run a new run."));
}

void OptionRow::refreshTexts() {
    m_label->setText(labelText());
    const QString tip = toolTipText();
    m_label->setToolTip(tip);
    const QList<QWidget*> controls = m_editor->controls();
    m_label->setBuddy(controls.first());
    for (QWidget* control : controls) {
        control->setToolTip(tip);
        const QString name = labelText();
        const bool isHigh = controls.size() > 1 && control == controls.last();
        control->setAccessibleName(isHigh ? tr("%1, upper end").arg(name) : name);
        control->setAccessibleDescription(m_inapplicable.isEmpty() ? coreText(m_spec.help) : m_inapplicable);
        control->setObjectName(isHigh ? key() + QStringLiteral(".high") : key());
    }
    m_dot->setText(m_spec.effect == OptionEffect::Live       ? QStringLiteral("●")
                   : m_spec.effect == OptionEffect::Continue ? QStringLiteral("○")
                                                             : QString());
    m_dot->setToolTip(tip);
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, theme::bestMark(palette()));
    m_dot->setPalette(colours);
    // Not in use, yet to be read: paler than a caption, darker than most styles' disabled text.
    QPalette label = palette();
    label.setColor(
        QPalette::Disabled, QPalette::WindowText,
        theme::mix(palette().color(QPalette::Active, QPalette::WindowText), palette().color(QPalette::Window), 0.5));
    m_label->setPalette(label);
    refreshScaled();
}

bool OptionRow::matches(const QString& words) const {
    const QString everything =
        coreText(m_spec.label) + QLatin1Char(' ') + key() + QLatin1Char(' ') + coreText(m_spec.help);
    const QStringList wanted = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const QString& word) { return everything.contains(word, Qt::CaseInsensitive); });
}

int OptionRow::preferredLabelWidth() const {
    return m_label->fontMetrics().horizontalAdvance(labelText()) + 2;
}

void OptionRow::setLabelWidth(int width) {
    m_label->setFixedWidth(width);
}

void OptionRow::focusEditor() {
    m_editor->controls().first()->setFocus(Qt::ShortcutFocusReason);
}

void OptionRow::contextMenuEvent(QContextMenuEvent* event) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction* reset = menu->addAction(tr("Reset to default (%1)").arg(shown(m_spec.defaultValue)));
    reset->setEnabled(m_value != m_spec.defaultValue && m_inapplicable.isEmpty());
    connect(reset, &QAction::triggered, this, [this] {
        setValue(m_spec.defaultValue);
        emit edited(key(), m_value);
    });
    menu->popup(event->globalPos());
}

void OptionRow::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange)
        return;
    refreshTexts();
    refreshIssue();
}

} // namespace hourglass
