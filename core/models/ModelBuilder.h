#pragma once

// The vocabulary in which a family describes itself: encode, decode, add a loss term. Produces graphs with the inputs
// "input" (what the network sees) and "target" (the clean sample), both [N, sample…], and whatever inputs architecture
// and family add (kNoiseLevelInput, scheduled scalars), and the outputs "code" where there is one, "reconstruction",
// "loss" and "loss.TERM" for each term; for evaluation also "sample_mse" [N], "metric.NAME" [N], "square.NAME" [N] and
// "unit.NAME" of the code's shape. Whatever is random comes in through inputs whose names start with kRandomInput.

#include "core/models/Architecture.h"

namespace hourglass {

inline constexpr std::string_view kRandomInput = "random.";

enum class BuildMode { Training, Evaluation };

class ModelBuilder {
public:
    ModelBuilder(const ModelContext& context, const Architecture& architecture, BuildMode mode);

    Graph& graph() { return m_graph; }
    const ModelContext& context() const { return m_context; }
    const OptionValues& options() const { return m_context.options; }
    BuildMode mode() const { return m_mode; }

    NodeId input() const { return m_input; }
    NodeId target() const { return m_target; }
    bool hasCode() const { return m_architecture.hasCode(); }
    NodeId encode(NodeId input);
    // model.code_activation applied to what encode() gives.
    NodeId codeActivation(NodeId code);
    // Logits: before the output activation.
    NodeId decode(NodeId code);
    // Input to logits, for architectures without a code too.
    NodeId reconstruct(NodeId input);
    // The output activation of the options applied to logits.
    NodeId outputActivation(NodeId logits);

    // objective.loss between logits and target, reduced by objective.reduction.
    NodeId reconstructionLoss(NodeId logits, NodeId reconstruction);
    // Standard normals of the shape of `like`: drawn anew for each step, in evaluation for each sample.
    NodeId random(const std::string& name, NodeId like);

    // Elementwise values [N, …] reduced to a scalar by objective.reduction: summed over a sample's elements
    // (element_sum) or averaged over them (element_mean), and averaged over the batch.
    NodeId reduceLoss(NodeId elementwise);
    // A term that is no average over elements, so that its weight means the same whatever objective.reduction says:
    // the scalar itself, or under element_mean its share for an element of the sample.
    NodeId asTerm(NodeId scalar);
    // [N, …] summed over all but the first axis: [N].
    NodeId sumPerSample(NodeId elementwise);

    // Input through code to reconstruction, with the term "reconstruction": what most families begin with. Returns the
    // code.
    NodeId addAutoencoder();
    void setCode(NodeId code) { m_graph.setOutput("code", code); }
    // For evaluation: an output of its own, [N, …].
    void setOutput(const std::string& name, NodeId node);
    void setReconstruction(NodeId reconstruction);
    // The reconstruction that logits give, and its term.
    void addReconstruction(NodeId logits);
    // Adds to the loss; the sum of all terms is the output "loss".
    void addTerm(const std::string& name, NodeId scalar);

    // For evaluation: a number of each sample, [N]; its mean is reported under this name. Nothing for training.
    void addMetric(const std::string& name, NodeId perSample);
    // Of what is a square, or an estimate of one that is right on average: the root of its mean is reported.
    void addRootMeanSquare(const std::string& name, NodeId squarePerSample);
    // The same for each unit of the code: numbers of the code's shape, whose mean by unit is reported
    // (CodeStatistics.h).
    void addUnitValues(const std::string& name, NodeId perUnit);

    // The graph, with the total loss.
    Graph finish();

private:
    ModelContext m_context;
    const Architecture& m_architecture;
    BuildMode m_mode;
    Graph m_graph;
    NodeId m_input, m_target;
    std::optional<NodeId> m_loss, m_reconstruction;
};

} // namespace hourglass
