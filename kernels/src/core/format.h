// How weights lie in a model file and how they lie in memory for the kernels.
//
// A panel holds 32 output columns of a matrix (32 rows of the file's tensor) and all of K. Along K
// it is a row of records; a record holds as many weights of each column as one block of the file.
// Packing moves bits and rounds nothing, so a panel unpacks to the bytes it was made from.
#pragma once

#include <cstddef>
#include <cstdint>

namespace codegen {

constexpr int64_t kColumns = 32;  // output columns in a panel
constexpr int64_t kBlock = 32;    // activations that share a scale
constexpr int64_t kTile = kColumns * kBlock;

enum class Type : int { F32, F16, Q4_0, Q8_0, Q4_K, Q5_K, Q6_K };
constexpr int kTypes = 7;

struct Format {
    const char * name;
    int64_t depth;         // weights of one column in a record, and in a block of the file
    int64_t block_bytes;   // one block in the file
    int64_t record_bytes;  // one record: 32 columns, depth weights each
    int64_t group;         // weights along K that share a scale; 0: no scale, computed as floats
    bool affine;           // each group has a minimum besides its scale
    int zero;              // what a stored code is above the weight's integer (without minimum)
    // `blocks` points at the first column's block, the next column's is `stride` bytes on.
    void (*pack)(const uint8_t * blocks, int64_t stride, uint8_t * record);
    void (*unpack)(const uint8_t * record, uint8_t * blocks, int64_t stride);

    int64_t row_bytes(int64_t k) const { return k / depth * block_bytes; }
    int64_t panel_bytes(int64_t k) const { return k / depth * record_bytes; }
    int64_t packed_bytes(int64_t k, int64_t n) const {
        return (n + kColumns - 1) / kColumns * panel_bytes(k);
    }
};

const Format & format(Type type);

// Where things are in a record: scales first, then the codes of each tile of 32 x 32 weights.
struct RecordLayout {
    int64_t tile_bytes;  // codes of one tile: nibbles, then higher bits; or whole bytes
    int64_t codes;       // offset of the first tile
};
constexpr RecordLayout kQ8_0{1024, 64};
constexpr RecordLayout kQ4_0{512, 64};
constexpr RecordLayout kQ4_K{512, 128 + 512};
constexpr RecordLayout kQ5_K{512 + 128, 128 + 512};
constexpr RecordLayout kQ6_K{512 + 256, 64 + 512};

}  // namespace codegen
