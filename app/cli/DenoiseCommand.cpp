// denoise: pictures in, pictures of the same name, format, channels and depth out.

#include <set>

#include "app/cli/Context.h"
#include "core/data/ImageCodec.h"
#include "core/formats/Npy.h"
#include "core/inference/DenoiseImage.h"
#include "core/io/ModelFile.h"

namespace hourglass::cli {

namespace {

namespace fs = std::filesystem;

struct Arguments {
    std::vector<std::string> inputs;
    std::string output, model, sigma = "auto", tile = "auto";
    bool recursive = false, force = false;
};

struct Job {
    fs::path input, output;
};

bool isInput(const fs::path& path) {
    return hasImageExtension(path) || path.extension() == ".npy";
}

// Files as named; of folders, the pictures in them under the same relative paths.
Result<std::vector<Job>> jobsOf(const Arguments& arguments) {
    std::vector<Job> jobs;
    const fs::path out = arguments.output;
    for (const std::string& input : arguments.inputs) {
        std::error_code code;
        if (!fs::exists(input, code))
            return makeError(ErrorCode::NotFound, "There is no file or folder '{}'.", input);
        if (!fs::is_directory(input, code)) {
            jobs.push_back({input, out / fs::path(input).filename()});
            continue;
        }
        const auto add = [&](const auto& entry) {
            if (entry.is_regular_file() && isInput(entry.path()))
                jobs.push_back({entry.path(), out / fs::relative(entry.path(), input)});
        };
        if (arguments.recursive)
            for (const auto& entry : fs::recursive_directory_iterator(input, code))
                add(entry);
        else
            for (const auto& entry : fs::directory_iterator(input, code))
                add(entry);
        if (code)
            return makeError(ErrorCode::Unreadable, "The folder '{}' cannot be read: {}.", input, code.message());
    }
    std::sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) { return a.input < b.input; });
    if (jobs.empty())
        return makeError(ErrorCode::NotFound, "There are no pictures in {}.",
                         fmt::format("{}", fmt::join(arguments.inputs, ", ")));
    std::set<fs::path> outputs;
    for (const Job& job : jobs) {
        if (!outputs.insert(job.output).second)
            return makeError(ErrorCode::InvalidArgument,
                             "Two of the inputs would be written to '{}'. Denoise them into "
                             "folders of their own.",
                             job.output.string());
        if (fs::exists(job.output) && !arguments.force)
            return makeError(ErrorCode::Conflict, "'{}' exists. Use --force to replace it.", job.output.string());
    }
    return jobs;
}

struct Picture {
    Tensor pixels; // [C, H, W]
    int bitDepth = 8;
    bool isArray = false; // of [H, W] or [H, W, 3]
};

Result<Picture> readPicture(const fs::path& path, const Context& context) {
    if (path.extension() != ".npy") {
        Result<DecodedImage> image = decodeImage(path);
        if (!image)
            return std::move(image).error();
        if (image->hadAlpha)
            context.message(fmt::format("note: the alpha channel of '{}' is dropped", path.string()));
        return Picture{std::move(image->pixels), image->bitDepth, false};
    }
    Result<NpyArray> array = readNpy(path);
    if (!array)
        return std::move(array).error();
    const Shape shape = array->shape;
    if (shape.rank() != 2 && !(shape.rank() == 3 && shape[2] == 3))
        return makeError(ErrorCode::Unsupported, "'{}' is {}; a picture is [H, W] or [H, W, 3].", path.string(),
                         shape.toString());
    const Tensor values = array->toTensor();
    const float scale = array->isBytes() ? 1.0f / 255.0f : 1.0f;
    const int64_t channels = shape.rank() == 2 ? 1 : 3, pixels = shape[0] * shape[1];
    Tensor planes(Shape{channels, shape[0], shape[1]});
    for (int64_t c = 0; c < channels; ++c)
        for (int64_t i = 0; i < pixels; ++i)
            planes.data()[c * pixels + i] = scale * values.data()[i * channels + c];
    return Picture{std::move(planes), 32, true};
}

