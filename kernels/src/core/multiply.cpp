#include "multiply.h"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <cstring>

namespace codegen {
namespace {

// Rows whose activations stay in the L2 cache while all panels pass by.
constexpr int64_t kWholeRows = 256, kFloatRows = 96;

constexpr int64_t aligned(int64_t bytes) {
    return (bytes + 63) / 64 * 64;
}

// One thread's place in the workspace.
struct Place {
    Scratch scratch;
    alignas(64) float sums[kWholeRows * kColumns];
    alignas(64) float bias[kColumns];
};

// The bias of a panel; what is beyond the last column is zeros, in `room`.
const float * bias_of(const Product & p, int64_t panel, float * room) {
    if (!p.bias) return nullptr;
    const float * bias = p.bias + panel * kColumns;
    const int64_t columns = std::min(kColumns, p.n - panel * kColumns);
    if (columns == kColumns) return bias;
    std::fill_n(std::copy_n(bias, columns, room), kColumns - columns, 0.0f);
    return room;
}

class Work {
public:
    Work(const Product & product, const Kernels & kernels, int threads, Workspace & workspace)
        : p_(product), f_(format(product.type)), kernels_(kernels), rows_(product.x.rows()) {
        const bool whole = f_.group != 0;
        const int64_t codes = aligned(rows_ * p_.k * (whole ? 1 : 4));
        const int64_t scales = whole ? aligned(rows_ * p_.k / kBlock * 4) : 0;
        const int64_t starts = whole ? aligned(rows_ * p_.k / f_.group * 4) : 0;
        uint8_t * at = workspace.reserve(threads * sizeof(Place) + codes + scales + starts);
        places_ = reinterpret_cast<Place *>(at);
        at += threads * sizeof(Place);
        x_ = reinterpret_cast<float *>(at);
        q_ = reinterpret_cast<int8_t *>(at);
        d_ = reinterpret_cast<float *>(at + codes);
        start_ = reinterpret_cast<Start *>(at + codes + scales);
        block_rows_ = whole ? kWholeRows : kFloatRows;
        panels_ = (p_.n + kColumns - 1) / kColumns;
        items_ = panels_ * ((rows_ + block_rows_ - 1) / block_rows_);
    }

    int64_t rows() const { return rows_; }
    int64_t items() const { return items_; }

    void prepare(int64_t first, int64_t last) {
        const int zero = p_.type == Type::Q8_0 ? kernels_.whole_zero : f_.zero;
        for (int64_t r = first; r < last; ++r) {
            const float * x = p_.x.row(r);
            if (f_.group == 0) {
                std::memcpy(x_ + r * p_.k, x, p_.k * sizeof(float));
            } else {
                kernels_.quantize(x, p_.k, f_, zero, q_ + r * p_.k, d_ + r * (p_.k / kBlock),
                                  start_ + r * (p_.k / f_.group));
            }
        }
    }

    // Compute items until none is left: panels of one block of rows, then of the next.
    void run(int thread) {
        Place & place = places_[thread];
        for (;;) {
            const int64_t item = next_.fetch_add(1, std::memory_order_relaxed);
            if (item >= items_) return;
            const int64_t first = item / panels_ * block_rows_;
            compute(item % panels_, first, std::min(block_rows_, rows_ - first), place);
        }
    }

private:
    void compute(int64_t panel, int64_t first, int64_t n_rows, Place & place) {
        const uint8_t * weights = p_.panels + panel * f_.panel_bytes(p_.k);
        const auto run = kernels_.multiply[static_cast<int>(p_.type)];
        const Rows rows = at(first);
        float * y = p_.y + first * p_.n + panel * kColumns;
        const int64_t columns = std::min(kColumns, p_.n - panel * kColumns);
        // The last sums go where they belong as they are made, instead of all in a row: the memory
        // that they go to is far away, and rows of a power of two are in each other's way.
        const Target sums{place.sums, kColumns, nullptr, false};
        Target last{y, p_.n, bias_of(p_, panel, place.bias), p_.gelu};
        if (columns < kColumns) last.y = place.sums, last.stride = kColumns;
        for (int64_t k = 0; k < p_.k; k += kChunk) {
            const int64_t length = std::min(kChunk, p_.k - k);
            run(weights, k, length, place.scratch, rows, n_rows, place.sums,
                k + length == p_.k ? last : sums);
        }
        if (columns == kColumns) return;
        for (int64_t r = 0; r < n_rows; ++r) {
            std::memcpy(y + r * p_.n, place.sums + r * kColumns, columns * sizeof(float));
        }
    }

    Rows at(int64_t row) const {
        if (f_.group == 0) return {x_ + row * p_.k, nullptr, nullptr, nullptr, p_.k};
        return {nullptr, q_ + row * p_.k, d_ + row * (p_.k / kBlock),
                start_ + row * (p_.k / f_.group), p_.k};
    }

    const Product & p_;
    const Format & f_;
    const Kernels & kernels_;
    int64_t rows_, block_rows_, panels_, items_;
    Place * places_;
    float * x_;
    int8_t * q_;
    float * d_;
    Start * start_;
    std::atomic<int64_t> next_{0};
};

}  // namespace

void multiply(const Product & product, const Kernels & kernels, int threads, Workspace & workspace) {
    const int wanted = static_cast<int>(
        std::max<int64_t>(1, std::min<int64_t>(threads, (product.n + kColumns - 1) / kColumns)));
    Work work(product, kernels, wanted, workspace);
    if (wanted == 1) {
        work.prepare(0, work.rows());
        return work.run(0);
    }
    // A few rows are quantized faster than threads wait for each other.
    const bool alone = work.rows() < 2 * wanted;
    if (alone) work.prepare(0, work.rows());
#pragma omp parallel num_threads(wanted)
    {
        const int thread = omp_get_thread_num(), count = omp_get_num_threads();
        if (!alone) {
            work.prepare(work.rows() * thread / count, work.rows() * (thread + 1) / count);
#pragma omp barrier
        }
        work.run(thread);
    }
}

void finish(const Product & product, const Kernels & kernels, int threads) {
    const Product & p = product;
    const int64_t panels = (p.n + kColumns - 1) / kColumns, rows = p.x.rows();
#pragma omp parallel for num_threads(threads)
    for (int64_t panel = 0; panel < panels; ++panel) {
        alignas(64) float sums[kColumns], room[kColumns];
        const float * bias = bias_of(p, panel, room);
        const int64_t columns = std::min(kColumns, p.n - panel * kColumns);
        for (int64_t r = 0; r < rows; ++r) {
            float * y = p.y + r * p.n + panel * kColumns;
            std::fill_n(std::copy_n(y, columns, sums), kColumns - columns, 0.0f);
            kernels.finish({sums, kColumns, bias, p.gelu}, 1);
            std::copy_n(sums, columns, y);
        }
    }
}

}  // namespace codegen
