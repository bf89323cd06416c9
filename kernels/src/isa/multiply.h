// The matrix products, written once over a set of vector operations `S` (simd_*.h).
//
// A kernel keeps the sums of a few rows x 32 columns (or part of them) in registers while it walks
// along K. Integer types: within a group of weights that share a scale the dot products are exact
// in 32 bits, then they are scaled and added as floats, block by block as the type defines it.
#pragma once

#include "expand.h"
#include "finish.h"
#include "quantize.h"

namespace codegen {
namespace {

template <class S>
constexpr int kPass = S::kLanes * S::kVectors;  // columns whose sums are in registers

// One pass over `blocks` blocks: R rows x kPass columns from `column` on.
template <class S, int R, int GROUP, bool AFFINE, bool WHOLE>
inline void whole_rows(const Codes & codes, const Scratch & scratch, const Rows & rows,
                       int64_t blocks, int column, bool first, const float * y, const Target & to) {
    constexpr int V = S::kVectors, kGroups = kBlock / GROUP;
    typename S::Float sum[R][V];
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
        for (int v = 0; v < V; ++v) {
            const float * at = y + r * kColumns + column + v * S::kLanes;
            sum[r][v] = first ? S::splat(0.0f) : S::load(at);
        }
    }
    for (int64_t b = 0; b < blocks; ++b) {
        const uint8_t * tile = codes.tiles + b * codes.stride + column * 4;
#pragma GCC unroll 2
        for (int g = 0; g < kGroups; ++g) {
            const int64_t group = b * kGroups + g;
            typename S::Int dot[R][V];
#pragma GCC unroll 16
            for (int r = 0; r < R; ++r) {
                const Start * start = rows.start + r * (rows.k / GROUP) + group;
#pragma GCC unroll 8
                for (int v = 0; v < V; ++v) dot[r][v] = S::whole(AFFINE ? 0 : start->whole);
            }
#pragma GCC unroll 8
            for (int i = g * GROUP / 4; i < (g + 1) * GROUP / 4; ++i) {
                typename S::template Bytes<WHOLE> w[V];
                if constexpr (WHOLE && R <= 2) fetch(tile + i * 128, kPass<S> * 4);
#pragma GCC unroll 8
                for (int v = 0; v < V; ++v) {
                    w[v] = S::template bytes<WHOLE>(tile + i * 128 + v * S::kLanes * 4);
                }
#pragma GCC unroll 16
                for (int r = 0; r < R; ++r) {
                    const int8_t * a = rows.q + r * rows.k + b * kBlock + i * 4;
#pragma GCC unroll 8
                    for (int v = 0; v < V; ++v) {
                        dot[r][v] = S::template dot<WHOLE>(dot[r][v], w[v], a);
                    }
                }
            }
#pragma GCC unroll 8
            for (int v = 0; v < V; ++v) {
                const int64_t at = group * kColumns + column + v * S::kLanes;
                const auto scale = S::load(scratch.scales + at);
#pragma GCC unroll 16
                for (int r = 0; r < R; ++r) {
                    const auto d = S::splat(rows.d[r * (rows.k / kBlock) + b]);
                    sum[r][v] = S::fma(S::to_float(dot[r][v]), S::mul(scale, d), sum[r][v]);
                }
                if constexpr (AFFINE) {
                    const auto least = S::load(scratch.minima + at);
#pragma GCC unroll 16
                    for (int r = 0; r < R; ++r) {
                        const Start * start = rows.start + r * (rows.k / GROUP) + group;
                        sum[r][v] = S::fma(least, S::splat(start->scaled), sum[r][v]);
                    }
                }
            }
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
        for (int v = 0; v < V; ++v) {
            S::store(to.y + r * to.stride + column + v * S::kLanes, sum[r][v]);
        }
    }
}

// Rows of floats, their distance and that of a row's values counted in floats.
struct FloatRows {
    const float * x;
    int64_t row, step;
};

// The same for weights that are floats: `length` of them, each of 32 columns side by side.
template <class S, int R, int BYTES>
inline void float_rows(const uint8_t * w, const FloatRows & rows, int64_t length, int column,
                       bool first, const float * y, const Target & to) {
    constexpr int V = S::kVectors;
    typename S::Float sum[R][V];
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
        for (int v = 0; v < V; ++v) {
            const float * at = y + r * kColumns + column + v * S::kLanes;
            sum[r][v] = first ? S::splat(0.0f) : S::load(at);
        }
    }
    w += column * BYTES;
    for (int64_t i = 0; i < length; ++i, w += kColumns * BYTES) {
        typename S::Float weight[V];
#pragma GCC unroll 8
        for (int v = 0; v < V; ++v) {
            const uint8_t * at = w + v * S::kLanes * BYTES;
            if constexpr (BYTES == 2) {
                weight[v] = S::half(at);
            } else {
                weight[v] = S::load(reinterpret_cast<const float *>(at));
            }
        }
#pragma GCC unroll 16
        for (int r = 0; r < R; ++r) {
            const auto a = S::splat(rows.x[r * rows.row + i * rows.step]);
#pragma GCC unroll 8
            for (int v = 0; v < V; ++v) sum[r][v] = S::fma(weight[v], a, sum[r][v]);
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
        for (int v = 0; v < V; ++v) {
            S::store(to.y + r * to.stride + column + v * S::kLanes, sum[r][v]);
        }
    }
}

// Call `run` for as many rows at a time as fit, then for the rest: R is a constant in each.
template <int R, class Run>
inline void by_rows(int64_t n_rows, const Run & run) {
    int64_t row = 0;
    for (; row + R <= n_rows; row += R) run.template operator()<R>(row);
    if constexpr (R > 1) {
        if (row < n_rows) run.template rest<R - 1>(row, n_rows - row);
    }
}

template <class S, int GROUP, bool AFFINE, bool WHOLE>
struct WholeRun {
    const Codes & codes;
    const Scratch & scratch;
    const Rows & rows;
    int64_t blocks;
    bool first;
    const float * sums;
    Target to;

