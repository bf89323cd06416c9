// Memory for weights that are packed on the way in and unpacked on the way out.
#pragma once

#include "../core/format.h"
#include "ggml_interface.h"

namespace codegen {

ggml_backend_buffer_type_t weights_buffer_type();

// The type of kernels that a tensor of ours is packed for; false where it lies as in the file.
bool packed_type(const ggml_tensor * tensor, Type * type);

bool holds_weights(const ggml_tensor * tensor);

// Whether weights were loaded for a model that also attends with the kernels.
bool attends(const ggml_tensor * weights);

}  // namespace codegen
