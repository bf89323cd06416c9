// AVX-512 with VNNI: Ice Lake and newer, Zen 4 and newer. 32 registers of 64 bytes.
#include <immintrin.h>

#include "table.h"

namespace codegen {
namespace {

struct Avx512Vnni {
    static constexpr int kLanes = 16, kVectors = 2, kRows = 6, kFloatRows = 12, kWholeZero = 128;
    using Float = __m512;
    using Int = __m512i;
    template <bool>
    using Bytes = __m512i;

    static Float load(const float * p) { return _mm512_loadu_ps(p); }
    static void store(float * p, Float v) { _mm512_storeu_ps(p, v); }
    static Float splat(float v) { return _mm512_set1_ps(v); }
    static Float mul(Float a, Float b) { return _mm512_mul_ps(a, b); }
    static Float fma(Float a, Float b, Float c) { return _mm512_fmadd_ps(a, b, c); }
    static Float to_float(Int v) { return _mm512_cvtepi32_ps(v); }
    static Float half(const uint8_t * p) {
        return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(p)));
    }
    static float total(Float v) { return _mm512_reduce_add_ps(v); }
    static uint32_t unmasked(const uint16_t * mask, int64_t count) {
        const __mmask32 all = count < 32 ? (1u << count) - 1 : ~0u;
        const __m512i values = _mm512_maskz_loadu_epi16(all, mask);
        return _mm512_mask_cmpneq_epi16_mask(all, values, _mm512_set1_epi16(kMasked));
    }
    static Int whole(int32_t v) { return _mm512_set1_epi32(v); }
    template <bool WHOLE>
    static __m512i bytes(const uint8_t * p) {
        return _mm512_loadu_si512(p);
    }
    template <bool WHOLE>
    static Int dot(Int sum, __m512i w, const int8_t * a) {
        int32_t four;
        std::memcpy(&four, a, 4);
        return _mm512_dpbusd_epi32(sum, w, _mm512_set1_epi32(four));
    }
};

}  // namespace

extern const Kernels kAvx512Vnni = kernels<Avx512Vnni>("avx512-vnni");

}  // namespace codegen
