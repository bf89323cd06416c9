// Flash attention as ggml describes it.
#pragma once

#include "../core/attention.h"
#include "ggml_interface.h"

namespace codegen {

// Whether an operation is attention of a kind that the kernels compute: 16-bit keys and values, a
// mask for all heads at most; no sinks, no bias by distance, no cap of scores.
bool can_attend(const ggml_tensor * op);

// The same operation for the kernels.
Attention attention(const ggml_tensor * op);

// The weights that an operation's queries were multiplied with; nullptr where that is not seen.
const ggml_tensor * query_weights(const ggml_tensor * op);

}  // namespace codegen
