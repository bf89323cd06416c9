// What each instruction set provides: the same functions, compiled with other flags.
//
// Files in this folder see no C++ library: an inline function of it, compiled with these flags,
// could be the copy that the linker keeps for everyone, and crash where it must not.
#pragma once

#include "../core/format.h"

namespace codegen {

constexpr int64_t kMaxHead = 256;  // values of a head
constexpr int64_t kChunk = 512;  // weights along K that are unpacked at a time; fits the L1 cache

// Where the sum of a group starts: -zero * sum(q) for a type without minima, and for one with
// minima the float d * sum(q) that its minimum is multiplied with.
union Start {
    int32_t whole;
    float scaled;
};

// Activations of consecutive rows, quantized as Q8_0 does, but with scales of 32 bits; or floats.
struct Rows {
    const float * x;      // k a row; float formats only
    const int8_t * q;     // k a row
    const float * d;      // k / 32 a row
    const Start * start;  // k / group a row
    int64_t k;
};

// Where 32 sums of each row go, `stride` floats apart, and what is done with them on the way.
struct Target {
    float * y;
    int64_t stride;
    const float * bias;  // of 32 columns; or null
    bool gelu;           // after the bias
};

// Unpacked weights of one chunk of a panel.
struct alignas(64) Scratch {
    uint8_t codes[kChunk * kColumns];
    float scales[kChunk / 16 * kColumns];
    float minima[kChunk / 32 * kColumns];
};

// Keys and values of one head as 16-bit floats; from one cell of the cache to the next in values.
struct KeyValues {
    const uint16_t * k;
    const uint16_t * v;
    int64_t k_stride, v_stride;
    int64_t size;  // of a head
};

// 32 queries of a head side by side (scaled), and what came of the keys so far: the largest score,
// and relative to it the sum of weights and of weighted values. All `size` x 32, the rest is scratch.
struct alignas(64) QueryBlock {
    float q[kMaxHead * kColumns], out[kMaxHead * kColumns];
    float top[kColumns], sum[kColumns];
    float k[kBlock * kMaxHead], v[kBlock * kMaxHead], scores[kBlock * kColumns];
};

// One query of a head, and what came of the keys so far; `out` has the head's size.
struct Query {
    const float * q;
    float * out;
    float top, sum;
};

struct Kernels {
    const char * name;
    int whole_zero;  // what is above the integer in a code of eight bits, as `dot` sees it
    // Quantize k floats: codes, a scale per 32, a start per group.
    void (*quantize)(const float * x, int64_t k, const Format & format, int zero, int8_t * q,
                     float * d, Start * start);
    // Multiply `length` weights from k0 on of a panel with rows; if k0 > 0, to the sums so far (rows
    // x 32). `to` may be where they are.
    void (*multiply[kTypes])(const uint8_t * panel, int64_t k0, int64_t length, Scratch & scratch,
                             const Rows & rows, int64_t n_rows, const float * sums,
                             const Target & to);
    // Do what a target says to rows that are there already.
    void (*finish)(const Target & to, int64_t rows);
    // Which of up to 32 values of a mask are not -infinity, as bits.
    uint32_t (*unmasked)(const uint16_t * mask, int64_t count);
    // Let a block attend to `count` <= 32 cells in a row. `mask`, if any, points at the first query's
    // value for the first cell; `queries` rows of it are `mask_stride` values apart.
    void (*attend_block)(QueryBlock & block, const KeyValues & cells, int64_t count,
                         const uint16_t * mask, int64_t mask_stride, int64_t queries);
    // Let one query attend to `count` <= 32 cells anywhere; `mask`, if any, has a value for each cell.
    void (*attend_cells)(Query & query, const KeyValues & all, const int32_t * cells, int64_t count,
                         const uint16_t * mask);
};

extern const Kernels kScalar;
extern const Kernels kAvx2;
extern const Kernels kAvxVnni;
extern const Kernels kAvx512Vnni;
extern const Kernels kNeonDot;

}  // namespace codegen
