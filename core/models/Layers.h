#pragma once

// Small pieces that architectures share.

#include "core/models/Architecture.h"

namespace hourglass {

// The activation choices, for option tables: relu leaky_relu elu gelu silu sigmoid tanh identity.
std::vector<OptionChoice> activationChoices();
std::string activationLabel(const std::string& id);

// Applies an activation by its option value. LeakyReLU has slope 0.01, ELU alpha 1.
NodeId applyActivation(Graph& graph, NodeId x, const std::string& id);

// The initialisation that suits what follows a layer, unless model.initialisation names one: He before rectifiers,
// Glorot otherwise.
Initialisation layerInitialisation(const std::string& choice, const std::string& activation, int64_t fanIn,
                                   int64_t fanOut);

// The same for the layer that makes the code. Where the code is a distribution, it starts near the standard normal:
// other starts cost the first epochs (784-400-20 on Fashion-MNIST: half a nat after ten).
Initialisation codeInitialisation(const ModelContext& context, int64_t fanIn, int64_t fanOut);

// y = x Wᵀ + b with parameters "NAME.weight" [outputs, inputs] and "NAME.bias" [outputs].
NodeId linearLayer(Graph& graph, NodeId x, const std::string& name, int64_t outputs, Initialisation initialisation);

// model.kernel, for architectures of convolutions, and the error for one without a middle.
OptionSpec kernelOption();
Error evenKernel(int64_t kernel);

// InvalidArgument when the layers hold more parameters than a model can have, asked before any graph or memory.
Result<void> checkParameters(const std::vector<LayerInfo>& layers, const ModelContext& context);

// How often a side can be halved without a remainder.
int64_t halvings(int64_t size);

// Convolves x by the parameter "NAME.weight" [outputs, inputs, k, k].
NodeId convolutionLayer(Graph& graph, NodeId x, const std::string& name, int64_t outputs, int64_t kernel,
                        const Window& window, const Initialisation& initialisation);
// Doubles the picture y by the parameter "NAME.weight" [inputs, outputs, k, k], k even: the adjoint of a convolution of
// stride 2.
NodeId doublingLayer(Graph& graph, NodeId y, const std::string& name, int64_t outputs, int64_t kernel,
                     const Initialisation& initialisation);

// x [N, C, H, W] plus parameter "NAME.bias" [C] at every place.
NodeId addChannelBias(Graph& graph, NodeId x, const std::string& name);

} // namespace hourglass
