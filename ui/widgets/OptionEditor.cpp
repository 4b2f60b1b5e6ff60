#include "ui/widgets/OptionEditor.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>
#include <QSpinBox>

#include <limits>

#include "ui/bridge/CoreText.h"
#include "ui/widgets/RealEdit.h"
#include "ui/widgets/Steady.h"

namespace hourglass {

namespace {

// Accepts any number, so that one out of range can be explained; the arrows stay within the range.
class RangedSpinBox : public Steady<QSpinBox> {
public:
    explicit RangedSpinBox(QWidget* parent) : Steady(parent) {
        setRange(std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
        setStepType(QAbstractSpinBox::DefaultStepType);
        setAccelerated(true);
    }
    void setBounds(int low, int high) {
        m_low = low;
        m_high = high;
    }
    void stepBy(int steps) override {
        const qint64 target = qint64{value()} + qint64{steps} * singleStep();
        setValue(static_cast<int>(std::clamp<qint64>(target, m_low, m_high)));
        selectAll();
        emit editingFinished();
    }
    QSize minimumSizeHint() const override {
        return {fontMetrics().horizontalAdvance(QLatin1Char('0')) * 8, sizeHint().height()};
    }

private:
    int m_low = std::numeric_limits<int>::min();
    int m_high = std::numeric_limits<int>::max();
};

QHBoxLayout* plainRow(QWidget* owner) {
    auto* layout = new QHBoxLayout(owner);
    layout->setContentsMargins(0, 0, 0, 0);
    return layout;
}

class BooleanEditor : public OptionEditor {
public:
    explicit BooleanEditor(QWidget* parent) : OptionEditor(parent), m_box(new QCheckBox(this)) {
        plainRow(this)->addWidget(m_box);
        connect(m_box, &QCheckBox::toggled, this, &OptionEditor::changed);
    }
    void setSpec(const OptionSpec&) override {}
    void setValue(const Json& value) override {
        const QSignalBlocker silence(m_box);
        m_box->setChecked(value.get<bool>());
    }
    Json value() const override { return m_box->isChecked(); }
    QList<QWidget*> controls() const override { return {m_box}; }

private:
    QCheckBox* m_box;
};

class SpinEditor : public OptionEditor {
public:
    explicit SpinEditor(QWidget* parent) : OptionEditor(parent), m_spin(new RangedSpinBox(this)) {
        plainRow(this)->addWidget(m_spin);
        connect(m_spin, &QSpinBox::valueChanged, this, &OptionEditor::changed);
        connect(m_spin, &QSpinBox::editingFinished, this, &OptionEditor::finished);
    }
    void setSpec(const OptionSpec& spec) override {
        m_spin->setBounds(static_cast<int>(spec.minimum), static_cast<int>(spec.maximum));
        m_spin->setSingleStep(static_cast<int>(spec.step));
    }
    void setValue(const Json& value) override {
        const QSignalBlocker silence(m_spin);
        m_spin->setValue(value.get<int>());
    }
    Json value() const override { return m_spin->value(); }
    QList<QWidget*> controls() const override { return {m_spin}; }

private:
    RangedSpinBox* m_spin;
};

class ChoiceEditor : public OptionEditor {
public:
    explicit ChoiceEditor(QWidget* parent) : OptionEditor(parent), m_combo(new Steady<QComboBox>(this)) {
        m_combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        m_combo->setMinimumContentsLength(8);
        plainRow(this)->addWidget(m_combo);
        connect(m_combo, &QComboBox::currentIndexChanged, this, &OptionEditor::changed);
    }
    void setSpec(const OptionSpec& spec) override {
        const QSignalBlocker silence(m_combo);
        const QVariant kept = m_combo->currentData();
        m_combo->clear();
        for (const OptionChoice& choice : spec.choices)
            m_combo->addItem(coreText(choice.label), QString::fromStdString(choice.value));
        m_combo->setCurrentIndex(m_combo->findData(kept));
    }
    void setValue(const Json& value) override {
        const QSignalBlocker silence(m_combo);
        m_combo->setCurrentIndex(m_combo->findData(QString::fromStdString(value.get<std::string>())));
    }
    Json value() const override { return m_combo->currentData().toString().toStdString(); }
    QList<QWidget*> controls() const override { return {m_combo}; }

private:
    QComboBox* m_combo;
};

// Everything written as one line: reals, texts, lists, and whole numbers too big for a spin box.
class LineEditor : public OptionEditor {
public:
    LineEditor(QLineEdit* edit, OptionType type, QWidget* parent) : OptionEditor(parent), m_edit(edit), m_type(type) {
        plainRow(this)->addWidget(m_edit);
        connect(m_edit, &QLineEdit::textEdited, this, &OptionEditor::changed);
        connect(m_edit, &QLineEdit::editingFinished, this, &OptionEditor::finished);
    }
    void setSpec(const OptionSpec& spec) override {
        if (auto* real = dynamic_cast<RealEdit*>(m_edit))
            real->setRange(spec.minimum, spec.maximum);
        if (m_type == OptionType::IntegerList)
            m_edit->setPlaceholderText(tr("none"));
    }
    void setValue(const Json& newValue) override {
        if (value() != newValue || m_edit->text().isEmpty())
            m_edit->setText(textOf(newValue));
    }
    Json value() const override {
        const QString text = m_edit->text().trimmed();
        const Json quoted = text.toStdString();
        if (m_type == OptionType::Text)
            return quoted;
        if (m_type == OptionType::IntegerList)
            return list(text);
        if (isIncompleteReal(text))
            return nullptr;
        bool isWhole = false;
        const qint64 whole = text.toLongLong(&isWhole);
        if (m_type == OptionType::Integer)
            return isWhole ? Json(whole) : quoted;
        const std::optional<double> real = parseReal(text);
        return real ? Json(*real) : quoted;
    }
    QList<QWidget*> controls() const override { return {m_edit}; }

private:
    static Json list(QString text) {
        static const QRegularExpression separators(QStringLiteral("[\\s,;\\[\\]]+"));
        const QStringList parts = text.split(separators, Qt::SkipEmptyParts);
        Json numbers = Json::array();
        for (const QString& part : parts) {
            bool isWhole = false;
            numbers.push_back(part.toLongLong(&isWhole));
            if (!isWhole)
                return text.toStdString();
        }
        return numbers;
    }
    QString textOf(const Json& value) const {
        if (value.is_string())
            return QString::fromStdString(value.get<std::string>());
        if (m_type == OptionType::Real)
            return formatReal(value.get<double>());
        if (!value.is_array())
            return QString::fromStdString(value.dump());
        QStringList parts;
        for (const Json& part : value)
            parts << QString::number(part.get<qint64>());
        return parts.join(QStringLiteral(", "));
    }

