// Vector operations of AVX2, FMA and F16C, without the dot product of bytes.
#pragma once

#include <immintrin.h>

#include "table.h"

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
    static float total(Float v) {
        const __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
        const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
    }
    static uint32_t unmasked(const uint16_t * mask, int64_t count) {
        if (count < 32) return unmasked_plain(mask, count);
        const auto masked = [mask](int i) {
            const auto * at = reinterpret_cast<const __m256i *>(mask + i);
            return _mm256_cmpeq_epi16(_mm256_loadu_si256(at), _mm256_set1_epi16(kMasked));
        };
        // Packing works within halves: put the quarters back in their order.
        const __m256i bytes = _mm256_packs_epi16(masked(0), masked(16));
        return ~static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_permute4x64_epi64(bytes, 0xd8)));
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
