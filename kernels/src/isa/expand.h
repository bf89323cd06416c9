// Unpack records of a panel: codes to bytes, scales and minima to floats of 32 bits.
//
// `S` is a set of vector operations (simd_*.h).
#pragma once

#include <cstring>

#include "kernels.h"

namespace codegen {
namespace {

// Codes of a run of tiles, with their scales; tiles are `stride` bytes apart.
struct Codes {
    const uint8_t * tiles;
    int64_t stride;
};

// Nibbles, and above them HIGH bits: see core/tile.h.
template <int HIGH>
inline void expand_tile(const uint8_t * __restrict tile, uint8_t * __restrict out) {
    constexpr int kStep = 64;
#pragma GCC unroll 8
    for (int h = 0; h < 8; ++h) {
        for (int i = 0; i < kStep; ++i) {
            const uint8_t pair = tile[h * kStep + i];
            uint8_t low = pair & 15, high = pair >> 4;
            if constexpr (HIGH != 0) {
                constexpr int kSharing = 8 / HIGH, kMask = (1 << HIGH) - 1;
                const uint8_t bits = tile[kTile / 2 + 2 * h / kSharing * kStep + i];
                low |= (bits >> (2 * h % kSharing * HIGH) & kMask) << 4;
                high |= (bits >> ((2 * h + 1) % kSharing * HIGH) & kMask) << 4;
            }
            out[2 * h * kStep + i] = low;
            out[(2 * h + 1) * kStep + i] = high;
        }
    }
}

template <class S>
inline void halves(const uint8_t * from, float * to, float sign = 1.0f) {
    for (int i = 0; i < kColumns; i += S::kLanes) {
        S::store(to + i, S::mul(S::half(from + 2 * i), S::splat(sign)));
    }
}

// 32 products of a float and a whole number of eight bits.
template <class Whole>
inline void factors(const float * __restrict d, const uint8_t * __restrict from,
                    float * __restrict to) {
    for (int i = 0; i < kColumns; ++i) {
        to[i] = d[i] * static_cast<float>(static_cast<Whole>(from[i]));
    }
}

// Far enough ahead for main memory to answer; past the end of a panel it does no harm.
inline void fetch(const uint8_t * record, int64_t bytes) {
    constexpr int64_t kAhead = 4096;
    for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch(record + kAhead + i);
}

template <class S, Type T>
struct Expand;

template <class S>
struct Expand<S, Type::Q8_0> {
    static Codes run(const uint8_t * record, int64_t count, Scratch & scratch) {
        constexpr int64_t kRecord = kQ8_0.codes + kQ8_0.tile_bytes;
        for (int64_t b = 0; b < count; ++b) {
            halves<S>(record + b * kRecord, scratch.scales + b * kColumns);
        }
        return {record + kQ8_0.codes, kRecord};
    }
};

template <class S>
struct Expand<S, Type::Q4_0> {
    static Codes run(const uint8_t * record, int64_t count, Scratch & scratch) {
        constexpr int64_t kRecord = kQ4_0.codes + kQ4_0.tile_bytes;
        for (int64_t b = 0; b < count; ++b, record += kRecord) {
            fetch(record, kRecord);
            halves<S>(record, scratch.scales + b * kColumns);
            expand_tile<0>(record + kQ4_0.codes, scratch.codes + b * kTile);
        }
        return {scratch.codes, kTile};
    }
};

template <class S, int HIGH>
inline Codes expand_affine(const uint8_t * record, int64_t count, Scratch & scratch) {
    constexpr RecordLayout kLayout = HIGH ? kQ5_K : kQ4_K;
    constexpr int64_t kRecord = kLayout.codes + 8 * kLayout.tile_bytes;
    for (int64_t b = 0; b < count; b += 8, record += kRecord) {
        alignas(64) float d[kColumns], least[kColumns];
        halves<S>(record, d);
        halves<S>(record + 64, least, -1.0f);
        for (int64_t sub = 0; sub < 8; ++sub) {
            const uint8_t * tile = record + kLayout.codes + sub * kLayout.tile_bytes;
            fetch(tile, kLayout.tile_bytes + 64);
            const uint8_t * by = record + 128 + sub * kColumns;
            factors<uint8_t>(d, by, scratch.scales + (b + sub) * kColumns);
            factors<uint8_t>(least, by + 256, scratch.minima + (b + sub) * kColumns);
            expand_tile<HIGH>(tile, scratch.codes + (b + sub) * kTile);
        }
    }
    return {scratch.codes, kTile};
}

template <class S>
struct Expand<S, Type::Q4_K> {
    static Codes run(const uint8_t * record, int64_t count, Scratch & scratch) {
        return expand_affine<S, 0>(record, count, scratch);
    }
};

template <class S>
struct Expand<S, Type::Q5_K> {
    static Codes run(const uint8_t * record, int64_t count, Scratch & scratch) {
        return expand_affine<S, 1>(record, count, scratch);
    }
};

template <class S>
struct Expand<S, Type::Q6_K> {
    static Codes run(const uint8_t * record, int64_t count, Scratch & scratch) {
        constexpr int64_t kRecord = kQ6_K.codes + 8 * kQ6_K.tile_bytes;
        for (int64_t b = 0; b < count; b += 8, record += kRecord) {
            alignas(64) float d[kColumns];
            halves<S>(record, d);
            for (int64_t sub = 0; sub < 8; ++sub) {
                const uint8_t * tile = record + kQ6_K.codes + sub * kQ6_K.tile_bytes;
                fetch(tile, kQ6_K.tile_bytes + 64);
                float * scales = scratch.scales + (b + sub) * 2 * kColumns;
                const uint8_t * by = record + 64 + 2 * sub * kColumns;
                factors<int8_t>(d, by, scales);
                factors<int8_t>(d, by + kColumns, scales + kColumns);
                expand_tile<2>(tile, scratch.codes + (b + sub) * kTile);
            }
        }
        return {scratch.codes, kTile};
    }
};

}  // namespace
}  // namespace codegen
