#pragma once

// The decoder's columns that read the code, one for each unit of it: keeping their norms keeps an encoder from making
// its penalty small by shrinking the code while the decoder grows.

#include "core/exec/ParameterStore.h"

namespace hourglass {

// The name of the bias that the encoder's last layer adds: the entry before the decoder's first.
std::string codeBias(const ArenaLayout& layout);

enum class ColumnNorm { One, AtMostOne };

// Brings each column of kCodeReader [outputs, K, …] to that Euclidean norm; columns of zeros stay. Whether any changed:
// the caller touches the store.
bool scaleCodeColumns(ParameterStore& weights, ColumnNorm norm);

// Keeps the weights of the decoder's later layers from growing past what a layer without gain has, an orthonormal one:
// the Frobenius norm at most the root of the smaller dimension. Whether any changed: the caller touches the store.
bool boundLaterGains(ParameterStore& weights);

} // namespace hourglass