Result<void> writePicture(const fs::path& path, const Picture& picture) {
    if (!picture.isArray)
        return encodeImage(path, picture.pixels, {.bitDepth = picture.bitDepth});
    const Shape& shape = picture.pixels.shape();
    const int64_t channels = shape[0], pixels = shape[1] * shape[2];
    Tensor values(channels == 1 ? Shape{shape[1], shape[2]} : Shape{shape[1], shape[2], channels});
    for (int64_t c = 0; c < channels; ++c)
        for (int64_t i = 0; i < pixels; ++i)
            values.data()[i * channels + c] = picture.pixels.data()[c * pixels + i];
    return writeNpy(path, values);
}

int run(const Arguments& arguments, Context& context) {
    if (arguments.model.empty())
        return context.fail(makeError(ErrorCode::InvalidArgument,
                                      "There are no built-in denoisers yet. Name a run or a model with --model."));
    Result<std::vector<Job>> jobs = jobsOf(arguments);
    if (!jobs)
        return context.fail(jobs.error());
    Result<LoadedModel> loaded = loadModel(arguments.model);
    if (!loaded)
        return context.fail(loaded.error());
    if (arguments.sigma != "auto")
        context.message("note: this network does not take a noise level; --sigma is not used");
    if (arguments.tile != "auto")
        context.message("note: a dense network works in patches of its own size; --tile is not used");
    ModelRunner runner(context.executor(), loaded->model, loaded->weights);
    Json files = Json::array();
    Json failed = Json::array();
    ProgressLine progress;
    for (size_t i = 0; i < jobs->size(); ++i) {
        const Job& job = (*jobs)[i];
        Result<Picture> picture = readPicture(job.input, context);
        if (!picture) { // one bad file does not stop the others
            context.message(picture.error().message());
            failed.push_back({{"input", job.input.string()}, {"reason", picture.error().message()}});
            continue;
        }
        auto clean =
            denoiseImage(runner, picture->pixels,
                         {.progress =
                              [&](double fraction) {
                                  progress.show((static_cast<double>(i) + fraction) / static_cast<double>(jobs->size()),
                                                job.input.filename().string());
                              },
                          .stop = context.stopToken()});
        if (!clean)
            return context.fail(clean.error());
        if (!*clean)
            return kInterrupted;
        picture->pixels = **std::move(clean);
        std::error_code code;
        fs::create_directories(job.output.parent_path(), code);
        if (Result<void> written = writePicture(job.output, *picture); !written)
            return context.fail(written.error());
        files.push_back({{"input", job.input.string()}, {"output", job.output.string()}});
    }
    context.print({{"files", files}, {"failed", failed}},
                  fmt::format("{} picture(s) written to {}", files.size(), arguments.output));
    return failed.empty() ? kDone : kUsage;
}

} // namespace

void addDenoise(CLI::App& app, Context& context, int& status) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand("denoise", "Remove noise from pictures with a trained model");
    command->add_option("inputs", arguments->inputs, "Pictures, .npy arrays or folders")->required();
    command->add_option("-o,--output", arguments->output, "The folder to write to")->required();
    command->add_option("--model", arguments->model, "A run folder, a checkpoint or an exported file");
    command->add_option("--sigma", arguments->sigma, "Noise level on the 0–255 scale, or auto")
        ->check(CLI::IsMember({"auto"}) | CLI::Range(0.0, 255.0));
    command->add_option("--tile", arguments->tile, "Tile size in pixels, or auto; dense models use their own")
        ->check(CLI::IsMember({"auto"}) | CLI::Range(16, 65536));
    command->add_flag("--recursive", arguments->recursive, "Enter folders in folders");
    command->add_flag("--force", arguments->force, "Replace existing files");
    command->add_flag("--json", context.json, "Print one JSON object");
    command->callback([arguments, &context, &status] { status = run(*arguments, context); });
}

} // namespace hourglass::cli
