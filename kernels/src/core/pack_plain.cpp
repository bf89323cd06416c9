// Packing of F32, F16, Q4_0 and Q8_0 (block layouts: ggml's `ggml-common.h`, block_q4_0, block_q8_0).
#include <cstring>

#include "pack.h"
#include "tile.h"

namespace codegen {

// A record of floats is one k: 32 columns side by side.
template <int BYTES>
static void pack_scalars(const uint8_t * blocks, int64_t stride, uint8_t * record) {
    for (int64_t c = 0; c < kColumns; ++c) {
        std::memcpy(record + c * BYTES, blocks + c * stride, BYTES);
    }
}

template <int BYTES>
static void unpack_scalars(const uint8_t * record, uint8_t * blocks, int64_t stride) {
    for (int64_t c = 0; c < kColumns; ++c) {
        std::memcpy(blocks + c * stride, record + c * BYTES, BYTES);
    }
}

void pack_f32(const uint8_t * blocks, int64_t stride, uint8_t * record) {
    pack_scalars<4>(blocks, stride, record);
}
void unpack_f32(const uint8_t * record, uint8_t * blocks, int64_t stride) {
    unpack_scalars<4>(record, blocks, stride);
}
void pack_f16(const uint8_t * blocks, int64_t stride, uint8_t * record) {
    pack_scalars<2>(blocks, stride, record);
}
void unpack_f16(const uint8_t * record, uint8_t * blocks, int64_t stride) {
    unpack_scalars<2>(record, blocks, stride);
}

// Q8_0: 32 scales (16 bits), then a tile of bytes: the integer + 128.
void pack_q8_0(const uint8_t * blocks, int64_t stride, uint8_t * record) {
    for (int64_t c = 0; c < kColumns; ++c) {
        const uint8_t * block = blocks + c * stride;
        std::memcpy(record + 2 * c, block, 2);
        for (int64_t k = 0; k < kBlock; ++k) {
            record[kQ8_0.codes + tile_place(k, c)] = block[2 + k] ^ 0x80;
        }
    }
}

void unpack_q8_0(const uint8_t * record, uint8_t * blocks, int64_t stride) {
    for (int64_t c = 0; c < kColumns; ++c) {
        uint8_t * block = blocks + c * stride;
        std::memcpy(block, record + 2 * c, 2);
        for (int64_t k = 0; k < kBlock; ++k) {
            block[2 + k] = record[kQ8_0.codes + tile_place(k, c)] ^ 0x80;
        }
    }
}

// Q4_0: 32 scales (16 bits), then a tile of nibbles: the integer + 8. In the file byte j holds
// weights j (low) and j + 16.
void pack_q4_0(const uint8_t * blocks, int64_t stride, uint8_t * record) {
    std::memset(record, 0, kQ4_0.codes + kQ4_0.tile_bytes);
    for (int64_t c = 0; c < kColumns; ++c) {
        const uint8_t * block = blocks + c * stride;
        std::memcpy(record + 2 * c, block, 2);
        for (int64_t j = 0; j < kBlock / 2; ++j) {
            put_code(record + kQ4_0.codes, tile_place(j, c), 0, block[2 + j] & 15);
            put_code(record + kQ4_0.codes, tile_place(j + 16, c), 0, block[2 + j] >> 4);
        }
    }
}

void unpack_q4_0(const uint8_t * record, uint8_t * blocks, int64_t stride) {
    for (int64_t c = 0; c < kColumns; ++c) {
        uint8_t * block = blocks + c * stride;
        std::memcpy(block, record + 2 * c, 2);
        for (int64_t j = 0; j < kBlock / 2; ++j) {
            const unsigned low = get_code(record + kQ4_0.codes, tile_place(j, c), 0);
            const unsigned high = get_code(record + kQ4_0.codes, tile_place(j + 16, c), 0);
            block[2 + j] = static_cast<uint8_t>(low | high << 4);
        }
    }
}

}  // namespace codegen
