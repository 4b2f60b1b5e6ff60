#pragma once

// A form that builds itself from an OptionTable: groups by the first part of the key, basic options first, the expert
// ones in a drawer below. It shows OptionValues and says what a person changes; it decides nothing.
// Swapping the table (another family) keeps every row whose key stays, with its focus, cursor and half-typed text.

#include <QMap>
#include <QWidget>

#include "core/options/OptionTable.h"

class QLabel;
class QToolButton;
class QVBoxLayout;

namespace hourglass {

class OptionRow;

class OptionForm : public QWidget {
    Q_OBJECT

public:
    explicit OptionForm(QWidget* parent = nullptr);

    // Headings by first part of the key: {"model", tr("Model")}. A group without one is headed by its key.
    void setGroupTitles(const QMap<QString, QString>& titles);
    // Shows table and values without emitting edited().
    void setValues(const OptionValues& values);
    const OptionValues& values() const { return m_values; }

    // Messages from core's validation, shown under the field until replaced or cleared.
    void setIssue(const QString& key, const QString& message);
    void clearIssues();
    QString issue(const QString& key) const;

    // Hides rows whose label, key and help lack one of the words, opening the drawer as needed. Empty shows all.
    void setFilter(const QString& words);
    void setExpertOpen(bool isOpen);
    bool isExpertOpen() const { return m_isExpertOpen; }

    QString label(const QString& key) const; // as the form shows it; empty for an unknown key
    QStringList visibleKeys() const;
    // The option whose control has the focus; empty when none has.
    QString currentKey() const;
    // Opens the drawer if needed, scrolls to the option and gives it the focus.
    void focusOption(const QString& key);

signals:
    // A person entered an allowed value.
    void edited(const QString& key, const hourglass::Json& value);
    // Of the field with the focus, see OptionRow.
    void typed(bool isValue);
    void finished();
    void expertToggled(bool isOpen);

protected:
    void changeEvent(QEvent* event) override;

private:
    void syncRows();
    void arrange();
    void addGroups(OptionTier tier);
    void alignLabels();
    void updateVisibility();
    void updateApplicability();
    QString whyNot(const OptionSpec& spec) const;
    QLabel* heading(const QString& group, OptionTier tier);
    OptionRow* row(const QString& key) const { return m_rows.value(key, nullptr); }

    OptionValues m_values;
    QMap<QString, QString> m_groupTitles;
    std::vector<OptionSpec> m_arranged; // what the rows stand for
    QString m_filter;
    bool m_isExpertOpen = false;
    QMap<QString, OptionRow*> m_rows;
    QMap<QString, QLabel*> m_headings; // "basic model", "expert model"
    QWidget* m_content;
    QVBoxLayout* m_column;
    QToolButton* m_drawer;
    QLabel* m_nothing;
    QLabel* m_legend;
};

} // namespace hourglass
