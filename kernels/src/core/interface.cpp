// The kernels alone, for tests and benchmarks, through C: no ggml, plain memory in and out.
#include <new>

#include "attention.h"
#include "dispatch.h"
#include "multiply.h"
#include "panels.h"

using namespace codegen;

#define EXPORTED extern "C" __attribute__((visibility("default")))

// The name of the i-th kernels that run here, fastest first; NULL after the last.
EXPORTED const char * codegen_kernels_name(int i) {
    const Available & all = available_kernels();
    return i >= 0 && i < all.count ? all.kernels[i]->name : nullptr;
}

EXPORTED const char * codegen_type_name(int type) {
    return type >= 0 && type < kTypes ? format(static_cast<Type>(type)).name : nullptr;
}

EXPORTED int64_t codegen_packed_bytes(int type, int64_t k, int64_t n) {
    return format(static_cast<Type>(type)).packed_bytes(k, n);
}

EXPORTED void codegen_pack(int type, int64_t k, int64_t n, uint8_t * panels, const void * data,
                           int64_t offset, int64_t size) {
    write_panels(format(static_cast<Type>(type)), k, n, panels, data, offset, size);
}

EXPORTED void codegen_unpack(int type, int64_t k, int64_t n, const uint8_t * panels, void * data,
                             int64_t offset, int64_t size) {
    read_panels(format(static_cast<Type>(type)), k, n, panels, data, offset, size);
}

// y (rows x n) = x (rows of k floats, `stride` bytes apart) times packed weights, plus a bias (or
// NULL), then its GELU if asked for. Returns 0; 1 for kernels that do not run here, 2 without memory.
EXPORTED int codegen_multiply(const char * kernels, int type, int64_t k, int64_t n,
                              const uint8_t * panels, const float * x, int64_t rows, int64_t stride,
                              float * y, int threads, const float * bias, int gelu) {
    static thread_local Workspace workspace;
    const Kernels * found = find_kernels(kernels);
    if (!found) return 1;
    const Input input{x, {rows, 1, 1}, {stride, stride * rows, stride * rows}};
    try {
        multiply({static_cast<Type>(type), panels, k, n, input, y, bias, gelu != 0}, *found,
                 threads, workspace);
    } catch (const std::bad_alloc &) {
        return 2;
    }
    return 0;
}

// Attention of `heads` heads that share keys and values in groups of `shared`; q and out: queries x
// heads x size, 32-bit floats; k and v: cells x (heads / shared) x size, mask (or NULL): queries x
// cells, 16-bit floats. Returns as above.
EXPORTED int codegen_attend(const char * kernels, int64_t size, int64_t queries, int64_t cells,
                            int64_t heads, int64_t shared, float scale, const float * q,
                            const uint16_t * k, const uint16_t * v, const uint16_t * mask,
                            float * out, int threads) {
    static thread_local Workspace workspace;
    const Kernels * found = find_kernels(kernels);
    if (!found) return 1;
    const int64_t q_head = size * int64_t{sizeof(float)}, k_head = size * 2;
    const int64_t q_row = heads * q_head, k_cell = heads / shared * k_head;
    try {
        attend({q, q_row, q_head, k, k_cell, k_head, v, k_cell, k_head, mask, cells * 2, out, size,
                queries, cells, heads, shared, scale},
               *found, threads, workspace);
    } catch (const std::bad_alloc &) {
        return 2;
    }
    return 0;
}

// Do the same afterwards to y, which has the sums of a product.
EXPORTED int codegen_finish(const char * kernels, int64_t n, int64_t rows, float * y, int threads,
                            const float * bias, int gelu) {
    const Kernels * found = find_kernels(kernels);
    if (!found) return 1;
    const Input input{y, {rows, 1, 1}, {0, 0, 0}};
    finish({Type::F32, nullptr, 0, n, input, y, bias, gelu != 0}, *found, threads);
    return 0;
}
