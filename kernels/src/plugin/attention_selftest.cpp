#include <cmath>
#include <memory>

#include "attention.h"
#include "selftest.h"

namespace codegen {
namespace {

// A whole block of queries and a few; of cells two blocks and a few.
constexpr int64_t kSize = 48, kTestQueries = 36, kCells = 70, kHeads = 2;

constexpr size_t kRoom = 1 << 18;
constexpr float kFactor = 0.125f;

using Context = std::unique_ptr<ggml_context, decltype(&ggml_free)>;

// Numbers in [-1, 1], not the same for long.
float number(int64_t i) {
    return static_cast<float>(i * 7919 % 2003 - 1001) / 1001.0f;
}

ggml_tensor * numbers(ggml_context * ggml, ggml_type type, int64_t rows, int64_t salt) {
    ggml_tensor * t = ggml_new_tensor_3d(ggml, type, kSize, rows, kHeads);
    for (int64_t i = 0; i < ggml_nelements(t); ++i) {
        const float value = number(i + salt) * 3.0f;
        if (type == GGML_TYPE_F32) {
            static_cast<float *>(t->data)[i] = value;
        } else {
            static_cast<ggml_fp16_t *>(t->data)[i] = ggml_fp32_to_fp16(value);
        }
    }
    return t;
}

// Each query sees one cell more than the one before, but some never; the last ones with a bias.
float mask_value(int64_t query, int64_t cell) {
    if (cell > query + 34 || cell == 3) return -INFINITY;
    return cell < 32 ? 0.0f : number(query + cell);
}

double at(const ggml_tensor * t, int64_t d, int64_t row, int64_t head) {
    const int64_t i = (head * t->ne[1] + row) * t->ne[0] + d;
    if (t->type == GGML_TYPE_F32) return static_cast<const float *>(t->data)[i];
    return ggml_fp16_to_fp32(static_cast<const ggml_fp16_t *>(t->data)[i]);
}

// One row of the outcome, by the definition.
void by_definition(const ggml_tensor * op, int64_t query, int64_t head, double * out) {
    double weights[kCells], total = 0;
    for (int64_t cell = 0; cell < kCells; ++cell) {
        double score = 0;
        for (int64_t d = 0; d < kSize; ++d) {
            score += at(op->src[0], d, query, head) * at(op->src[1], d, cell, head);
        }
        const double masked = op->src[3] ? at(op->src[3], cell, query, 0) : 0.0;
        total += weights[cell] = std::exp(score * double{kFactor} + masked);
    }
    for (int64_t d = 0; d < kSize; ++d) {
        out[d] = 0;
        for (int64_t cell = 0; cell < kCells; ++cell) {
            out[d] += weights[cell] / total * at(op->src[2], d, cell, head);
        }
    }
}

bool computes(const Kernels & kernels, const ggml_tensor * op) {
    Workspace workspace;
    if (!can_attend(op)) return false;
    attend(attention(op), kernels, 1, workspace);
    const auto * found = static_cast<const float *>(op->data);
    for (int64_t query = 0; query < kTestQueries; ++query) {
        for (int64_t head = 0; head < kHeads; ++head, found += kSize) {
            double wanted[kSize];
            by_definition(op, query, head, wanted);
            for (int64_t d = 0; d < kSize; ++d) {
                if (!(std::fabs(found[d] - wanted[d]) <= 1e-5)) return false;
            }
        }
    }
    return true;
}

}  // namespace

bool attends_right(const Kernels & kernels) {
    const Context ggml(ggml_init({kRoom, nullptr, false}), ggml_free);
    if (!ggml) return false;
    ggml_tensor * q = numbers(ggml.get(), GGML_TYPE_F32, kTestQueries, 1);
    ggml_tensor * k = numbers(ggml.get(), GGML_TYPE_F16, kCells, 100);
    ggml_tensor * v = numbers(ggml.get(), GGML_TYPE_F16, kCells, 10000);
    ggml_tensor * mask = ggml_new_tensor_2d(ggml.get(), GGML_TYPE_F16, kCells, kTestQueries);
    for (int64_t i = 0; i < kCells * kTestQueries; ++i) {
        const float value = mask_value(i / kCells, i % kCells);
        static_cast<ggml_fp16_t *>(mask->data)[i] = ggml_fp32_to_fp16(value);
    }
    const auto op = [&](ggml_tensor * masked, float bias, float cap) {
        return ggml_flash_attn_ext(ggml.get(), q, k, v, masked, kFactor, bias, cap);
    };
    ggml_tensor * sinking = op(mask, 0, 0);
    ggml_flash_attn_ext_add_sinks(sinking, ggml_new_tensor_1d(ggml.get(), GGML_TYPE_F32, kHeads));
    return computes(kernels, op(mask, 0, 0)) && computes(kernels, op(nullptr, 0, 0)) &&
           !can_attend(op(mask, 1, 0)) && !can_attend(op(mask, 0, 1)) && !can_attend(sinking);
}

}  // namespace codegen
