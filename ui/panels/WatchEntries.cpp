#include "ui/panels/WatchEntries.h"

#include <QCoreApplication>

#include <algorithm>
#include <optional>

namespace hourglass {

namespace {

struct Watch {
    Q_DECLARE_TR_FUNCTIONS(WatchEntries)
};

struct Name {
    QString title, unit;
};

// "mean_colour" → "Mean colour"
QString spelled(const std::string& name) {
    QString text = QString::fromStdString(name).replace(QLatin1Char('_'), QLatin1Char(' '));
    return text.isEmpty() ? text : text.replace(0, 1, text.at(0).toUpper());
}

// Whether the KL term of the loss is the divergence itself.
bool isPlainKl(const OptionValues& options) {
    return options.has("objective.free_bits") && options.real("objective.beta") == 1 &&
           options.integer("objective.warmup_steps") == 0 && options.real("objective.free_bits") == 0 &&
           options.text("objective.reduction") == "element_sum";
}

Name termName(const std::string& term, const OptionValues& options) {
    const bool isSum = options.text("objective.reduction") == "element_sum";
    const auto per = [isSum](const QString& what) {
        return isSum ? Watch::tr("%1 per sample").arg(what) : Watch::tr("%1 per value").arg(what);
    };
    if (term == "kl")
        return isPlainKl(options) ? Name{Watch::tr("KL divergence"), per(Watch::tr("nats"))}
                                  : Name{Watch::tr("KL term"), per(Watch::tr("β × nats"))};
    if (term == "sparsity")
        return {Watch::tr("Sparsity"),
                per(options.has("objective.sparsity") && options.text("objective.sparsity") == "l1"
                        ? Watch::tr("λ × L1 norm")
                        : Watch::tr("β × KL from ρ"))};
    if (term == "contraction")
        return {Watch::tr("Contraction"), per(Watch::tr("λ × ‖J‖²"))};
    return {spelled(term), per(Watch::tr("loss"))};
}

Name metricName(const std::string& metric, const OptionValues& options) {
    if (metric == "kl")
        return {Watch::tr("KL divergence"), Watch::tr("nats per sample")};
    if (metric == "neg_elbo")
        return {Watch::tr("Negative ELBO"), Watch::tr("nats per sample")};
    if (metric == "jacobian_norm")
        return {Watch::tr("Jacobian norm of the code"), Watch::tr("root mean square")};
    if (metric == "reconstruction_jacobian_norm")
        return {Watch::tr("Jacobian norm of the reconstruction"), Watch::tr("root mean square")};
    if (metric == "l0")
        return {Watch::tr("L0"), Watch::tr("units above 0 per sample")};
    if (metric == "mean_activation")
        return {Watch::tr("Mean activation"), Watch::tr("over units and samples")};
    if (metric == "active_units")
        return {Watch::tr("Active units"), Watch::tr("of %1").arg(options.integer("model.code_size"))};
    if (metric == "psnr")
        return {Watch::tr("PSNR"), Watch::tr("dB")};
    if (metric == "mse")
        return {Watch::tr("Squared error"), Watch::tr("per value")};
    return {spelled(metric), {}};
}

Name unitName(const std::string& name) {
    if (name == "kl")
        return {Watch::tr("KL by dimension"), Watch::tr("nats")};
    if (name == "means")
        return {Watch::tr("Mean by unit"), Watch::tr("activation")};
    if (name == "spreads")
        return {Watch::tr("Spread by unit"), Watch::tr("standard deviation")};
    return {Watch::tr("%1 by unit").arg(spelled(name)), {}};
}

// "reconstruction + Sparsity per sample"
QString sumOf(const std::vector<WatchEntry>& terms, const OptionValues& options) {
    QStringList titles{Watch::tr("Reconstruction")};
    for (const WatchEntry& term : terms)
        titles << term.title;
    const QString sum = titles.join(QStringLiteral(" + "));
    return options.text("objective.reduction") == "element_sum" ? Watch::tr("%1 per sample").arg(sum)
                                                                : Watch::tr("%1 per value").arg(sum);
}

WatchEntry entry(WatchEntry::Kind kind, const std::string& key, const Name& name, const std::string& training = {},
                 const std::string& validation = {}) {
    return {kind, QString::fromStdString(key), name.title, name.unit, training, validation};
}

} // namespace

std::vector<WatchEntry> watchEntries(std::span<const std::string> columns, const OptionValues& options,
                                     std::span<const std::string> unitValues) {
    using Kind = WatchEntry::Kind;
    const std::string term = "loss.", validation = "validation_", training = "training_";
    const auto has = [&](const std::string& name) { return std::ranges::find(columns, name) != columns.end(); };
    std::vector<WatchEntry> entries;
    for (const std::string& column : columns)
        if (column.starts_with(term) && column != "loss.reconstruction")
            entries.push_back(entry(Kind::Curve, column, termName(column.substr(term.size()), options), column,
                                    has(validation + column) ? validation + column : std::string()));
    if (!entries.empty())
        entries.push_back(
            entry(Kind::Curve, "loss", {Watch::tr("Loss"), sumOf(entries, options)}, "loss", "validation_loss"));
    const bool hasCode = has("validation_active_units") || has("training_active_units");
    if (hasCode)
        for (const std::string& name : unitValues)
            entries.push_back(entry(Kind::Units, "unit." + name, unitName(name)));
    for (const std::string& column : columns) {
        const std::string prefix = column.starts_with(training) ? training : validation; // never both
        const std::string metric = column.starts_with(prefix) ? column.substr(prefix.size()) : std::string();
        const bool isLoss = metric == "loss" || metric.starts_with(term);
        // What a term shows already needs no curve of its own.
        const bool isShown = (metric == "mse" && options.text("objective.loss") == "mse" && !has("loss.kl")) ||
                             (metric == "kl" && isPlainKl(options));
        if (!metric.empty() && !isLoss && !isShown)
            entries.push_back(entry(Kind::Curve, column, metricName(metric, options), {}, column));
    }
    if (hasCode) {
        for (const char* name : {"means", "spreads"})
            entries.push_back(entry(Kind::Units, std::string("code.") + name, unitName(name)));
        entries.push_back(
            entry(Kind::Histogram, "histogram", {Watch::tr("Activation histogram"), Watch::tr("% of values")}));
    }
    return entries;
}

} // namespace hourglass