    template <int R>
    void operator()(int64_t row) const {
        const Target target{to.y + row * to.stride, to.stride, to.bias, to.gelu};
        Rows at = rows;
        at.q += row * rows.k;
        at.d += row * (rows.k / kBlock);
        at.start += row * (rows.k / GROUP);
        for (int column = 0; column < kColumns; column += kPass<S>) {
            whole_rows<S, R, GROUP, AFFINE, WHOLE>(codes, scratch, at, blocks, column, first,
                                                   sums + row * kColumns, target);
        }
        finish(target, R);
    }
    template <int R>
    void rest(int64_t row, int64_t n) const {
        if (n == R) return (*this).template operator()<R>(row);
        if constexpr (R > 1) rest<R - 1>(row, n);
    }
};

template <class S, int BYTES>
struct FloatRun {
    const uint8_t * w;
    const FloatRows & rows;
    int64_t length;
    bool first;
    const float * sums;
    Target to;

    template <int R>
    void operator()(int64_t row) const {
        const Target target{to.y + row * to.stride, to.stride, to.bias, to.gelu};
        for (int column = 0; column < kColumns; column += kPass<S>) {
            const FloatRows at{rows.x + row * rows.row, rows.row, rows.step};
            float_rows<S, R, BYTES>(w, at, length, column, first, sums + row * kColumns, target);
        }
        finish(target, R);
    }
    template <int R>
    void rest(int64_t row, int64_t n) const {
        if (n == R) return (*this).template operator()<R>(row);
        if constexpr (R > 1) rest<R - 1>(row, n);
    }
};

template <class S, Type T, int DEPTH, int RECORD, int GROUP, bool AFFINE>
void multiply_whole(const uint8_t * panel, int64_t k0, int64_t length, Scratch & scratch,
                    const Rows & rows, int64_t n_rows, const float * sums, const Target & to) {
    constexpr bool kWhole = T == Type::Q8_0;
    const int64_t blocks = length / kBlock;
    const Codes codes = Expand<S, T>::run(panel + k0 / DEPTH * RECORD, blocks, scratch);
    Rows at = rows;
    at.q += k0;
    at.d += k0 / kBlock;
    at.start += k0 / GROUP;
    by_rows<S::kRows>(n_rows, WholeRun<S, GROUP, AFFINE, kWhole>{codes, scratch, at, blocks,
                                                                k0 == 0, sums, to});
}

template <class S, int BYTES>
void multiply_float(const uint8_t * panel, int64_t k0, int64_t length, Scratch &, const Rows & rows,
                    int64_t n_rows, const float * sums, const Target & to) {
    const uint8_t * w = panel + k0 * kColumns * BYTES;
    const FloatRows at{rows.x + k0, rows.k, 1};
    by_rows<S::kFloatRows>(n_rows, FloatRun<S, BYTES>{w, at, length, k0 == 0, sums, to});
}

}  // namespace
}  // namespace codegen
