#include "backend.h"

#include <cstring>
#include <new>

#include "../core/multiply.h"
#include "../core/panels.h"
#include "attention.h"
#include "device.h"
#include "finish.h"
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

Input rows(const ggml_tensor * x) {
    return {x->data,
            {x->ne[1], x->ne[2], x->ne[3]},
            {static_cast<int64_t>(x->nb[1]), static_cast<int64_t>(x->nb[2]),
             static_cast<int64_t>(x->nb[3])}};
}

const float * bias(const ggml_tensor * op) {
    return static_cast<const float *>(op->src[1]->data);
}

// A product and what follows it in its place. Returns how many nodes these are.
int compute_product(ggml_cgraph * graph, int first, Context & c) {
    const ggml_tensor * op = ggml_graph_node(graph, first);
    const ggml_tensor * weights = op->src[0];
    Product product{Type::F32,
                    static_cast<const uint8_t *>(weights->data),
                    weights->ne[0],
                    weights->ne[1],
                    rows(op->src[1]),
                    static_cast<float *>(op->data)};
    if (!packed_type(weights, &product.type)) product.panels = floats_packed(weights, c);
    int next = first + 1;
    const auto follows = [&](bool (*is)(const ggml_tensor *)) {
        if (next == ggml_graph_n_nodes(graph)) return false;
        const ggml_tensor * node = ggml_graph_node(graph, next);
        return is(node) && takes_the_place(node, ggml_graph_node(graph, next - 1));
    };
    if (follows(adds_bias)) product.bias = bias(ggml_graph_node(graph, next++));
    if (follows(is_gelu)) product.gelu = true, ++next;
    multiply(product, kernels_in_use(), c.threads, c.workspace);
    return next - first;
}

// What would follow a product, where it has to be a step of its own.
int compute_alone(const ggml_tensor * op, Context & c) {
    const ggml_tensor * x = op->src[0];
    if (op->data != x->data) std::memcpy(op->data, x->data, ggml_nbytes(x));
    const bool gelu = op->op == GGML_OP_UNARY;
    finish({Type::F32, nullptr, 0, op->ne[0], rows(op), static_cast<float *>(op->data),
            gelu ? nullptr : bias(op), gelu},
           kernels_in_use(), c.threads);
    return 1;
}

// Returns how many nodes were computed; 0: not one of ours.
int compute(ggml_cgraph * graph, int first, Context & c) {
    const ggml_tensor * op = ggml_graph_node(graph, first);
    switch (op->op) {
        case GGML_OP_MUL_MAT: return compute_product(graph, first, c);
        case GGML_OP_ADD:
        case GGML_OP_UNARY: return compute_alone(op, c);
        case GGML_OP_FLASH_ATTN_EXT:
            attend(attention(op), kernels_in_use(), c.threads, c.workspace);
            return 1;
        default: return 0;
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
    for (int i = 0; i < ggml_graph_n_nodes(graph);) {
        if (computes_nothing(ggml_graph_node(graph, i))) {
            ++i;
            continue;
        }
        if (c.aborted()) return GGML_STATUS_ABORTED;
        try {
            const int done = compute(graph, i, c);
            if (done == 0) return GGML_STATUS_FAILED;
            i += done;
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
