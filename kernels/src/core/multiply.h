// One matrix product: packed weights times rows of floats.
#pragma once

#include "../isa/kernels.h"
#include "workspace.h"

namespace codegen {

// Rows of floats in up to three dimensions; strides in bytes.
struct Input {
    const void * data;
    int64_t ne[3];
    int64_t nb[3];

    int64_t rows() const { return ne[0] * ne[1] * ne[2]; }
    const float * row(int64_t r) const {
        const int64_t i = r % ne[0], j = r / ne[0] % ne[1], l = r / ne[0] / ne[1];
        return reinterpret_cast<const float *>(static_cast<const char *>(data) + i * nb[0] +
                                               j * nb[1] + l * nb[2]);
    }
};

struct Product {
    Type type;
    const uint8_t * panels;  // of n columns, k weights each
    int64_t k, n;
    Input x;
    float * y;  // rows x n, contiguous
    const float * bias = nullptr;  // n, added to each row
    bool gelu = false;             // of the sum with the bias
};

// Do what follows a product to rows that are computed already: y becomes y + bias, or its GELU.
void finish(const Product & product, const Kernels & kernels, int threads);

// Compute a product on up to `threads` threads. Throws std::bad_alloc.
void multiply(const Product & product, const Kernels & kernels, int threads, Workspace & workspace);

}  // namespace codegen
