// Vector operations of AVX2, FMA and F16C, without the dot product of bytes.
#pragma once

#include <immintrin.h>

#include "multiply.h"

namespace codegen {
namespace {

struct Avx2Floats {
    static constexpr int kLanes = 8, kVectors = 2, kFloatRows = 6;
    using Float = __m256;
    using Int = __m256i;

    static Float load(const float * p) { return _mm256_loadu_ps(p); }
    static void store(float * p, Float v) { _mm256_storeu_ps(p, v); }
    static Float splat(float v) { return _mm256_set1_ps(v); }
    static Float mul(Float a, Float b) { return _mm256_mul_ps(a, b); }
    static Float fma(Float a, Float b, Float c) { return _mm256_fmadd_ps(a, b, c); }
    static Float to_float(Int v) { return _mm256_cvtepi32_ps(v); }
    static Float half(const uint8_t * p) {
        return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i *>(p)));
    }
    static Int whole(int32_t v) { return _mm256_set1_epi32(v); }
    static __m256i raw(const uint8_t * p) {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(p));
    }
    static __m256i four(const int8_t * a) {
        int32_t bytes;
        std::memcpy(&bytes, a, 4);
        return _mm256_set1_epi32(bytes);
    }
};

}  // namespace
}  // namespace codegen
