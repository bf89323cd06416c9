// What may follow a product of ours in a graph: a bias, then GELU.
#pragma once

#include "ggml_interface.h"

namespace codegen {

// Whether an operation adds a bias to a product with weights of ours.
bool adds_bias(const ggml_tensor * op);

// Whether it is the GELU of such a product, with or without a bias.
bool is_gelu(const ggml_tensor * op);

// Whether `op` makes of `before` what nobody needs any more as it was: ggml writes the one over the
// other only then. Both can be computed as one.
bool takes_the_place(const ggml_tensor * op, const ggml_tensor * before);

}  // namespace codegen
