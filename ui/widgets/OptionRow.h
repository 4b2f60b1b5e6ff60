#pragma once

// One line of an OptionForm: label, editor, a dot for options that act on a running run, and the sentence under them
// when a value cannot be. Everything it says comes from the OptionSpec.

#include <QWidget>

#include "core/options/OptionTable.h"

class QGridLayout;
class QLabel;

namespace hourglass {

class OptionEditor;

// Whether two declarations say the same of the same option.
bool isSameDeclaration(const OptionSpec& a, const OptionSpec& b);

class OptionRow : public QWidget {
    Q_OBJECT

public:
    OptionRow(const OptionSpec& spec, QWidget* parent);

    const OptionSpec& spec() const { return m_spec; }
    QString key() const { return QString::fromStdString(m_spec.key); }
    // Whether the same editor can serve the other spec, so that focus and cursor survive a change of table.
    bool canServe(const OptionSpec& spec) const;
    void setSpec(const OptionSpec& spec);

    // Shows the value, and whether the option applies: `reason` is empty or says why it does not.
    void setValue(const Json& value);
    void setInapplicable(const QString& reason);
    // A message from elsewhere (core's validation of the whole experiment); empty takes it away.
    void setIssue(const QString& message);
    QString issue() const;

    bool matches(const QString& words) const;
    int preferredLabelWidth() const;
    void setLabelWidth(int width);
    void focusEditor();

signals:
    void edited(const QString& key, const hourglass::Json& value);
    void typed(bool isValue); // a key was pressed; false: what is there is no value yet, or none that can be
    void finished();          // Enter, a step by arrow, or focus went elsewhere

protected:
    // Undo in a field is the experiment's, not the field's own, which knows nothing of steps and other fields.
    bool eventFilter(QObject* watched, QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void readEditor(bool isFinished);
    void takeBackTyping();
    void refreshTexts();
    void refreshIssue();
    void refreshScaled();
    QString labelText() const;
    QString toolTipText() const;

    OptionSpec m_spec;
    Json m_value;   // of the experiment
    Json m_settled; // the same before the typing that is going on: what is kept if it leads nowhere
    QString m_inapplicable;
    QString m_typingError;
    QString m_issue;
    OptionEditor* m_editor;
    QLabel* m_label;
    QLabel* m_dot;
    QLabel* m_issueLabel;
    QLabel* m_scaled; // a level of 255 once more, on the scale from 0 to 1
};

} // namespace hourglass
