#include "finish.h"

#include "weights.h"

namespace codegen {
namespace {

bool is_product(const ggml_tensor * op) {
    return op->op == GGML_OP_MUL_MAT && holds_weights(op->src[0]);
}

bool floats(const ggml_tensor * t) {
    return t->type == GGML_TYPE_F32 && ggml_is_contiguous(t);
}

}  // namespace

bool adds_bias(const ggml_tensor * op) {
    if (op->op != GGML_OP_ADD) return false;
    const ggml_tensor *sum = op->src[0], *bias = op->src[1];
    return is_product(sum) && bias->op == GGML_OP_NONE && !holds_weights(bias) && floats(bias) &&
           ggml_nrows(bias) == 1 && bias->ne[0] == op->ne[0] && floats(op) && floats(sum);
}

bool is_gelu(const ggml_tensor * op) {
    return op->op == GGML_OP_UNARY && ggml_get_unary_op(op) == GGML_UNARY_OP_GELU && floats(op) &&
           floats(op->src[0]) && (is_product(op->src[0]) || adds_bias(op->src[0]));
}

bool takes_the_place(const ggml_tensor * op, const ggml_tensor * before) {
    return op->src[0] == before && op->data == before->data;
}

}  // namespace codegen
