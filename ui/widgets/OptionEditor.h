#pragma once

// The control that edits one option: a check box, spin box, list of choices, or line edit, by the option's type.
// It converts between what is shown and JSON; whether a value is allowed is the row's business (OptionRow).

#include <QWidget>

#include "core/options/OptionSpec.h"

namespace hourglass {

class OptionEditor : public QWidget {
    Q_OBJECT

public:
    // The editor for the spec's type. The parent owns it.
    static OptionEditor* create(const OptionSpec& spec, QWidget* parent);

    // Takes over range, choices and texts of a spec of the same type, keeping value and focus.
    virtual void setSpec(const OptionSpec& spec) = 0;
    // Shows a value without emitting.
    virtual void setValue(const Json& value) = 0;
    // What the person entered, allowed or not. Null: nothing that is a value yet ("", "1e-").
    // A text that is no number comes as that text, so that a message can quote it.
    virtual Json value() const = 0;
    // The controls that take focus, first one first; they get the option's names and tooltips.
    virtual QList<QWidget*> controls() const = 0;

signals:
    void changed();  // by the person, at every keystroke
    void finished(); // Enter, a step by arrow, or focus went elsewhere

protected:
    explicit OptionEditor(QWidget* parent) : QWidget(parent) {}
};

} // namespace hourglass
