// denoise: pictures in, pictures of the same name, format, channels and depth out.

#include <set>

#include "app/cli/ModelContext.h"
#include "app/cli/PictureFile.h"
#include "core/analysis/NoiseLevel.h"
#include "core/base/Memory.h"
#include "core/data/FolderListing.h"
#include "core/inference/DenoiseImage.h"
#include "core/training/Trainer.h"

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

struct Work {
    std::vector<Job> jobs = {};
    std::vector<SkippedFile> failed = {};
};

// Files as named; of folders, the pictures in them under the same relative paths.
Result<Work> workOf(const Arguments& arguments, const std::stop_token& stop) {
    Work work;
    const fs::path out = arguments.output;
    for (const std::string& input : arguments.inputs) {
        std::error_code code;
        const fs::file_status status = fs::status(input, code);
        if (!fs::exists(status))
            return makeError(ErrorCode::NotFound, "There is no file or folder '{}'.", input);
        if (!fs::is_directory(status)) {
            work.jobs.push_back({input, out / fs::path(input).filename()});
            continue;
        }
        std::vector<SkippedFile> skipped;
        for (const std::string& name : listFiles(
                 input, {.accepts = isInput, .recursive = arguments.recursive, .stop = stop, .skipped = &skipped}))
            work.jobs.push_back({fs::path(input) / name, out / name});
        for (SkippedFile& folder : skipped)
            work.failed.push_back({(fs::path(input) / folder.path).lexically_normal().string(), folder.reason});
    }
    if (work.jobs.empty() && work.failed.empty())
        return makeError(ErrorCode::NotFound, "There are no pictures in {}.",
                         fmt::format("{}", fmt::join(arguments.inputs, ", ")));
    return work;
}

// The folders that did not exist before; at the end those that nothing was written to are gone again.
class NewFolders {
public:
    NewFolders() = default;
    NewFolders(const NewFolders&) = delete;
    NewFolders& operator=(const NewFolders&) = delete;
    ~NewFolders() {
        std::error_code code; // whatever holds something stays
        for (auto folder = m_made.rbegin(); folder != m_made.rend(); ++folder)
            fs::remove(*folder, code);
    }

    std::error_code make(const fs::path& folder) {
        std::error_code code;
        if (folder.empty() || fs::exists(folder, code) || code)
            return code;
        if ((code = make(folder.parent_path())))
            return code;
        if (fs::create_directory(folder, code))
            m_made.push_back(folder);
        return code;
    }

private:
    std::vector<fs::path> m_made; // outer ones first
};

// Makes the folders that are written to, when all of it can be written.
Result<void> prepareOutputs(const std::vector<Job>& jobs, bool force, NewFolders& made) {
    std::set<fs::path> outputs, folders;
    for (const Job& job : jobs) {
        if (!outputs.insert(job.output.lexically_normal()).second)
            return makeError(ErrorCode::InvalidArgument,
                             "Two of the inputs would be written to '{}'. Denoise them into "
                             "folders of their own.",
                             job.output.string());
        std::error_code code;
        const bool isNew = !fs::exists(*folders.insert(job.output.parent_path()).first, code);
        if (code)
            return makeError(ErrorCode::InvalidArgument, "'{}' cannot be written: {}.", job.output.string(),
                             code.message());
        if (isNew)
            continue;
        if (Result<void> free = checkOutput(job.output, force); !free)
            return free;
    }
    for (const fs::path& folder : folders) {
        if (const std::error_code code = made.make(folder))
            return makeError(ErrorCode::WriteFailed, "The folder '{}' cannot be made: {}.", folder.string(),
                             code.message());
    }
    return {};
}

// The pictures one after the other. A bad one does not stop the others, a disk that takes no more does.
class Session {
public:
    Session(const LoadedModel& loaded, const Arguments& arguments, Context& context)
        : m_context(context),
          m_runner(context.executor(), loaded.model, loaded.weights, applyingPrecision(loaded.model->options)) {
        m_settings.stop = context.stopToken();
        m_settings.memoryBudget = memoryBudget();
        if (arguments.tile != "auto")
            m_settings.tile = std::stoll(arguments.tile);
        m_settings.noiseLevel = noiseLevelOf(arguments.sigma, *loaded.model, context);
    }

    int run(const std::vector<Job>& jobs) {
        for (const Job& job : jobs) {
            const double share = 1.0 / static_cast<double>(jobs.size());
            Result<Outcome> outcome = denoise(job, static_cast<double>(m_taken++) * share, share);
            if (!outcome)
                return m_context.fail(outcome.error());
            if (*outcome == Outcome::Stopped) {
                m_context.message(fmt::format("interrupted: {} of {} written", m_files.size(),
                                              counted(static_cast<int64_t>(jobs.size()), "picture", "pictures")));
                return kInterrupted;
            }
        }
        return m_failed.empty() ? kDone : kUsage;
    }

