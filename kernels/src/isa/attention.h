// Attention with its softmax taken as keys pass by (FlashAttention, arXiv:2205.14135, section 3.1),
// summed in 32 bits.
//
// Of a block of queries each is one lane, so that nothing is summed or compared across lanes, and
// keys and values are only widened, never transposed: scores (keys x queries) and what comes out
// (values x queries) are products of rows with 32 columns as in multiply.h.
#pragma once

#include "multiply.h"

namespace codegen {
namespace {

constexpr int16_t kMasked = static_cast<int16_t>(0xfc00);  // -infinity in 16 bits
constexpr float kInfinity = __builtin_huge_valf();

inline uint32_t unmasked_plain(const uint16_t * mask, int64_t count) {
    uint32_t bits = 0;
    for (int64_t i = 0; i < count; ++i) {
        bits |= static_cast<uint32_t>(mask[i] != static_cast<uint16_t>(kMasked)) << i;
    }
    return bits;
}

template <class S>
inline void widen(const uint16_t * from, float * to, int64_t count) {
    for (int64_t i = 0; i < count; i += S::kLanes) {
        S::store(to + i, S::half(reinterpret_cast<const uint8_t *>(from + i)));
    }
}

// Turn scores (count x 32) into weights relative to the largest of each query. Return whether any
// got a new largest; `shrink` is then what its former weights are to be multiplied with.
inline bool weigh(float * __restrict scores, int64_t count, float * __restrict top,
                  float * __restrict sum, float * __restrict shrink) {
    float base[kColumns], total[kColumns], most[kColumns];
    int moved = 0;
    for (int i = 0; i < kColumns; ++i) most[i] = top[i];
    for (int64_t k = 0; k < count; ++k) {
        const float * row = scores + k * kColumns;
        for (int i = 0; i < kColumns; ++i) most[i] = row[i] > most[i] ? row[i] : most[i];
    }
    for (int i = 0; i < kColumns; ++i) {
        moved |= most[i] > top[i];
        // A query that saw no key yet has no base; its weights are zeros relative to any.
        base[i] = most[i] == -kInfinity ? 0.0f : most[i];
        shrink[i] = exponential(top[i] - base[i]);
        top[i] = most[i];
        total[i] = 0.0f;
    }
    for (int64_t k = 0; k < count; ++k) {
        float * row = scores + k * kColumns;
        for (int i = 0; i < kColumns; ++i) {
            row[i] = exponential(row[i] - base[i]);
            total[i] += row[i];
        }
    }
    for (int i = 0; i < kColumns; ++i) sum[i] = sum[i] * shrink[i] + total[i];
    return moved != 0;
}

// Add the mask of a block of queries to their scores.
template <class S>
inline void add_mask(float * scores, int64_t count, const uint16_t * mask, int64_t stride,
                     int64_t queries) {
    alignas(64) uint16_t column[kColumns] = {};
    alignas(64) float wide[kColumns];
    for (int64_t k = 0; k < count; ++k) {
        for (int64_t i = 0; i < queries; ++i) column[i] = mask[i * stride + k];
        widen<S>(column, wide, kColumns);
        for (int i = 0; i < kColumns; ++i) scores[k * kColumns + i] += wide[i];
    }
}

template <class S>
void attend_block(QueryBlock & block, const KeyValues & cells, int64_t count, const uint16_t * mask,
                  int64_t mask_stride, int64_t queries) {
    const int64_t size = cells.size;
    for (int64_t k = 0; k < count; ++k) {
        widen<S>(cells.k + k * cells.k_stride, block.k + k * size, size);
        widen<S>(cells.v + k * cells.v_stride, block.v + k * size, size);
    }
    const FloatRows keys{block.k, size, 1}, values{block.v, 1, size};
    const auto * q = reinterpret_cast<const uint8_t *>(block.q);
    by_rows<S::kFloatRows>(count, FloatRun<S, 4>{q, keys, size, true, nullptr, {block.scores, kColumns, nullptr, false}});
    if (mask) add_mask<S>(block.scores, count, mask, mask_stride, queries);
    float shrink[kColumns];
    if (weigh(block.scores, count, block.top, block.sum, shrink)) {
        for (int64_t d = 0; d < size; ++d) {
            for (int i = 0; i < kColumns; ++i) block.out[d * kColumns + i] *= shrink[i];
        }
    }
    const auto * weights = reinterpret_cast<const uint8_t *>(block.scores);
    by_rows<S::kFloatRows>(size, FloatRun<S, 4>{weights, values, count, false, block.out,
                                             {block.out, kColumns, nullptr, false}});
}

// The product of a query and a key, both of `size` values.
template <class S>
inline float score(const float * q, const uint16_t * k, int64_t size) {
    auto sum = S::splat(0.0f);
    for (int64_t d = 0; d < size; d += S::kLanes) {
        sum = S::fma(S::half(reinterpret_cast<const uint8_t *>(k + d)), S::load(q + d), sum);
    }
    return S::total(sum);
}

// Add weighted values to `V` vectors of the outcome, which shrinks first.
template <class S, int V>
inline void add_values(float * out, float shrink, const uint16_t * v, int64_t stride,
                       const int32_t * cells, const float * weights, int64_t count) {
    typename S::Float sum[V];
#pragma GCC unroll 8
    for (int i = 0; i < V; ++i) sum[i] = S::mul(S::load(out + i * S::kLanes), S::splat(shrink));
    for (int64_t c = 0; c < count; ++c) {
        const auto weight = S::splat(weights[c]);
        const uint16_t * at = v + cells[c] * stride;
#pragma GCC unroll 8
        for (int i = 0; i < V; ++i) {
            const auto * half = reinterpret_cast<const uint8_t *>(at + i * S::kLanes);
            sum[i] = S::fma(S::half(half), weight, sum[i]);
        }
    }
#pragma GCC unroll 8
    for (int i = 0; i < V; ++i) S::store(out + i * S::kLanes, sum[i]);
}

template <class S>
void attend_cells(Query & query, const KeyValues & all, const int32_t * cells, int64_t count,
                  const uint16_t * mask) {
    constexpr int64_t kTogether = 4 * S::kLanes;
    alignas(64) float weights[kColumns], wide[kColumns];
    alignas(64) uint16_t masked[kColumns] = {};
    for (int64_t c = 0; c < count; ++c) {
        const uint16_t * k = all.k + cells[c] * all.k_stride;
        const uint16_t * v = all.v + cells[c] * all.v_stride;
        // The next head's lie behind them, as a rule.
        for (int64_t d = 0; d < all.size; d += 32) {
            __builtin_prefetch(k + all.size + d);
            __builtin_prefetch(v + all.size + d);
        }
        weights[c] = score<S>(query.q, k, all.size);
        if (mask) masked[c] = mask[cells[c]];
    }
    widen<S>(masked, wide, kColumns);
    float top = query.top, sum = 0.0f;
    for (int64_t c = 0; c < count; ++c) {
        weights[c] += wide[c];
        top = weights[c] > top ? weights[c] : top;
    }
    const float base = top == -kInfinity ? 0.0f : top;
    for (int64_t c = count; c < kColumns; ++c) weights[c] = -kInfinity;
    for (int i = 0; i < kColumns; ++i) weights[i] = exponential(weights[i] - base);
    for (int64_t c = 0; c < count; ++c) sum += weights[c];
    const float shrink = exponential(query.top - base);
    query.sum = query.sum * shrink + sum;
    query.top = top;
    int64_t d = 0;
    for (; d + kTogether <= all.size; d += kTogether) {
        add_values<S, 4>(query.out + d, shrink, all.v + d, all.v_stride, cells, weights, count);
    }
    for (; d < all.size; d += S::kLanes) {
        add_values<S, 1>(query.out + d, shrink, all.v + d, all.v_stride, cells, weights, count);
    }
}

}  // namespace
}  // namespace codegen
