// Every kernel over a grid of shapes, with memory of exactly the sizes that it may touch: built with
// AddressSanitizer and UndefinedBehaviorSanitizer (`kernels/sanitize`), which end it at a mistake.
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <memory>

#include "../src/core/attention.h"
#include "../src/core/dispatch.h"
#include "../src/core/multiply.h"
#include "../src/core/panels.h"

using namespace codegen;

namespace {

uint32_t state = 1;

uint8_t random_byte() {
    state = state * 1664525u + 1013904223u;
    return static_cast<uint8_t>(state >> 24);
}

struct Shape {
    int64_t blocks, n, rows;
};

void try_shape(const Kernels & kernels, Type type, const Shape & shape, int threads) {
    const Format & f = format(type);
    const int64_t k = shape.blocks * (f.depth == 1 ? 37 : f.depth);
    const int64_t bytes = f.row_bytes(k) * shape.n;
    std::unique_ptr<uint8_t[]> file(new uint8_t[bytes]), back(new uint8_t[bytes]);
    std::unique_ptr<uint8_t[]> packed(new uint8_t[f.packed_bytes(k, shape.n)]());
    for (int64_t i = 0; i < bytes; ++i) file[i] = random_byte();
    // In three pieces, cut anywhere.
    for (int piece = 0; piece < 3; ++piece) {
        const int64_t begin = bytes * piece / 3, end = bytes * (piece + 1) / 3;
        write_panels(f, k, shape.n, packed.get(), file.get() + begin, begin, end - begin);
    }
    read_panels(f, k, shape.n, packed.get(), back.get(), 0, bytes);
    for (int64_t i = 0; i < bytes; ++i) {
        if (file[i] != back[i]) std::printf("%s: byte %ld differs\n", f.name, long(i)), std::abort();
    }
    std::unique_ptr<float[]> x(new float[shape.rows * k]), y(new float[shape.rows * shape.n]);
    for (int64_t i = 0; i < shape.rows * k; ++i) x[i] = random_byte() - 128.0f;
    const int64_t stride = k * int64_t{sizeof(float)};
    std::unique_ptr<float[]> bias(new float[shape.n]());
    Workspace workspace;
    Product product{type, packed.get(), k, shape.n, {x.get(), {shape.rows, 1, 1}, {stride, 0, 0}},
                    y.get()};
    multiply(product, kernels, threads, workspace);
    product.bias = bias.get();
    product.gelu = true;
    multiply(product, kernels, threads, workspace);
    finish(product, kernels, threads);
}

// Masked cells that lie apart, in a row, or with values; keys and values of small numbers.
void try_attention(const Kernels & kernels, int64_t size, int64_t queries, int64_t cells,
                   int threads) {
    constexpr int64_t kHeads = 2;
    const int64_t row = kHeads * size;
    std::unique_ptr<float[]> q(new float[queries * row]), out(new float[queries * row]);
    std::unique_ptr<uint16_t[]> k(new uint16_t[cells * row]), v(new uint16_t[cells * row]);
    std::unique_ptr<uint16_t[]> mask(new uint16_t[queries * cells]);
    for (int64_t i = 0; i < queries * row; ++i) q[i] = random_byte() - 128.0f;
    for (int64_t i = 0; i < cells * row; ++i) {
        k[i] = random_byte() << 6;
        v[i] = random_byte() << 6;
    }
    for (int kind = 0; kind < 4; ++kind) {
        for (int64_t i = 0; i < queries * cells; ++i) {
            const bool seen = kind == 0 || (kind == 1 && i % cells <= i / cells) ||
                              (kind == 2 && i % cells % queries == i / cells);
            mask[i] = kind == 3 && i % 3 ? 0x3c00 : seen ? 0 : 0xfc00;
        }
        Workspace workspace;
        attend({q.get(), row * 4, size * 4, k.get(), row * 2, size * 2, v.get(), row * 2, size * 2,
                mask.get(), cells * 2, out.get(), size, queries, cells, kHeads, 1, 0.1f},
               kernels, threads, workspace);
    }
}

}  // namespace

int main() {
    const Shape shapes[] = {{1, 1, 1}, {2, 31, 2}, {3, 33, 5}, {5, 64, 6}, {9, 70, 13}, {1, 32, 300}};
    const Available & all = available_kernels();
    for (int i = 0; i < all.count; ++i) {
        for (int type = 0; type < kTypes; ++type) {
            for (const Shape & shape : shapes) {
                for (int threads = 1; threads <= 2; ++threads) {
                    try_shape(*all.kernels[i], static_cast<Type>(type), shape, threads);
                }
            }
        }
        for (const int64_t size : {16, 80, 256}) {
            for (const int64_t queries : {1, 5, 33, 64}) {
                for (const int64_t cells : {1, 31, 32, 100}) {
                    try_attention(*all.kernels[i], size, queries, cells, 1 + cells % 2);
                }
            }
        }
        std::printf("%s: ok\n", all.kernels[i]->name);
    }
    return 0;
}
