#include "core/optim/Optimizer.h"

#include <algorithm>
#include <cmath>

namespace hourglass {

std::vector<std::string> optimizerArenas(const OptionValues& options) {
    std::vector<std::string> names;
    if (options.text("optimizer.kind") == "sgd")
        names = {"momentum"};
    else
        names = {"m", "v"};
    if (options.real("optimizer.ema_decay") > 0.0)
        names.push_back("ema");
    return names;
}

Optimizer::Optimizer(const OptionValues& options, std::shared_ptr<ParameterStore> store,
                     std::span<const float> gradients)
    : m_store(std::move(store)), m_gradients(gradients), m_names(optimizerArenas(options)),
      m_clipNorm(options.real("optimizer.clip_norm")), m_weightDecay(options.real("optimizer.weight_decay")),
      m_averageDecay(options.real("optimizer.ema_decay")), m_decaysApart(options.text("optimizer.kind") == "adamw") {
    const std::span<const float> weights = std::as_const(*m_store).arena();
    expects(gradients.size() == weights.size(), "{} gradients for {} parameters", gradients.size(), weights.size());
    m_rule.kind = options.text("optimizer.kind") == "sgd" ? UpdateKind::Sgd : UpdateKind::Adam;
    m_rule.beta1 = options.real(m_rule.kind == UpdateKind::Sgd ? "optimizer.momentum" : "optimizer.beta1");
    m_rule.beta2 = options.real("optimizer.beta2");
    m_rule.epsilon = options.real("optimizer.epsilon");
    m_rule.penalty = m_decaysApart ? 0.0 : m_weightDecay;
    for (const std::string& name : m_names) {
        AlignedBuffer<float>& arena = m_arenas.emplace_back(weights.size());
        if (name == "ema")
            std::copy(weights.begin(), weights.end(), arena.data());
    }
}

double Optimizer::step(double learningRate) {
    const double norm = m_clipNorm > 0.0 ? std::sqrt(sumOfSquares(m_gradients)) : 0.0;
    m_rule.clip = norm > m_clipNorm ? m_clipNorm / norm : 1.0;
    const auto t = static_cast<double>(++m_steps);
    m_rule.step = learningRate;
    if (m_rule.kind == UpdateKind::Adam) {
        m_rule.step /= 1.0 - std::pow(m_rule.beta1, t);
        m_rule.rootCorrection = 1.0 / std::sqrt(1.0 - std::pow(m_rule.beta2, t));
    }
    m_rule.decay = m_decaysApart ? 1.0 - learningRate * m_weightDecay : 1.0;
    // The average follows quickly at first: min(decay, (1 + t) / (10 + t)).
    m_rule.averageDecay = std::min(m_averageDecay, (1.0 + t) / (10.0 + t));
    const std::span<uint16_t> rounded = m_store->roundedToWrite();
    updateParameters(m_rule, {.p = m_store->arena(),
                              .g = m_gradients.data(),
                              .m = m_arenas[0].data(),
                              .v = arenaNamed("v"),
                              .average = arenaNamed("ema"),
                              .rounded = rounded.data()});
    m_store->touch(ParameterStore::Rounded::Written);
    return norm;
}

// Null when there is none.
float* Optimizer::arenaNamed(std::string_view name) {
    const auto it = std::find(m_names.begin(), m_names.end(), name);
    return it == m_names.end() ? nullptr : m_arenas[static_cast<size_t>(it - m_names.begin())].data();
}

std::vector<NamedArena> Optimizer::arenas() {
    std::vector<NamedArena> result;
    for (size_t i = 0; i < m_names.size(); ++i)
        result.push_back({m_names[i], m_arenas[i].span()});
    return result;
}

std::span<const float> Optimizer::averagedWeights() const {
    return m_names.back() == "ema" ? m_arenas.back().span() : std::span<const float>();
}

} // namespace hourglass
