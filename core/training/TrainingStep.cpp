#include "core/training/TrainingStep.h"

#include "core/data/Split.h"

namespace hourglass {

namespace {

Error tooLarge(int64_t needed, size_t allowed, const std::string& what) {
    return makeError(ErrorCode::OutOfMemory,
                     "{} need {:.3g} GB of memory; {:.3g} GB are free. Make the layers, the code or the batch smaller.",
                     what, static_cast<double>(needed) / 1e9, static_cast<double>(allowed) / 1e9);
}

std::shared_ptr<ParameterStore> initialWeights(std::shared_ptr<const ArenaLayout> layout, uint64_t seed) {
    auto weights = std::make_shared<ParameterStore>(std::move(layout));
    initialiseParameters(*weights, seed);
    return weights;
}

} // namespace

int64_t trainingArenaBytes(const Model& model, const OptionValues& options) {
    const int64_t moments = static_cast<int64_t>(optimizerArenas(options).size());
    const int64_t averageCopy = options.real("optimizer.ema_decay") > 0 ? 1 : 0; // the one that is evaluated
    return (2 + moments + averageCopy) * model.layout->floats() * static_cast<int64_t>(sizeof(float));
}

void initialiseFromData(const Model& model, const Dataset& dataset, std::span<const int64_t> rows,
                        ParameterStore& weights) {
    const auto all = static_cast<int64_t>(rows.size());
    const int64_t count = std::min(model.family->initialisationSamples(), all);
    if (count == 0)
        return;
    std::vector<int64_t> chosen;
    for (const int64_t place : spreadEvenly(all, count))
        chosen.push_back(rows[static_cast<size_t>(place)]);
    Tensor samples(model.sampleShape.batch(count));
    dataset.read(chosen, samples.values());
    model.family->initialise({model.options, model.sampleShape}, samples, weights);
    weights.touch();
}

TrainingStep::TrainingStep(std::shared_ptr<const Model> model, const OptionValues& options, const Settings& settings)
    : m_model(std::move(model)), m_options(options), m_settings(settings),
      m_weights(initialWeights(m_model->layout, settings.seed)),
      m_gradients(static_cast<size_t>(m_model->layout->floats())),
      m_optimizer(options, m_weights, std::as_const(m_gradients).span()), m_moments(m_optimizer.arenas()),
      m_scalars(*m_model, options), m_random(m_model->training, settings.seed), m_lossNames(m_model->lossNames()),
      m_losses(m_lossNames.size(), 0.0) {}

Result<std::unique_ptr<TrainingStep>> TrainingStep::create(std::shared_ptr<const Model> model,
                                                           const OptionValues& options, const Settings& settings) {
    const int64_t arenaBytes = trainingArenaBytes(*model, options);
    if (static_cast<size_t>(arenaBytes) > settings.memoryBudget)
        return tooLarge(
            arenaBytes, settings.memoryBudget,
            fmt::format("The network's {} parameters and what their training keeps", model->layout->parameterCount()));
    std::unique_ptr<TrainingStep> step(new TrainingStep(std::move(model), options, settings));
    return step;
}

Result<TrainingStep::Compiled*> TrainingStep::compiledFor(int64_t rows) {
    if (const auto it = m_compiled.find(rows); it != m_compiled.end())
        return &it->second;
    CompileOptions options{.sizes = m_model->sizes(rows),
                           .precision = m_settings.precision,
                           .workspace = m_settings.workspace,
                           .parametersChange = true};
    for (const ArenaLayout::Entry& entry : m_model->layout->entries())
        options.boundOutputs.push_back("grad." + entry.name);
    const auto arenas = static_cast<size_t>(trainingArenaBytes(*m_model, m_options));
    options.memoryBudget = m_settings.memoryBudget - std::min(m_settings.memoryBudget, arenas);
    auto program = m_settings.executor.compile(m_model->training, m_weights, options);
    if (!program && program.error().code() == ErrorCode::OutOfMemory)
        return makeError(ErrorCode::OutOfMemory, "A batch of {} does not fit into memory. {} Make the batch smaller.",
                         rows, program.error().message());
    if (!program)
        return std::move(program).error();
    Compiled compiled{.program = *std::move(program)};
    Program& p = *compiled.program;
    for (const ArenaLayout::Entry& entry : m_model->layout->entries())
        p.bindOutput(p.outputSlot("grad." + entry.name), m_gradients.data() + entry.offset);
    m_scalars.bind(p);
    compiled.target = p.hasInput("target") ? p.inputSlot("target") : -1;
    for (const std::string& name : m_lossNames)
        compiled.losses.push_back(p.outputSlot(name));
    return &m_compiled.emplace(rows, std::move(compiled)).first->second;
}

Result<RunOutcome> TrainingStep::run(int64_t rows, std::span<const float> input, std::span<const float> target,
                                     std::span<const float> noiseLevels, std::stop_token stop) {
    Result<Compiled*> found = compiledFor(rows);
    if (!found)
        return std::move(found).error();
    Compiled& compiled = **found;
    m_noNoise.resize(std::max(m_noNoise.size(), static_cast<size_t>(rows)), 0.0f);
    m_input.bind(*compiled.program, input, noiseLevels.empty() ? m_noNoise : noiseLevels);
    if (compiled.target >= 0)
        compiled.program->bindInput(compiled.target, target.data());
    m_scalars.setStep(m_optimizer.steps());
    if (!m_random.isEmpty()) {
        m_random.bind(*compiled.program);
        m_random.drawStep(m_optimizer.steps());
    }
    const RunOutcome outcome = compiled.program->run(std::move(stop));
    for (size_t i = 0; i < m_losses.size(); ++i)
        m_losses[i] = static_cast<double>(compiled.program->output(compiled.losses[i])[0]);
    return outcome;
}

void TrainingStep::setOption(const std::string& key, double value) {
    m_options.set(key, value).value();
    m_scalars.setOption(key, value);
}

void TrainingStep::update(double learningRate) {
    m_optimizer.step(learningRate);
    if (m_model->family->afterStep({m_options, m_optimizer.steps(), *m_weights, m_moments}))
        m_weights->touch();
}

std::shared_ptr<const ParameterStore> TrainingStep::evaluationWeights() {
    const std::span<const float> averaged = m_optimizer.averagedWeights();
    if (averaged.empty())
        return m_weights;
    if (!m_averaged)
        m_averaged = std::make_shared<ParameterStore>(m_model->layout);
    m_averaged->assign(averaged);
    return m_averaged;
}

int64_t TrainingStep::memoryBytes() const {
    int64_t bytes = trainingArenaBytes(*m_model, m_options) + static_cast<int64_t>(m_settings.workspace->bytes()) +
                    m_weights->roundedBytes() + (m_averaged ? m_averaged->roundedBytes() : 0);
    for (const auto& [rows, compiled] : m_compiled)
        bytes += static_cast<int64_t>(compiled.program->workspaceBytes());
    return bytes;
}

} // namespace hourglass
