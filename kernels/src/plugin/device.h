// The two devices of this backend, and what they can compute.
//
// llama.cpp asks the registered one where weights should lie: packed. A graph's own tensors lie
// where the device of the *backend* wants them; that is a second device, not registered, which
// wants plain main memory. So nothing is copied between this backend and llama.cpp's own.
#pragma once

#include "../isa/kernels.h"
#include "ggml_interface.h"

namespace codegen {

ggml_backend_dev_t registered_device();
ggml_backend_dev_t computing_device();
ggml_backend_reg_t registry();

// The kernels that run; set once, before anything is registered.
void use_kernels(const Kernels * kernels);
const Kernels & kernels_in_use();

// Whether models that are loaded from now on get packed weights, and whether they attend with the
// kernels as well.
void set_enabled(bool products, bool attention);
bool attention_wanted();

}  // namespace codegen
