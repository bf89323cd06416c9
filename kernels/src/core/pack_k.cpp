// Packing of the K-quants: super-blocks of 256 weights (layouts: ggml's `ggml-common.h`, block_q4_K,
// block_q5_K, block_q6_K).
//
// Records of Q4_K and Q5_K: 32 scales and 32 minima of 16 bits (d, dmin), 8 x 32 factors of scales,
// 8 x 32 factors of minima (a byte each), 8 tiles. Of Q6_K: 32 scales of 16 bits, 16 x 32 signed
// factors, 8 tiles.
#include <cstring>

#include "pack.h"
#include "tile.h"

namespace codegen {

constexpr int64_t kSuper = 256;
constexpr int64_t kSubs = kSuper / kBlock;
constexpr int64_t kFactors = 128;                   // offset of the scales' factors, Q4_K and Q5_K
constexpr int64_t kMinima = kFactors + kSubs * 32;  // and of the minima's
constexpr int64_t kFactors6 = 64;

// Eight pairs of 6-bit numbers in 12 bytes: the first four as the low bits of bytes 0-3 and 4-7,
// the others as nibbles in 8-11 with their upper two bits on top of the first eight bytes.
static void read_factors(const uint8_t * s, uint8_t * scales, uint8_t * minima) {
    for (int j = 0; j < 4; ++j) {
        scales[j] = s[j] & 63;
        minima[j] = s[j + 4] & 63;
        scales[j + 4] = static_cast<uint8_t>((s[j + 8] & 15) | s[j] >> 6 << 4);
        minima[j + 4] = static_cast<uint8_t>(s[j + 8] >> 4 | s[j + 4] >> 6 << 4);
    }
}

static void write_factors(const uint8_t * scales, const uint8_t * minima, uint8_t * s) {
    for (int j = 0; j < 4; ++j) {
        s[j] = static_cast<uint8_t>(scales[j] | scales[j + 4] >> 4 << 6);
        s[j + 4] = static_cast<uint8_t>(minima[j] | minima[j + 4] >> 4 << 6);
        s[j + 8] = static_cast<uint8_t>((scales[j + 4] & 15) | (minima[j + 4] & 15) << 4);
    }
}

// Q4_K (high 0) and Q5_K (high 1) differ in 32 bytes of fifth bits before the nibbles.
template <int HIGH>
static void pack_affine(const uint8_t * blocks, int64_t stride, uint8_t * record) {
    constexpr RecordLayout layout = HIGH ? kQ5_K : kQ4_K;
    std::memset(record, 0, layout.codes + kSubs * layout.tile_bytes);
    for (int64_t c = 0; c < kColumns; ++c) {
        const uint8_t * block = blocks + c * stride;
        const uint8_t * bits = block + 16;
        const uint8_t * nibbles = bits + 32 * HIGH;
        std::memcpy(record + 2 * c, block, 2);
        std::memcpy(record + 64 + 2 * c, block + 2, 2);
        uint8_t scales[kSubs], minima[kSubs];
        read_factors(block + 4, scales, minima);
        for (int64_t sub = 0; sub < kSubs; ++sub) {
            record[kFactors + sub * kColumns + c] = scales[sub];
            record[kMinima + sub * kColumns + c] = minima[sub];
            for (int64_t k = 0; k < kBlock; ++k) {
                unsigned code = nibbles[sub / 2 * 32 + k] >> (sub % 2 * 4) & 15;
                if (HIGH) code |= (bits[k] >> sub & 1) << 4;
                put_code(record + layout.codes + sub * layout.tile_bytes, tile_place(k, c), HIGH, code);
            }
        }
    }
}

template <int HIGH>
static void unpack_affine(const uint8_t * record, uint8_t * blocks, int64_t stride) {
    constexpr RecordLayout layout = HIGH ? kQ5_K : kQ4_K;
    for (int64_t c = 0; c < kColumns; ++c) {
        uint8_t * block = blocks + c * stride;
        uint8_t * bits = block + 16;
        uint8_t * nibbles = bits + 32 * HIGH;
        std::memset(bits, 0, 32 * HIGH + 128);
        std::memcpy(block, record + 2 * c, 2);
        std::memcpy(block + 2, record + 64 + 2 * c, 2);
        uint8_t scales[kSubs], minima[kSubs];
        for (int64_t sub = 0; sub < kSubs; ++sub) {
            scales[sub] = record[kFactors + sub * kColumns + c];
            minima[sub] = record[kMinima + sub * kColumns + c];
            const uint8_t * tile = record + layout.codes + sub * layout.tile_bytes;
            for (int64_t k = 0; k < kBlock; ++k) {
                const unsigned code = get_code(tile, tile_place(k, c), HIGH);
                nibbles[sub / 2 * 32 + k] |= (code & 15) << (sub % 2 * 4);
                if (HIGH) bits[k] |= code >> 4 << sub;
            }
        }
        write_factors(scales, minima, block + 4);
    }
}

void pack_q4_k(const uint8_t * blocks, int64_t stride, uint8_t * record) {
    pack_affine<0>(blocks, stride, record);
}
void unpack_q4_k(const uint8_t * record, uint8_t * blocks, int64_t stride) {
    unpack_affine<0>(record, blocks, stride);
}
void pack_q5_k(const uint8_t * blocks, int64_t stride, uint8_t * record) {
    pack_affine<1>(blocks, stride, record);
}
void unpack_q5_k(const uint8_t * record, uint8_t * blocks, int64_t stride) {
    unpack_affine<1>(record, blocks, stride);
}

// Q6_K in the file: 128 bytes of nibbles, 64 bytes of upper bit pairs, 16 factors, d. Weight w of a
// half (128 weights): nibble w / 64 of byte w % 64, bit pair w / 32 of byte w % 32.
constexpr int64_t kUpper6 = 128, kScales6 = 192, kD6 = 208;

void pack_q6_k(const uint8_t * blocks, int64_t stride, uint8_t * record) {
    std::memset(record, 0, kQ6_K.codes + kSubs * kQ6_K.tile_bytes);
    for (int64_t c = 0; c < kColumns; ++c) {
        const uint8_t * block = blocks + c * stride;
        std::memcpy(record + 2 * c, block + kD6, 2);
        for (int64_t i = 0; i < 16; ++i) {
            record[kFactors6 + i * kColumns + c] = block[kScales6 + i];
        }
        for (int64_t w = 0; w < kSuper; ++w) {
            const int64_t half = w / 128, in_half = w % 128;
            const unsigned low = block[half * 64 + in_half % 64] >> (in_half / 64 * 4) & 15;
            const unsigned high =
                block[kUpper6 + half * 32 + in_half % 32] >> (in_half / 32 * 2) & 3;
            put_code(record + kQ6_K.codes + w / kBlock * kQ6_K.tile_bytes,
                     tile_place(w % kBlock, c), 2, low | high << 4);
        }
    }
}

void unpack_q6_k(const uint8_t * record, uint8_t * blocks, int64_t stride) {
    for (int64_t c = 0; c < kColumns; ++c) {
        uint8_t * block = blocks + c * stride;
        std::memset(block, 0, kScales6);
        std::memcpy(block + kD6, record + 2 * c, 2);
        for (int64_t i = 0; i < 16; ++i) {
            block[kScales6 + i] = record[kFactors6 + i * kColumns + c];
        }
        for (int64_t w = 0; w < kSuper; ++w) {
            const int64_t half = w / 128, in_half = w % 128;
            const unsigned code = get_code(record + kQ6_K.codes + w / kBlock * kQ6_K.tile_bytes,
                                           tile_place(w % kBlock, c), 2);
            block[half * 64 + in_half % 64] |= (code & 15) << (in_half / 64 * 4);
            block[kUpper6 + half * 32 + in_half % 32] |= code >> 4 << (in_half / 32 * 2);
        }
    }
}

}  // namespace codegen
