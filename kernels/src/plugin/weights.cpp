#include "weights.h"

#include <cstdlib>
#include <cstring>
#include <vector>

#include "../core/panels.h"
#include "device.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace codegen {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kHugePage = size_t{2} << 20;

// What a buffer knows of itself.
struct Memory {
    void * data;
    bool attends;
};

Memory & memory(ggml_backend_buffer_t buffer) {
    return *static_cast<Memory *>(buffer->context);
}

struct Place {
    const ggml_tensor * whole;
    int64_t offset;
};

// Views of a weight are pieces of the packed whole.
Place place(const ggml_tensor * tensor, size_t offset) {
    if (!tensor->view_src) return {tensor, static_cast<int64_t>(offset)};
    return {tensor->view_src, static_cast<int64_t>(offset + tensor->view_offs)};
}

void set_tensor(ggml_backend_buffer_t, ggml_tensor * tensor, const void * data, size_t offset,
                size_t size) {
    const Place at = place(tensor, offset);
    auto * to = static_cast<uint8_t *>(at.whole->data);
    Type type;
    if (packed_type(at.whole, &type)) {
        write_panels(format(type), at.whole->ne[0], at.whole->ne[1], to, data, at.offset,
                     static_cast<int64_t>(size));
    } else {
        std::memcpy(to + at.offset, data, size);
    }
}

void get_tensor(ggml_backend_buffer_t, const ggml_tensor * tensor, void * data, size_t offset,
                size_t size) {
    const Place at = place(tensor, offset);
    const auto * from = static_cast<const uint8_t *>(at.whole->data);
    Type type;
    if (packed_type(at.whole, &type)) {
        read_panels(format(type), at.whole->ne[0], at.whole->ne[1], from, data, at.offset,
                    static_cast<int64_t>(size));
    } else {
        std::memcpy(data, from + at.offset, size);
    }
}

void memset_tensor(ggml_backend_buffer_t buffer, ggml_tensor * tensor, uint8_t value, size_t offset,
                   size_t size) {
    const std::vector<uint8_t> bytes(size, value);
    set_tensor(buffer, tensor, bytes.data(), offset, size);
}

void * get_base(ggml_backend_buffer_t buffer) {
    return memory(buffer).data;
}

void free_buffer(ggml_backend_buffer_t buffer) {
    std::free(memory(buffer).data);
    delete &memory(buffer);
}

// Packed zeros are weights of zero in every type: their scales are.
void clear(ggml_backend_buffer_t buffer, uint8_t value) {
    std::memset(memory(buffer).data, value, buffer->size);
}

ggml_backend_buffer_t alloc_buffer(ggml_backend_buffer_type_t type, size_t size) {
    const size_t alignment = size < 2 * kHugePage ? 4096 : kHugePage;
    const size_t whole = (size + alignment - 1) / alignment * alignment;
    void * data = std::aligned_alloc(alignment, whole);
    if (!data) return nullptr;
#ifdef __linux__
    // Weights are read from end to end at every step: fewer, larger pages.
    if (alignment == kHugePage) madvise(data, whole, MADV_HUGEPAGE);
#endif
    ggml_backend_buffer_i functions{};
    functions.free_buffer = free_buffer;
    functions.get_base = get_base;
    functions.memset_tensor = memset_tensor;
    functions.set_tensor = set_tensor;
    functions.get_tensor = get_tensor;
    functions.clear = clear;
    return ggml_backend_buffer_init(type, functions, new Memory{data, attention_wanted()}, size);
}

// The placement that `codegen` reports is read from llama.cpp's log: names that begin with CPU are
// main memory.
const char * get_name(ggml_backend_buffer_type_t) {
    return "CPU_CODEGEN";
}

size_t get_alignment(ggml_backend_buffer_type_t) {
    return kAlignment;
}

size_t get_alloc_size(ggml_backend_buffer_type_t, const ggml_tensor * tensor) {
    const size_t raw = ggml_nbytes(tensor);
    Type type;
    if (!packed_type(tensor, &type)) return raw;
    const auto packed =
        static_cast<size_t>(format(type).packed_bytes(tensor->ne[0], tensor->ne[1]));
    return packed > raw ? packed : raw;
}

// Only then is everything written through set_tensor, whatever the way of loading.
bool is_host(ggml_backend_buffer_type_t) {
    return false;
}

}  // namespace

bool packed_type(const ggml_tensor * tensor, Type * type) {
    if (tensor->ne[2] != 1 || tensor->ne[3] != 1 || !ggml_is_contiguous(tensor)) return false;
    switch (tensor->type) {
        case GGML_TYPE_F32: *type = Type::F32; return true;
        case GGML_TYPE_F16: *type = Type::F16; return true;
        case GGML_TYPE_Q4_0: *type = Type::Q4_0; return true;
        case GGML_TYPE_Q8_0: *type = Type::Q8_0; return true;
        case GGML_TYPE_Q4_K: *type = Type::Q4_K; return true;
        case GGML_TYPE_Q5_K: *type = Type::Q5_K; return true;
        case GGML_TYPE_Q6_K: *type = Type::Q6_K; return true;
        default: return false;
    }
}

ggml_backend_buffer_type_t weights_buffer_type() {
    static ggml_backend_buffer_type type{
        {get_name, alloc_buffer, get_alignment, nullptr, get_alloc_size, is_host},
        registered_device(),
        nullptr,
    };
    return &type;
}

bool holds_weights(const ggml_tensor * tensor) {
    const ggml_tensor * whole = tensor->view_src ? tensor->view_src : tensor;
    return whole->buffer && whole->buffer->buft == weights_buffer_type();
}

bool attends(const ggml_tensor * weights) {
    return holds_weights(weights) && memory(weights->buffer).attends;
}

}  // namespace codegen
