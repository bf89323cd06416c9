// Nothing may be silently wrong: every assumption about ggml is checked before it is relied on.
#include "gate.h"

#include <cstdio>
#include <cstring>

#include "../core/dispatch.h"
#include "device.h"
#include "selftest.h"

namespace codegen {
namespace {

char reason[200];

template <class... Values>
const char * because(const char * text, Values... values) {
    std::snprintf(reason, sizeof reason, text, values...);
    return reason;
}

struct TypeFact {
    ggml_type type;
    const char * name;
    Type ours;
};

constexpr TypeFact kTypeFacts[] = {
    {GGML_TYPE_F32, "f32", Type::F32},    {GGML_TYPE_F16, "f16", Type::F16},
    {GGML_TYPE_Q4_0, "q4_0", Type::Q4_0}, {GGML_TYPE_Q8_0, "q8_0", Type::Q8_0},
    {GGML_TYPE_Q4_K, "q4_K", Type::Q4_K}, {GGML_TYPE_Q5_K, "q5_K", Type::Q5_K},
    {GGML_TYPE_Q6_K, "q6_K", Type::Q6_K},
};

const char * wrong_types() {
    for (const TypeFact & fact : kTypeFacts) {
        const Format & f = format(fact.ours);
        const char * name = ggml_type_name(fact.type);
        if (!name || std::strcmp(name, fact.name) != 0) {
            return because("ggml's type %d is not %s", static_cast<int>(fact.type), fact.name);
        }
        if (ggml_blck_size(fact.type) != f.depth ||
            ggml_type_size(fact.type) != static_cast<size_t>(f.block_bytes)) {
            return because("ggml's blocks of %s have another size", fact.name);
        }
    }
    return nullptr;
}

const char * wrong_operations() {
    constexpr struct {
        ggml_op op;
        const char * name;
    } facts[] = {{GGML_OP_NONE, "NONE"},       {GGML_OP_MUL_MAT, "MUL_MAT"},
                 {GGML_OP_VIEW, "VIEW"},       {GGML_OP_RESHAPE, "RESHAPE"},
                 {GGML_OP_PERMUTE, "PERMUTE"}, {GGML_OP_TRANSPOSE, "TRANSPOSE"},
                 {GGML_OP_FLASH_ATTN_EXT, "FLASH_ATTN_EXT"},
                 {GGML_OP_ADD, "ADD"},         {GGML_OP_UNARY, "UNARY"}};
    for (const auto & fact : facts) {
        if (std::strcmp(ggml_op_name(fact.op), fact.name) != 0) {
            return because("ggml's operation %d is not %s", static_cast<int>(fact.op), fact.name);
        }
    }
    if (std::strcmp(ggml_unary_op_name(GGML_UNARY_OP_GELU), "GELU") != 0) {
        return because("ggml's function %d is not GELU", static_cast<int>(GGML_UNARY_OP_GELU));
    }
    return nullptr;
}

// Read a buffer that ggml made through our declaration of it.
const char * wrong_layout() {
    if (ggml_tensor_overhead() != kGgmlObjectBytes + sizeof(ggml_tensor)) {
        return because("ggml's tensors have %zu bytes, not %zu",
                       ggml_tensor_overhead() - kGgmlObjectBytes, sizeof(ggml_tensor));
    }
    constexpr size_t kSize = 4160;
    ggml_backend_buffer_type_t type = ggml_backend_cpu_buffer_type();
    ggml_backend_buffer_t buffer = ggml_backend_buft_alloc_buffer(type, kSize);
    if (!buffer) return because("ggml cannot allocate %zu bytes", kSize);
    ggml_backend_buffer_set_usage(buffer, GGML_BACKEND_BUFFER_USAGE_WEIGHTS);
    const bool same = buffer->buft == type && buffer->size == kSize &&
                      buffer->usage == GGML_BACKEND_BUFFER_USAGE_WEIGHTS &&
                      type->device == ggml_backend_buft_get_device(type);
    ggml_backend_buffer_free(buffer);
    return same ? nullptr : because("ggml's buffers have another layout");
}

const char * decide() {
    if (std::strcmp(ggml_version(), kGgmlVersion) != 0) {
        return because("written for ggml %s, here is %s", kGgmlVersion, ggml_version());
    }
    if (const char * wrong = wrong_types()) return wrong;
    if (const char * wrong = wrong_operations()) return wrong;
    if (const char * wrong = wrong_layout()) return wrong;
    const Available & all = available_kernels();
    if (all.count == 1) return because("no kernels for this processor");
    for (int i = 0; i + 1 < all.count; ++i) {
        for (const TypeFact & fact : kTypeFacts) {
            if (!computes_right(*all.kernels[i], fact.type, fact.ours)) {
                return because("the %s kernel for %s computes wrong", all.kernels[i]->name,
                               fact.name);
            }
        }
        if (!attends_right(*all.kernels[i])) {
            return because("the %s kernel for attention computes wrong", all.kernels[i]->name);
        }
    }
    use_kernels(all.kernels[0]);
    return nullptr;
}

}  // namespace

const char * refusal() {
    static const char * const decided = decide();
    return decided;
}

}  // namespace codegen
