// AVX-VNNI: dot products of bytes without AVX-512 (Alder Lake and newer, Zen 5). 16 registers.
#include "simd_avx2.h"

namespace codegen {
namespace {

struct AvxVnni : Avx2Floats {
    static constexpr int kRows = 3, kWholeZero = 128;
    template <bool>
    using Bytes = __m256i;

    template <bool WHOLE>
    static __m256i bytes(const uint8_t * p) {
        return raw(p);
    }
    template <bool WHOLE>
    static Int dot(Int sum, __m256i w, const int8_t * a) {
        return _mm256_dpbusd_avx_epi32(sum, w, four(a));
    }
};

}  // namespace

extern const Kernels kAvxVnni = kernels<AvxVnni>("avx-vnni");

}  // namespace codegen