    QLineEdit* m_edit;
    OptionType m_type;
};

// One number, or a pair to draw from: an empty second field means one number.
class RangeEditor : public OptionEditor {
public:
    explicit RangeEditor(QWidget* parent)
        : OptionEditor(parent), m_low(new RealEdit(this)), m_high(new RealEdit(this)) {
        QHBoxLayout* row = plainRow(this);
        row->addWidget(m_low, 1);
        row->addWidget(new QLabel(tr("to"), this));
        row->addWidget(m_high, 1);
        m_high->setPlaceholderText(tr("same"));
        for (RealEdit* edit : {m_low, m_high}) {
            edit->setMinimumWidth(edit->fontMetrics().horizontalAdvance(QStringLiteral("00000")));
            connect(edit, &QLineEdit::textEdited, this, &OptionEditor::changed);
            connect(edit, &QLineEdit::editingFinished, this, &OptionEditor::finished);
        }
    }
    void setSpec(const OptionSpec& spec) override {
        m_low->setRange(spec.minimum, spec.maximum);
        m_high->setRange(spec.minimum, spec.maximum);
    }
    void setValue(const Json& newValue) override {
        if (value() == newValue)
            return;
        m_low->setValue(newValue.is_array() ? newValue[0].get<double>() : newValue.get<double>());
        if (newValue.is_array())
            m_high->setValue(newValue[1].get<double>());
        else
            m_high->clear();
    }
    Json value() const override {
        const bool isSingle = m_high->text().trimmed().isEmpty();
        if (isIncompleteReal(m_low->text()) || (!isSingle && isIncompleteReal(m_high->text())))
            return nullptr;
        const std::optional<double> low = m_low->value(), high = m_high->value();
        if (isSingle)
            return low ? Json(*low) : Json(m_low->text().toStdString());
        if (!low || !high)
            return (m_low->text() + tr(" to ") + m_high->text()).toStdString();
        return Json::array({*low, *high});
    }
    QList<QWidget*> controls() const override { return {m_low, m_high}; }

private:
    RealEdit* m_low;
    RealEdit* m_high;
};

bool fitsSpinBox(const OptionSpec& spec) {
    return spec.minimum >= std::numeric_limits<int>::min() && spec.maximum <= std::numeric_limits<int>::max();
}

} // namespace

OptionEditor* OptionEditor::create(const OptionSpec& spec, QWidget* parent) {
    OptionEditor* editor = nullptr;
    if (spec.type == OptionType::Boolean)
        editor = new BooleanEditor(parent);
    else if (spec.type == OptionType::Integer && fitsSpinBox(spec))
        editor = new SpinEditor(parent);
    else if (spec.type == OptionType::Choice)
        editor = new ChoiceEditor(parent);
    else if (spec.type == OptionType::RealOrRange)
        editor = new RangeEditor(parent);
    else if (spec.type == OptionType::Real)
        editor = new LineEditor(new RealEdit, spec.type, parent);
    else
        editor = new LineEditor(new QLineEdit, spec.type, parent);
    editor->setSpec(spec);
    return editor;
}

} // namespace hourglass
