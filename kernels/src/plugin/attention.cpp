#include "attention.h"

#include <cstring>

namespace codegen {
namespace {

// Places of an operation's parameters, which are floats.
enum Parameter { kScale, kDistanceBias, kScoreCap };

float parameter(const ggml_tensor * op, Parameter which) {
    float value;
    std::memcpy(&value, op->op_params + which, sizeof value);
    return value;
}

bool same_shape(const ggml_tensor * k, const ggml_tensor * v) {
    return k->ne[0] == v->ne[0] && k->ne[1] == v->ne[1] && k->ne[2] == v->ne[2];
}

bool is_half(const ggml_tensor * t) {
    return t->type == GGML_TYPE_F16 && t->nb[0] == sizeof(uint16_t);
}

bool can_mask(const ggml_tensor * mask, const ggml_tensor * q, const ggml_tensor * k) {
    return is_half(mask) && mask->ne[0] >= k->ne[1] && mask->ne[1] >= q->ne[1] &&
           mask->ne[2] == 1 && mask->ne[3] == 1;
}

}  // namespace

bool can_attend(const ggml_tensor * op) {
    const ggml_tensor *q = op->src[0], *k = op->src[1], *v = op->src[2], *mask = op->src[3];
    return !op->src[4] && parameter(op, kDistanceBias) == 0.0f &&
           parameter(op, kScoreCap) == 0.0f && q->type == GGML_TYPE_F32 &&
           q->nb[0] == sizeof(float) && q->ne[3] == 1 && is_half(k) && is_half(v) &&
           same_shape(k, v) && q->ne[0] == k->ne[0] && q->ne[2] % k->ne[2] == 0 &&
           q->ne[0] % kHeadStep == 0 && q->ne[0] <= kMaxHead && (!mask || can_mask(mask, q, k)) &&
           op->type == GGML_TYPE_F32 && ggml_is_contiguous(op);
}

Attention attention(const ggml_tensor * op) {
    const ggml_tensor *q = op->src[0], *k = op->src[1], *v = op->src[2], *mask = op->src[3];
    const auto bytes = [](size_t stride) { return static_cast<int64_t>(stride); };
    return {q->data,
            bytes(q->nb[1]),
            bytes(q->nb[2]),
            k->data,
            bytes(k->nb[1]),
            bytes(k->nb[2]),
            v->data,
            bytes(v->nb[1]),
            bytes(v->nb[2]),
            mask ? mask->data : nullptr,
            mask ? bytes(mask->nb[1]) : 0,
            static_cast<float *>(op->data),
            q->ne[0],
            q->ne[1],
            k->ne[1],
            q->ne[2],
            q->ne[2] / k->ne[2],
            parameter(op, kScale)};
}

// Between the product and the attention are biases, positions, scales, and other views.
const ggml_tensor * query_weights(const ggml_tensor * op) {
    constexpr int kSteps = 16;
    const ggml_tensor * at = op->src[0];
    for (int step = 0; at && step < kSteps; ++step, at = at->src[0]) {
        if (at->op == GGML_OP_MUL_MAT) return at->src[0];
    }
    return nullptr;
}

}  // namespace codegen
