// What follows a product: a bias and GELU, on sums that are still in the cache. Plain loops that
// compilers turn into vectors.
#pragma once

#include <cstring>

#include "kernels.h"

namespace codegen {
namespace {

// e^x for x <= 0, to 2 units in the last place; 0 below the normal floats. NaN stays NaN.
inline float exponential(float x) {
    constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to a whole number
    const float bounded = x < -87.0f ? -87.0f : x;
    const float shifted = bounded * 1.44269504f + kRound, n = shifted - kRound;
    const float r = (bounded - n * 0.693145752f) - n * 1.42860677e-6f;
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    uint32_t bits;
    std::memcpy(&bits, &shifted, 4);
    bits = (bits + 127) << 23;
    float power;
    std::memcpy(&power, &bits, 4);
    return x < -87.0f ? 0.0f : p * power;
}

// x times the logistic function of 2 u: 0.5 x (1 + tanh u), arXiv:1606.08415, section 2.
inline float gelu(float x) {
    constexpr float kTwice = 2 * 0.7978845608f, kCubic = 0.044715f;
    const float u = kTwice * x * (1.0f + kCubic * x * x);
    const float e = exponential(u < 0.0f ? u : -u);
    return x * ((u < 0.0f ? e : 1.0f) / (1.0f + e));
}

inline void finish(const Target & to, int64_t rows) {
    for (int64_t r = 0; r < rows; ++r) {
        float * y = to.y + r * to.stride;
        if (to.bias) {
            for (int i = 0; i < kColumns; ++i) y[i] += to.bias[i];
        }
        if (to.gelu) {
            for (int i = 0; i < kColumns; ++i) y[i] = gelu(y[i]);
        }
    }
}

}  // namespace
}  // namespace codegen
