// Quantize activations to eight bits; plain loops that compilers turn into vectors.
#pragma once

#include <cstring>

#include "kernels.h"

namespace codegen {
namespace {

inline float largest(const float * x) {
    uint32_t largest = 0;  // without their sign, floats order as integers do
    for (int i = 0; i < kBlock; ++i) {
        uint32_t bits;
        std::memcpy(&bits, x + i, 4);
        bits &= 0x7fffffff;
        largest = bits > largest ? bits : largest;
    }
    float value;
    std::memcpy(&value, &largest, 4);
    return value;
}

// A scale of infinity or NaN makes every product with it NaN: nothing is hidden. The codes are
// whatever then; they only must not be computed from NaN.
inline float quantize_block(const float * __restrict x, int8_t * __restrict q) {
    const float top = largest(x);
    const bool finite = top <= 3.4028235e38f;
    const float d = top / 127.0f;
    const float inverse = finite && d > 1.1754944e-38f ? 1.0f / d : 0.0f;
    for (int i = 0; i < kBlock; ++i) {
        const float scaled = finite ? x[i] * inverse : 0.0f;
        q[i] = static_cast<int8_t>(static_cast<int32_t>(__builtin_rintf(scaled)));
    }
    return d;
}

template <int GROUP>
inline void sums(const int8_t * q, int32_t * sum) {
    for (int g = 0; g < kBlock / GROUP; ++g) {
        int32_t total = 0;
        for (int i = 0; i < GROUP; ++i) total += q[g * GROUP + i];
        sum[g] = total;
    }
}

inline void quantize_rows(const float * x, int64_t k, const Format & format, int zero, int8_t * q,
                          float * d, Start * start) {
    const int64_t groups = kBlock / format.group;
    for (int64_t b = 0; b < k / kBlock; ++b) {
        d[b] = quantize_block(x + b * kBlock, q + b * kBlock);
        int32_t sum[2];
        if (groups == 1) {
            sums<32>(q + b * kBlock, sum);
        } else {
            sums<16>(q + b * kBlock, sum);
        }
        for (int64_t g = 0; g < groups; ++g) {
            Start & s = start[b * groups + g];
            if (format.affine) {
                s.scaled = d[b] * static_cast<float>(sum[g]);
            } else {
                s.whole = -zero * sum[g];
            }
        }
    }
}

}  // namespace
}  // namespace codegen
