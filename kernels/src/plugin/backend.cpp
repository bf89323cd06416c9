#include "backend.h"

#include <new>

#include "../core/multiply.h"
#include "../core/panels.h"
#include "attention.h"
#include "device.h"
#include "weights.h"

namespace codegen {
namespace {

struct Context {
    int threads = 1;
    ggml_abort_callback abort_callback = nullptr;
    void * abort_data = nullptr;
    Workspace workspace;
    Workspace floats;  // weights of an adapter in a type without kernels
    Workspace panels;

    bool aborted() const { return abort_callback && abort_callback(abort_data); }
};

Context & context(ggml_backend_t backend) {
    return *static_cast<Context *>(backend->context);
}

// Weights in a type without kernels: made floats and packed each time. Only adapters get here.
const uint8_t * floats_packed(const ggml_tensor * weights, Context & c) {
    const int64_t k = weights->ne[0], n = weights->ne[1];
    const Format & f32 = format(Type::F32);
    auto * rows = reinterpret_cast<float *>(c.floats.reserve(k * n * sizeof(float)));
    const auto to_float = ggml_get_type_traits(weights->type)->to_float;
    for (int64_t row = 0; row < n; ++row) {
        to_float(static_cast<const char *>(weights->data) + row * weights->nb[1], rows + row * k, k);
    }
    uint8_t * panels = c.panels.reserve(f32.packed_bytes(k, n));
    write_panels(f32, k, n, panels, rows, 0, n * f32.row_bytes(k));
    return panels;
}

void compute_product(const ggml_tensor * op, Context & c) {
    const ggml_tensor * weights = op->src[0], * x = op->src[1];
    Product product{Type::F32,
                    static_cast<const uint8_t *>(weights->data),
                    weights->ne[0],
                    weights->ne[1],
                    {x->data,
                     {x->ne[1], x->ne[2], x->ne[3]},
                     {static_cast<int64_t>(x->nb[1]), static_cast<int64_t>(x->nb[2]),
                      static_cast<int64_t>(x->nb[3])}},
                    static_cast<float *>(op->data)};
    if (!packed_type(weights, &product.type)) product.panels = floats_packed(weights, c);
    multiply(product, kernels_in_use(), c.threads, c.workspace);
}

bool compute(const ggml_tensor * op, Context & c) {
    switch (op->op) {
        case GGML_OP_MUL_MAT: compute_product(op, c); return true;
        case GGML_OP_FLASH_ATTN_EXT:
            attend(attention(op), kernels_in_use(), c.threads, c.workspace);
            return true;
        default: return false;
    }
}

bool computes_nothing(const ggml_tensor * node) {
    switch (node->op) {
        case GGML_OP_NONE:
        case GGML_OP_VIEW:
        case GGML_OP_RESHAPE:
        case GGML_OP_PERMUTE:
        case GGML_OP_TRANSPOSE: return true;
        default: return false;
    }
}

ggml_status graph_compute(ggml_backend_t backend, ggml_cgraph * graph) {
    Context & c = context(backend);
    for (int i = 0; i < ggml_graph_n_nodes(graph); ++i) {
        const ggml_tensor * node = ggml_graph_node(graph, i);
        if (computes_nothing(node)) continue;
        if (c.aborted()) return GGML_STATUS_ABORTED;
        try {
            if (!compute(node, c)) return GGML_STATUS_FAILED;
        } catch (const std::bad_alloc &) {
            return GGML_STATUS_ALLOC_FAILED;
        }
    }
    return GGML_STATUS_SUCCESS;
}

const char * get_name(ggml_backend_t) {
    return "CODEGEN";
}

void free_backend(ggml_backend_t backend) {
    delete &context(backend);
    delete backend;
}

}  // namespace

ggml_backend_t new_backend() {
    static ggml_guid guid = {0x63, 0x6f, 0x64, 0x65, 0x67, 0x65, 0x6e, 0x2d,
                             0x6b, 0x65, 0x72, 0x6e, 0x65, 0x6c, 0x73, 0x31};
    ggml_backend_i functions{};
    functions.get_name = get_name;
    functions.free = free_backend;
    functions.graph_compute = graph_compute;
    return new ggml_backend{&guid, functions, computing_device(), new Context};
}

void set_threads(ggml_backend_t backend, int threads) {
    context(backend).threads = threads;
}

void set_abort_callback(ggml_backend_t backend, ggml_abort_callback callback, void * data) {
    context(backend).abort_callback = callback;
    context(backend).abort_data = data;
}

}  // namespace codegen
