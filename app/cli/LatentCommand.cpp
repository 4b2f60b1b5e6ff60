// latent: where samples lie in code space: laid out in the plane, in clusters.

#include "app/cli/ModelContext.h"
#include "core/analysis/KMeans.h"
#include "core/analysis/NearestNeighbours.h"
#include "core/analysis/Pca.h"
#include "core/analysis/RequireCodes.h"
#include "core/analysis/TSne.h"
#include "core/base/AtomicFile.h"
#include "core/formats/Csv.h"
#include "core/inference/AnomalyScorer.h"
#include "core/inference/CodeSource.h"
#include "core/inference/CodeView.h"

namespace hourglass::cli {

namespace {

struct Arguments : ModelArguments {
    std::string output, layout = "pca";
    double perplexity = TSneOptions{}.perplexity;
    int64_t clusters = 0, neighbours = 0;
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

// Of each sample what the file has to say.
struct Table {
    std::shared_ptr<const Dataset> samples;
    Tensor codes;                                     // [N, columns], as they are looked at
    std::vector<float> errors;                        // of the reconstructions
    std::optional<Layout> layout;                     // made of the codes, as are these
    std::optional<KMeans> clusters;                   // none asked for
    std::optional<std::vector<Neighbour>> neighbours; // [N, --neighbours], nearest first; none asked for
};

std::string neighboursOf(const Table& table, int64_t row) {
    const size_t each = table.neighbours->size() / static_cast<size_t>(table.samples->size());
    std::string rows;
    for (size_t i = 0; i < each; ++i)
        rows += fmt::format("{}{}", i > 0 ? " " : "", (*table.neighbours)[static_cast<size_t>(row) * each + i].row);
    return rows;
}

std::string csvOf(const Table& table) {
    const Dataset& data = *table.samples;
    const bool hasClasses = !data.classNames().empty();
    std::string csv = fmt::format("name{},x,y,error{}{}\n", hasClasses ? ",class" : "",
                                  table.clusters ? ",cluster" : "", table.neighbours ? ",neighbours" : "");
    for (int64_t row = 0; row < data.size(); ++row) {
        csv += csvField(data.name(row));
        if (hasClasses) {
            const std::optional<int> label = data.label(row);
            csv += "," + (label ? csvField(data.classNames()[static_cast<size_t>(*label)]) : std::string());
        }
        const std::span<const float> point = table.layout->points.sample(row);
        csv += fmt::format(",{},{},{}", point[0], point[1], table.errors[static_cast<size_t>(row)]);
        if (table.clusters)
            csv += fmt::format(",{}", table.clusters->labels[static_cast<size_t>(row)]);
        csv += table.neighbours ? "," + neighboursOf(table, row) + "\n" : "\n";
    }
    return csv;
}

// Codes and errors of samples that the model can be shown. False when interrupted.
Result<bool> encode(const ModelOnData& work, Table& table, Context& context) {
    ModelRunner runner = makeRunner(work.loaded, context);
    const Result<Shape> code = runner.codeShape();
    if (!code)
        return code.error();
    table.samples = CodeView::rowsToLookAt(work.dataset, *code);
    const int64_t count = table.samples->size();
    if (count < work.dataset->size())
        context.message(fmt::format("note: {} of {} samples, evenly spread", count, work.dataset->size()));
    WorkProgress progress("samples");
    const auto tell = [&](int64_t samples) {
        const auto done = static_cast<double>(samples);
        progress.show(done / static_cast<double>(2 * count), done);
    };
    const Result<std::optional<Tensor>> codes = encodeAll(runner, table.samples, tell, context.stopToken());
    if (!codes)
        return codes.error();
    if (!*codes)
        return false;
    table.codes = CodeView(**codes).points(**codes);
    if (const Result<void> usable = requireCodes(table.codes, 1, "A layout"); !usable)
        return usable.error();
    Result<std::optional<std::vector<float>>> errors =
        AnomalyScorer(context.executor(), work.loaded.model, work.loaded.weights)
            .run(
                table.samples, AnomalyScore::ReconstructionError, [&](int64_t samples) { tell(count + samples); },
                context.stopToken());
    if (!errors)
        return errors.error();
    if (*errors)
        table.errors = **std::move(errors);
    return !table.errors.empty();
}

// What is made of the codes. False when interrupted.
Result<bool> analyse(const Arguments& arguments, Table& table, const Context& context) {
    Result<std::optional<Layout>> layout =
        arguments.layout == "pca" ? byComponents(table.codes) : byNeighbours(table.codes, arguments, context);
    if (!layout)
        return layout.error();
    table.layout = std::move(*layout);
    if (table.layout && arguments.clusters > 0) {
        Result<std::optional<KMeans>> found =
            kMeans(table.codes, {.clusters = arguments.clusters, .seed = arguments.seed}, context.stopToken());
        if (!found)
            return found.error();
        table.clusters = std::move(*found);
    }
    if (table.layout && arguments.neighbours > 0)
        table.neighbours =
            nearestToEveryRow(table.codes, arguments.neighbours, CodeDistance::Euclidean, context.stopToken());
    return !context.interrupted();
}

int run(const Arguments& arguments, Context& context) {
    if (Result<void> free = checkOutput(arguments.output, arguments.force); !free)
        return context.fail(free.error());
    if (std::filesystem::path(arguments.output).extension() != ".csv")
        return context.fail(makeError(ErrorCode::InvalidArgument, "'{}' cannot be written: the extension must be .csv.",
                                      arguments.output));
    const Result<std::optional<ModelOnData>> opened = openModelOnData(arguments, context);
    if (!opened)
        return context.fail(opened.error());
    if (!*opened)
        return kInterrupted;
    Table table;
    Result<bool> done = encode(**opened, table, context);
    if (done && *done)
        done = analyse(arguments, table, context);
    if (!done)
        return context.fail(done.error());
    if (!*done)
        return kInterrupted;
    if (Result<void> written = writeFileAtomically(arguments.output, csvOf(table)); !written)
        return context.fail(written.error());
    Json json = table.layout->report;
    json["output"] = arguments.output;
    json["samples"] = table.samples->size();
    json["layout"] = arguments.layout;
    if (table.clusters)
        json["cluster_sizes"] = table.clusters->sizes;
    context.print(json,
                  fmt::format("wrote {}: {}", arguments.output, counted(table.samples->size(), "sample", "samples")));
    return kDone;
}

} // namespace

void addLatent(CommandLine& line, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    Command command = line.command("latent", "Lay the codes of samples out in the plane");
    addModelArguments(command, *arguments);
    command.option("-o,--output", arguments->output, "A .csv: name, class, x, y, error, cluster and neighbours of each")
        .required();
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
    command.option("--neighbours", arguments->neighbours, "How many nearest samples in code space, by row from 0")
        .check(wholeNumber(0, 1000))
        .showDefault();
    command.option("--seed", arguments->seed, "Of t-SNE and k-means").check(wholeNumber()).showDefault();
    command.flag("--force", arguments->force, "Replace an existing file");
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([arguments, &context] { return run(*arguments, context); });
}

} // namespace hourglass::cli
