// The order of codes in a tile of 32 columns x 32 weights, and how narrow codes are stored.
//
// Order: groups of four weights of a column, so that one 32-bit lane of a dot-product instruction
// is one column: byte (k / 4) * 128 + column * 4 + k % 4. In steps of 64 bytes ("vectors", 16 of
// them) nibbles of vectors 2h and 2h+1 share 64 bytes, and higher bits of 8 (one bit) or 4 (two
// bits) vectors share 64 bytes: unpacking is a shift and a mask of whole vectors.
#pragma once

#include "format.h"

namespace codegen {

constexpr int64_t kVectorBytes = 64;

inline int64_t tile_place(int64_t k, int64_t column) {
    return k / 4 * (4 * kColumns) + column * 4 + k % 4;
}

// Set the code at a place of a tile of zeros. `high_bits` of it (0, 1 or 2) are above the nibble.
inline void put_code(uint8_t * tile, int64_t place, int high_bits, unsigned code) {
    const int64_t vector = place / kVectorBytes, byte = place % kVectorBytes;
    tile[vector / 2 * kVectorBytes + byte] |= (code & 15) << (vector % 2 * 4);
    if (high_bits) {
        const int64_t sharing = 8 / high_bits;
        uint8_t * high = tile + kTile / 2 + vector / sharing * kVectorBytes;
        high[byte] |= (code >> 4) << (vector % sharing * high_bits);
    }
}

inline unsigned get_code(const uint8_t * tile, int64_t place, int high_bits) {
    const int64_t vector = place / kVectorBytes, byte = place % kVectorBytes;
    unsigned code = tile[vector / 2 * kVectorBytes + byte] >> (vector % 2 * 4) & 15;
    if (high_bits) {
        const int64_t sharing = 8 / high_bits;
        const uint8_t * high = tile + kTile / 2 + vector / sharing * kVectorBytes;
        const unsigned mask = (1u << high_bits) - 1;
        code |= (high[byte] >> (vector % sharing * high_bits) & mask) << 4;
    }
    return code;
}

}  // namespace codegen
