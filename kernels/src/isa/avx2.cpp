// AVX2 with FMA and F16C: Haswell and newer, every Zen.
#include "simd_avx2.h"

namespace codegen {
namespace {

// Its product of bytes adds pairs in 16 bits. Codes of at most six bits cannot overflow them. Codes
// of eight bits are made signed, |w| <= 128, and their sign is moved to the activations, whose
// magnitude is at most 127: 2 * 128 * 127 fits.
struct Avx2 : Avx2Floats {
    static constexpr int kRows = 2, kWholeZero = 0;
    struct SignedBytes {
        __m256i value, magnitude;
    };
    template <bool WHOLE>
    struct Of {
        using type = __m256i;
    };
    template <bool WHOLE>
    using Bytes = typename Of<WHOLE>::type;

    template <bool WHOLE>
    static Bytes<WHOLE> bytes(const uint8_t * p) {
        if constexpr (WHOLE) {
            const __m256i value = _mm256_xor_si256(raw(p), _mm256_set1_epi8(-128));
            return {value, _mm256_abs_epi8(value)};
        } else {
            return raw(p);
        }
    }
    template <bool WHOLE>
    static Int dot(Int sum, const Bytes<WHOLE> & w, const int8_t * a) {
        __m256i pairs;
        if constexpr (WHOLE) {
            pairs = _mm256_maddubs_epi16(w.magnitude, _mm256_sign_epi8(four(a), w.value));
        } else {
            pairs = _mm256_maddubs_epi16(w, four(a));
        }
        return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
};

template <>
struct Avx2::Of<true> {
    using type = Avx2::SignedBytes;
};

}  // namespace

extern const Kernels kAvx2 = kernels<Avx2>("avx2");

}  // namespace codegen
