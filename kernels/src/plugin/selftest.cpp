#include "selftest.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "../core/multiply.h"
#include "../core/panels.h"

namespace codegen {
namespace {

constexpr int64_t kDepth = 768, kOutputs = 40, kTestRows = 7;  // a ragged panel, a ragged chunk

struct Random {
    uint32_t state = 0x2545f491;
    uint32_t next() {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        return state;
    }
};

// Any bytes are valid blocks, except that the 16-bit floats in them must be finite: all of a type's
// exponents are kept below the largest.
void fill(std::vector<uint8_t> & rows, Type type, Random & random) {
    const Format & f = format(type);
    for (uint8_t & byte : rows) byte = static_cast<uint8_t>(random.next() >> 11);
    for (size_t at = 0; at < rows.size(); at += f.block_bytes) {
        uint8_t * block = rows.data() + at;
        switch (type) {
            case Type::F32: {
                const float value = static_cast<float>(random.next() % 2001) / 1000.0f - 1.0f;
                std::memcpy(block, &value, 4);
                break;
            }
            case Type::F16: block[1] &= 0xbf; break;
            case Type::Q6_K: block[209] = 0x20 | (block[209] & 3); break;
            case Type::Q4_K:
            case Type::Q5_K: block[3] = 0x20 | (block[3] & 3); [[fallthrough]];
            default: block[1] = 0x20 | (block[1] & 3);
        }
    }
}

// Whole numbers times a power of two, with 127 in each block: quantizing them loses nothing.
void fill(std::vector<float> & x, Random & random) {
    for (size_t i = 0; i < x.size(); ++i) {
        const int whole = i % kBlock == 5 ? 127 : static_cast<int>(random.next() % 255) - 127;
        x[i] = static_cast<float>(whole) * (i / kBlock % 2 ? 0.25f : 0.0625f);
    }
}

// With a bias and GELU a product must be what these make of it without.
bool finishes_right(Product product, const Kernels & kernels, Workspace & workspace) {
    const int64_t rows = product.x.rows();
    const std::vector<float> plain(product.y, product.y + rows * product.n);
    std::vector<float> bias(product.n);
    for (int64_t c = 0; c < product.n; ++c) bias[c] = static_cast<float>(c % 9 - 4) / 4.0f;
    product.bias = bias.data();
    product.gelu = true;
    multiply(product, kernels, 1, workspace);
    for (int64_t i = 0; i < rows * product.n; ++i) {
        const double x = double{plain[i]} + bias[i % product.n];
        const double u = 0.7978845608028654 * (x + 0.044715 * x * x * x);
        const double wanted = 0.5 * x * (1.0 + std::tanh(u));
        if (!(std::fabs(product.y[i] - wanted) <= 1e-6 * (std::fabs(x) + 1.0))) return false;
    }
    return true;
}

}  // namespace

bool computes_right(const Kernels & kernels, ggml_type type, Type ours) {
    Random random;
    const Format & f = format(ours);
    std::vector<uint8_t> rows(f.row_bytes(kDepth) * kOutputs), panels, back(rows.size());
    std::vector<float> x(kDepth * kTestRows), y(kOutputs * kTestRows), w(kDepth * kOutputs);
    fill(rows, ours, random);
    fill(x, random);
    panels.resize(f.packed_bytes(kDepth, kOutputs));
    write_panels(f, kDepth, kOutputs, panels.data(), rows.data(), 0, rows.size());
    read_panels(f, kDepth, kOutputs, panels.data(), back.data(), 0, back.size());
    if (back != rows) return false;
    if (type == GGML_TYPE_F32) {
        std::memcpy(w.data(), rows.data(), rows.size());
    } else {
        ggml_get_type_traits(type)->to_float(rows.data(), w.data(), kDepth * kOutputs);
    }
    Workspace workspace;
    const int64_t bytes = kDepth * sizeof(float);
    const Input input{x.data(), {kTestRows, 1, 1}, {bytes, 0, 0}};
    const Product product{ours, panels.data(), kDepth, kOutputs, input, y.data()};
    multiply(product, kernels, 1, workspace);
    for (int64_t r = 0; r < kTestRows; ++r) {
        for (int64_t c = 0; c < kOutputs; ++c) {
            double sum = 0, size = 0;
            for (int64_t k = 0; k < kDepth; ++k) {
                const double term = double{w[c * kDepth + k]} * x[r * kDepth + k];
                sum += term;
                size += std::fabs(term);
            }
            if (!(std::fabs(y[r * kOutputs + c] - sum) <= 2e-6 * size)) return false;
        }
    }
    return finishes_right(product, kernels, workspace);
}

}  // namespace codegen
