// Compare a kernel with ggml's own idea of what the bytes of a type mean.
#pragma once

#include "../isa/kernels.h"
#include "ggml_interface.h"

namespace codegen {

bool computes_right(const Kernels & kernels, ggml_type type, Type ours);

// The same of attention, as operations of ggml's own making describe it; and that what the kernels
// do not compute is seen in such an operation.
bool attends_right(const Kernels & kernels);

}  // namespace codegen
