// NEON with the dot product of bytes (ARMv8.2 and newer: Neoverse N1, every Apple silicon).
#include <arm_neon.h>

#include "table.h"

namespace codegen {
namespace {

// Its product takes signed bytes: codes of at most six bits are what they are, codes of eight lose
// their offset.
struct NeonDot {
    static constexpr int kLanes = 4, kVectors = 4, kRows = 3, kFloatRows = 5, kWholeZero = 0;
    using Float = float32x4_t;
    using Int = int32x4_t;
    template <bool>
    using Bytes = int8x16_t;

    static Float load(const float * p) { return vld1q_f32(p); }
    static void store(float * p, Float v) { vst1q_f32(p, v); }
    static Float splat(float v) { return vdupq_n_f32(v); }
    static Float mul(Float a, Float b) { return vmulq_f32(a, b); }
    static Float fma(Float a, Float b, Float c) { return vfmaq_f32(c, a, b); }
    static Float to_float(Int v) { return vcvtq_f32_s32(v); }
    static Float half(const uint8_t * p) {
        return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(p)));
    }
    static float total(Float v) { return vaddvq_f32(v); }
    static uint32_t unmasked(const uint16_t * mask, int64_t count) {
        return unmasked_plain(mask, count);
    }
    static Int whole(int32_t v) { return vdupq_n_s32(v); }
    template <bool WHOLE>
    static int8x16_t bytes(const uint8_t * p) {
        const uint8x16_t codes = vld1q_u8(p);
        return vreinterpretq_s8_u8(WHOLE ? veorq_u8(codes, vdupq_n_u8(0x80)) : codes);
    }
    template <bool WHOLE>
    static Int dot(Int sum, int8x16_t w, const int8_t * a) {
        int32_t four;
        std::memcpy(&four, a, 4);
        return vdotq_s32(sum, w, vreinterpretq_s8_s32(vdupq_n_s32(four)));
    }
};

}  // namespace

extern const Kernels kNeonDot = kernels<NeonDot>("neon-dot");

}  // namespace codegen
