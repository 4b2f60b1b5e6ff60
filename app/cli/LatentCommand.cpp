// latent: where samples lie in code space: laid out in the plane, in clusters.

#include "app/cli/ModelContext.h"
#include "core/analysis/KMeans.h"
#include "core/analysis/Pca.h"
#include "core/analysis/TSne.h"
#include "core/base/AtomicFile.h"
#include "core/data/RowSubset.h"
#include "core/formats/Csv.h"
#include "core/inference/CodeSource.h"

namespace hourglass::cli {

namespace {

constexpr int64_t kMostRows = 10'000; // what t-SNE is made for

struct Arguments : ModelArguments {
    std::string output, layout = "pca";
    double perplexity = TSneOptions{}.perplexity;
    int64_t clusters = 0;
    uint64_t seed = 0;
    bool force = false;
};

struct Layout {
    Tensor points; // [N, 2]
    Json report;   // what is said of it
};

// The first two principal components; of codes of one value that value, and nothing.
Result<std::optional<Layout>> byComponents(const Tensor& codes) {
    const int64_t kept = std::min<int64_t>(2, codes.shape()[1]);
    const Pca pca = Pca::fit(codes, kept);
    const Tensor projected = pca.project(codes);
    Layout layout{Tensor(Shape{codes.shape()[0], 2}), {}};
    for (int64_t row = 0; row < codes.shape()[0]; ++row)
        std::ranges::copy(projected.sample(row), layout.points.sample(row).begin());
    layout.report["explained_variance"] = Json::array();
    for (const double variance : pca.variances())
        layout.report["explained_variance"].push_back(pca.totalVariance() > 0 ? variance / pca.totalVariance() : 0);
    return std::optional(std::move(layout));
}

Result<std::optional<Layout>> byNeighbours(const Tensor& codes, const Arguments& arguments, const Context& context) {
    WorkProgress progress("iterations");
    Result<std::optional<TSneLayout>> made = tSne(
        codes, {.perplexity = arguments.perplexity, .seed = arguments.seed},
        [&](int64_t done, int64_t total, std::span<const float>, double) {
            progress.show(static_cast<double>(done) / static_cast<double>(total), static_cast<double>(done), "t-SNE");
        },
        context.stopToken());
    if (!made)
        return std::move(made).error();
    if (!*made)
        return std::optional<Layout>();
    TSneLayout& layout = **made;
    if (layout.perplexity < arguments.perplexity)
        context.message(fmt::format("note: {} have too few neighbours for a perplexity of {}; it is {:.3g}",
                                    counted(codes.shape()[0], "code", "codes"), arguments.perplexity,
                                    layout.perplexity));
    return std::optional(
        Layout{std::move(layout.points), {{"perplexity", layout.perplexity}, {"kl_divergence", layout.klDivergence}}});
}

std::string csvOf(const Dataset& data, const Tensor& points, const std::optional<KMeans>& clusters) {
    const bool hasClasses = !data.classNames().empty();
    std::string csv = fmt::format("name{},x,y{}\n", hasClasses ? ",class" : "", clusters ? ",cluster" : "");
    for (int64_t row = 0; row < data.size(); ++row) {
        csv += csvField(data.name(row));
        if (hasClasses) {
            const std::optional<int> label = data.label(row);
            csv += "," + (label ? csvField(data.classNames()[static_cast<size_t>(*label)]) : std::string());
        }
        csv += fmt::format(",{},{}", points.sample(row)[0], points.sample(row)[1]);
        csv += clusters ? fmt::format(",{}\n", clusters->labels[static_cast<size_t>(row)]) : "\n";
    }
    return csv;
}

int run(const Arguments& arguments, Context& context) {
    if (Result<void> free = checkOutput(arguments.output, arguments.force); !free)
        return context.fail(free.error());
    Result<std::optional<ModelOnData>> opened = openModelOnData(arguments, context);
    if (!opened)
        return context.fail(opened.error());
    if (!*opened)
        return kInterrupted;
    const std::shared_ptr<const Dataset> data = evenlySpread((*opened)->dataset, kMostRows);
    if (data->size() < (*opened)->dataset->size())
        context.message(fmt::format("note: {} of {} samples, evenly spread", data->size(), (*opened)->dataset->size()));
    ModelRunner runner = makeRunner((*opened)->loaded, context);
    Result<std::optional<Tensor>> encoded = encodeAll(runner, data, {}, context.stopToken());
    if (!encoded)
        return context.fail(encoded.error());
    if (!*encoded)
        return kInterrupted;
    const Shape shape = (**encoded).shape();
    const Tensor codes = std::move(**encoded).reshaped({shape[0], shape.elementsPerSample()});

    Result<std::optional<Layout>> layout =
        arguments.layout == "pca" ? byComponents(codes) : byNeighbours(codes, arguments, context);
    if (!layout)
        return context.fail(layout.error());
    if (!*layout)
        return kInterrupted;
    std::optional<KMeans> clusters;
    if (arguments.clusters > 0) {
        Result<std::optional<KMeans>> found =
            kMeans(codes, {.clusters = arguments.clusters, .seed = arguments.seed}, context.stopToken());
        if (!found)
            return context.fail(found.error());
        if (!*found)
            return kInterrupted;
        clusters = std::move(*found);
    }
    if (Result<void> written = writeFileAtomically(arguments.output, csvOf(*data, (*layout)->points, clusters));
        !written)
        return context.fail(written.error());
    Json json = (*layout)->report;
    json["output"] = arguments.output;
    json["samples"] = data->size();
    json["layout"] = arguments.layout;
    if (clusters)
        json["cluster_sizes"] = clusters->sizes;
    context.print(json, fmt::format("wrote {}: {}", arguments.output, counted(data->size(), "sample", "samples")));
    return kDone;
}

} // namespace

void addLatent(CommandLine& line, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    Command command = line.command("latent", "Lay the codes of samples out in the plane");
    addModelArguments(command, *arguments);
    command.option("-o,--output", arguments->output, "A .csv: name, class, x, y and cluster of each").required();
    command
        .option("--layout", arguments->layout,
                "pca: the first two principal components; tsne: neighbours stay neighbours")
        .check(oneOf({"pca", "tsne"}))
        .showDefault();
    command.option("--perplexity", arguments->perplexity, "Of t-SNE: about how many neighbours count")
        .check(numberBetween(1, 500))
        .showDefault();
    command.option("--clusters", arguments->clusters, "k-means clusters, largest first; 0: none")
        .check(wholeNumber(0, 1000))
        .showDefault();
    command.option("--seed", arguments->seed, "Of t-SNE and k-means").check(wholeNumber()).showDefault();
    command.flag("--force", arguments->force, "Replace an existing file");
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([arguments, &context] { return run(*arguments, context); });
}

} // namespace hourglass::cli
