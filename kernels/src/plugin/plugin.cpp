// What ggml and the Python package find in this library.
#include <new>

#include "device.h"
#include "gate.h"

#define EXPORTED extern "C" __attribute__((visibility("default")))

// Why it may not be used here, or NULL.
EXPORTED const char * codegen_kernels_refusal() {
    return codegen::refusal();
}

// The version of llama-cpp-python that it was built for.
EXPORTED const char * codegen_kernels_built_for() {
    return CODEGEN_BUILT_FOR;
}

// Whether models that are loaded from now on use the kernels for their products, and for attention.
EXPORTED void codegen_kernels_enable(int products, int attention) {
    codegen::set_enabled(products != 0, attention != 0);
}

EXPORTED int ggml_backend_score() {
    return codegen::refusal() ? 0 : 1;
}

EXPORTED ggml_backend_reg_t ggml_backend_init() {
    return codegen::refusal() ? nullptr : codegen::registry();
}
