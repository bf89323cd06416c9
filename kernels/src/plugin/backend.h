// A backend: computes the products and the attention of a graph, on as many threads as its context has.
#pragma once

#include "ggml_interface.h"

namespace codegen {

ggml_backend_t new_backend();

// Both are handed out by name through the registry; ggml knows their types.
void set_threads(ggml_backend_t backend, int threads);
void set_abort_callback(ggml_backend_t backend, ggml_abort_callback callback, void * data);

}  // namespace codegen
