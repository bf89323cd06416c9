// Plain C++: what the others are compared with. Never used to run a model.
#include "table.h"

namespace codegen {
namespace {

struct Scalar {
    static constexpr int kLanes = 1, kVectors = 4, kRows = 1, kFloatRows = 1, kWholeZero = 128;
    using Float = float;
    using Int = int32_t;
    template <bool>
    using Bytes = const uint8_t *;

    static Float load(const float * p) { return *p; }
    static void store(float * p, Float v) { *p = v; }
    static Float splat(float v) { return v; }
    static Float mul(Float a, Float b) { return a * b; }
    static Float fma(Float a, Float b, Float c) { return a * b + c; }
    static Float to_float(Int v) { return static_cast<float>(v); }
    static Float half(const uint8_t * p) {
        uint16_t bits;
        std::memcpy(&bits, p, 2);
        const uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023;
        const float sign = bits & 0x8000 ? -1.0f : 1.0f;
        if (exponent == 0) return sign * static_cast<float>(fraction) * 0x1p-24f;
        const uint32_t wide = exponent == 31 ? 255 : exponent + 112;
        const uint32_t whole = wide << 23 | fraction << 13;
        float value;
        std::memcpy(&value, &whole, 4);
        return sign * value;
    }
    static float total(Float v) { return v; }
    static uint32_t unmasked(const uint16_t * mask, int64_t count) {
        return unmasked_plain(mask, count);
    }
    static Int whole(int32_t v) { return v; }
    template <bool WHOLE>
    static const uint8_t * bytes(const uint8_t * p) {
        return p;
    }
    template <bool WHOLE>
    static Int dot(Int sum, const uint8_t * w, const int8_t * a) {
        for (int i = 0; i < 4; ++i) sum += w[i] * a[i];
        return sum;
    }
};

}  // namespace

extern const Kernels kScalar = kernels<Scalar>("scalar");

}  // namespace codegen