    void fail(const fs::path& input, const std::string& reason) {
        m_context.message(reason);
        m_failed.push_back({{"input", input.string()}, {"reason", reason}});
    }

    void print(const std::string& folder) const {
        m_context.print({{"files", m_files}, {"failed", m_failed}},
                        counted(static_cast<int64_t>(m_files.size()), "picture", "pictures") + " written to " + folder);
    }
    bool touchedAny() const { return !m_files.empty() || !m_failed.empty(); }

private:
    enum class Outcome { Written, Failed, Stopped };

    Result<Outcome> denoise(const Job& job, double from, double share) {
        const auto failed = [&](const Error& error) {
            fail(job.input, error.message());
            return Outcome::Failed;
        };
        Result<Picture> picture = readPicture(job.input);
        if (!picture)
            return failed(picture.error());
        if (picture->hadAlpha)
            m_context.message(fmt::format("note: the alpha channel of '{}' is dropped", job.input.string()));
        PassSettings settings = m_settings;
        std::optional<float> sigma; // that is told to the network; estimated per channel where they go one by one
        if (m_runner.model().wantsNoiseLevel())
            sigma = settings.noiseLevel ? *settings.noiseLevel : estimateNoiseLevel(picture->pixels);
        const double pixels = static_cast<double>(picture->pixels.shape()[1] * picture->pixels.shape()[2]) / 1e6;
        settings.progress = [&](double fraction) {
            m_progress.show(from + share * fraction, m_megapixels + pixels * fraction, job.input.filename().string());
        };
        auto clean = denoiseImage(m_runner, picture->pixels, settings);
        if (!clean) // memory, say: the next picture may be smaller
            return failed(std::move(clean).error().withContext(job.input.string()));
        if (!*clean)
            return Outcome::Stopped;
        m_megapixels += pixels;
        picture->pixels = **std::move(clean);
        if (Result<void> written = writePicture(job.output, *picture); !written) {
            if (written.error().code() == ErrorCode::WriteFailed)
                return std::move(written).error();
            return failed(written.error());
        }
        Json file = {{"input", job.input.string()}, {"output", job.output.string()}};
        if (sigma)
            file["sigma"] = *sigma * 255.0f;
        m_files.push_back(std::move(file));
        return Outcome::Written;
    }

    Context& m_context;
    ModelRunner m_runner;
    PassSettings m_settings;
    WorkProgress m_progress{"Mpixel"};
    double m_megapixels = 0; // done
    Json m_files = Json::array(), m_failed = Json::array();
    int64_t m_taken = 0;
};

int run(const Arguments& arguments, Context& context) {
    if (arguments.model.empty())
        return context.fail(makeError(ErrorCode::InvalidArgument,
                                      "There are no built-in denoisers yet. Name a run or a model with --model."));
    Result<Work> work = workOf(arguments, context.stopToken());
    if (!work)
        return context.fail(work.error());
    Result<LoadedModel> loaded = loadModel(arguments.model);
    if (!loaded)
        return context.fail(loaded.error());
    NewFolders made;
    if (Result<void> ready = prepareOutputs(work->jobs, arguments.force, made); !ready)
        return context.fail(ready.error());
    const Model& model = *loaded->model;
    if (arguments.tile != "auto" && !model.takesAnySize())
        context.message("note: this network works in patches of its own size; --tile is not used");
    Session session(*loaded, arguments, context);
    for (const SkippedFile& folder : work->failed)
        session.fail(folder.path, fmt::format("'{}': {}", folder.path, folder.reason));
    const int status = session.run(work->jobs);
    if (status == kDone || session.touchedAny()) // also before a full disk or Ctrl-C: that much is done
        session.print(arguments.output);
    return status;
}

} // namespace

void addDenoise(CommandLine& line, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    Command command = line.command("denoise", "Remove noise from pictures with a trained model");
    command.option("inputs", arguments->inputs, "Pictures, .npy arrays or folders").required();
    command.option("-o,--output", arguments->output, "The folder to write to").required();
    command.option("--model", arguments->model, "A run folder, a checkpoint or an exported file");
    addSigma(command, arguments->sigma);
    command.option("--tile", arguments->tile, "Tile size in pixels, or auto; dense models use their own")
        .check(autoOr(wholeNumber(16, 65536), "auto takes what suits this machine"));
    command.flag("--recursive", arguments->recursive, "Enter folders in folders");
    command.flag("--force", arguments->force, "Replace existing files");
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([arguments, &context] { return run(*arguments, context); });
}

} // namespace hourglass::cli
