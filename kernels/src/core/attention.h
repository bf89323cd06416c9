// Attention of all heads: softmax(Q K^T scale + mask) V.
#pragma once

#include "../isa/kernels.h"
#include "workspace.h"

namespace codegen {

constexpr int64_t kHeadStep = 16;  // a head's size must be a multiple of it, at most kMaxHead

// Strides are in bytes. A query of all heads gives one row of `out`.
struct Attention {
    const void * q;  // 32-bit floats
    int64_t q_row, q_head;
    const void * k;  // 16-bit floats, as are v and the mask
    int64_t k_cell, k_head;
    const void * v;
    int64_t v_cell, v_head;
    const void * mask;  // queries x cells, the same for all heads; or null
    int64_t mask_row;
    float * out;  // queries x heads x size
    int64_t size, queries, cells, heads;
    int64_t shared;  // heads that share keys and values
    float scale;
};

// Compute it on up to `threads` threads. A query that may see nothing gets zeros.
// Throws std::bad_alloc.
void attend(const Attention & attention, const Kernels & kernels, int threads,
            Workspace & workspace);

}  // namespace codegen
