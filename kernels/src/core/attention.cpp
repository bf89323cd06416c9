#include "attention.h"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>

namespace codegen {
namespace {

constexpr int64_t kQueries = kColumns;  // of a block
constexpr int64_t kCells = kBlock;      // of a block

// Pairs of a query and a key from which on a block of queries does better together than one by one:
// together, all lanes are computed. Fewer queries than fill a block go one by one, so that a short
// batch gives each of them the same to the last bit, whatever else is in it.
constexpr int kDense = 256;

int64_t blocks(int64_t count) {
    return (count + 31) / 32;
}

// How queries and cells meet.
enum class Meeting : uint8_t { kNone, kFew, kMany, kAll };

// One thread's place in the workspace.
struct Place {
    QueryBlock block;
    alignas(64) float q[kMaxHead];
    int32_t cells[kCells];
};

// Cuts memory into aligned pieces.
class Cutter {
public:
    template <class T>
    void cut(T ** piece, int64_t count) {
        *piece = reinterpret_cast<T *>(at_);
        at_ += (count * int64_t{sizeof(T)} + 63) / 64 * 64;
    }
    int64_t at() const { return at_; }
    void start(uint8_t * memory) { at_ = reinterpret_cast<int64_t>(memory); }

private:
    int64_t at_ = 0;
};

class Work {
public:
    Work(const Attention & attention, const Kernels & kernels, int threads, Workspace & workspace)
        : a_(attention), kernels_(kernels), blocks_(blocks(a_.queries)), columns_(blocks(a_.cells)) {
        // With few queries threads share the heads of each.
        parts_ = a_.queries >= 4 * threads ? 1 : std::min<int64_t>(threads, a_.heads);
        Cutter cutter;
        lay_out(cutter, threads);
        cutter.start(workspace.reserve(cutter.at()));
        lay_out(cutter, threads);
    }

    // Three rounds, each complete before the next begins.
    int64_t items(int round) const {
        return round == 0 ? blocks_ : round == 1 ? a_.queries * parts_ : blocks_ * a_.heads;
    }
    bool needed(int round) const { return round == 0 || (round == 1 ? few_ : many_); }

    void run(int round, int thread) {
        Place & place = places_[thread];
        for (;;) {
            const int64_t item = next_[round].fetch_add(1, std::memory_order_relaxed);
            if (item >= items(round)) return;
            if (round == 0) plan(item);
            if (round == 1) one_by_one(item / parts_, item % parts_, place);
            if (round == 2) together(item / a_.heads, item % a_.heads, place);
        }
    }

private:
    void lay_out(Cutter & cutter, int threads) {
        cutter.cut(&places_, threads);
        cutter.cut(&bits_, a_.queries * columns_);
        cutter.cut(&meetings_, blocks_ * columns_);
        cutter.cut(&has_many_, blocks_);
        cutter.cut(&top_, a_.queries * a_.heads);
        cutter.cut(&sum_, a_.queries * a_.heads);
    }

    const uint16_t * mask(int64_t query) const {
        if (!a_.mask) return nullptr;
        return reinterpret_cast<const uint16_t *>(static_cast<const char *>(a_.mask) +
                                                  query * a_.mask_row);
    }

    // Read the mask of a block of queries, once for all heads.
    void plan(int64_t block) {
        const int64_t first = block * kQueries, last = std::min(first + kQueries, a_.queries);
        const bool few_queries = a_.queries < kQueries;
        has_many_[block] = false;
        for (int64_t column = 0; column < columns_; ++column) {
            const int64_t cell = column * kCells, count = std::min(kCells, a_.cells - cell);
            int pairs = 0;
            for (int64_t query = first; query < last; ++query) {
                const uint16_t * row = mask(query);
                const uint32_t all = count < 32 ? (1u << count) - 1 : ~0u;
                const uint32_t seen = row ? kernels_.unmasked(row + cell, count) : all;
                bits_[query * columns_ + column] = seen;
                pairs += __builtin_popcount(seen);
            }
            Meeting & meeting = meetings_[block * columns_ + column];
            if (pairs == 0) {
                meeting = Meeting::kNone;
            } else if (few_queries || pairs < kDense) {
                meeting = Meeting::kFew;
            } else {
                meeting = plain(first, last, cell, count) ? Meeting::kAll : Meeting::kMany;
            }
            if (meeting == Meeting::kFew) few_ = true;
            if (meeting >= Meeting::kMany) has_many_[block] = many_ = true;
        }
        if (!has_many_[block]) few_ = true;  // zeros, at least
    }

    // Whether a mask is nothing but zeros.
    bool plain(int64_t first, int64_t last, int64_t cell, int64_t count) const {
        if (!a_.mask) return true;
        for (int64_t query = first; query < last; ++query) {
            const uint16_t * row = mask(query) + cell;
            unsigned any = 0;
            for (int64_t i = 0; i < count; ++i) any |= row[i] & 0x7fffu;
            if (any) return false;
        }
        return true;
    }

    KeyValues key_values(int64_t head) const {
        const int64_t from = head / a_.shared;
        return {reinterpret_cast<const uint16_t *>(static_cast<const char *>(a_.k) +
                                                   from * a_.k_head),
                reinterpret_cast<const uint16_t *>(static_cast<const char *>(a_.v) +
                                                   from * a_.v_head),
                a_.k_cell / 2, a_.v_cell / 2, a_.size};
    }

    const float * q(int64_t query, int64_t head) const {
        return reinterpret_cast<const float *>(static_cast<const char *>(a_.q) +
                                               query * a_.q_row + head * a_.q_head);
    }
    float * out(int64_t query, int64_t head) const {
        return a_.out + (query * a_.heads + head) * a_.size;
    }

    // What a query sees where its block does not see enough to do it together.
    void one_by_one(int64_t query, int64_t part, Place & place) {
        const bool last_round = !has_many_[query / kQueries];
        for (int64_t h = a_.heads * part / parts_; h < a_.heads * (part + 1) / parts_; ++h) {
            for (int64_t d = 0; d < a_.size; ++d) place.q[d] = q(query, h)[d] * a_.scale;
            Query found{place.q, out(query, h), -INFINITY, 0.0f};
            std::fill_n(found.out, a_.size, 0.0f);
            gather(query, key_values(h), place, found);
            if (last_round) {
                const float share = found.sum == 0.0f ? 0.0f : 1.0f / found.sum;
                for (int64_t d = 0; d < a_.size; ++d) found.out[d] *= share;
            }
            top_[query * a_.heads + h] = found.top;
            sum_[query * a_.heads + h] = found.sum;
        }
    }

    void gather(int64_t query, const KeyValues & all, Place & place, Query & found) {
        const Meeting * meetings = meetings_ + query / kQueries * columns_;
        int64_t count = 0;
        for (int64_t column = 0; column < columns_; ++column) {
            if (meetings[column] != Meeting::kFew) continue;
            for (uint32_t left = bits_[query * columns_ + column]; left; left &= left - 1) {
                const int bit = __builtin_ctz(left);
                place.cells[count++] = static_cast<int32_t>(column * kCells + bit);
                if (count < kCells) continue;
                kernels_.attend_cells(found, all, place.cells, count, mask(query));
                count = 0;
            }
        }
        if (count) kernels_.attend_cells(found, all, place.cells, count, mask(query));
    }

    // What a block of queries sees together; then all that its queries saw.
    void together(int64_t block, int64_t head, Place & place) {
        if (!has_many_[block]) return;
        const int64_t first = block * kQueries, n = std::min(kQueries, a_.queries - first);
        QueryBlock & b = place.block;
        load(first, n, head, b);
        const Meeting * meetings = meetings_ + block * columns_;
        const KeyValues all = key_values(head);
        for (int64_t column = 0; column < columns_; ++column) {
            if (meetings[column] < Meeting::kMany) continue;
            const int64_t cell = column * kCells;
            const KeyValues cells{all.k + cell * all.k_stride, all.v + cell * all.v_stride,
                                  all.k_stride, all.v_stride, all.size};
            const uint16_t * masked = meetings[column] == Meeting::kMany ? mask(first) + cell : nullptr;
            kernels_.attend_block(b, cells, std::min(kCells, a_.cells - cell), masked,
                                  a_.mask_row / 2, n);
        }
        for (int64_t i = 0; i < n; ++i) finish(first + i, head, b, i);
    }

    void load(int64_t first, int64_t n, int64_t head, QueryBlock & b) const {
        std::fill_n(b.q, a_.size * kQueries, 0.0f);
        std::fill_n(b.out, a_.size * kQueries, 0.0f);
        std::fill_n(b.top, kQueries, -INFINITY);
        std::fill_n(b.sum, kQueries, 0.0f);
        for (int64_t i = 0; i < n; ++i) {
            const float * row = q(first + i, head);
            for (int64_t d = 0; d < a_.size; ++d) b.q[d * kQueries + i] = row[d] * a_.scale;
        }
    }

    void finish(int64_t query, int64_t head, const QueryBlock & b, int64_t lane) {
        const float top = few_ ? top_[query * a_.heads + head] : -INFINITY;
        const float most = std::fmax(top, b.top[lane]);
        const bool nothing = most == -INFINITY;
        const float own = few_ && !nothing ? std::exp(top - most) : 0.0f;
        const float others = nothing ? 0.0f : std::exp(b.top[lane] - most);
        float sum = b.sum[lane] * others;
        float * y = out(query, head);
        if (few_) sum += sum_[query * a_.heads + head] * own;
        const float share = sum == 0.0f ? 0.0f : 1.0f / sum;
        for (int64_t d = 0; d < a_.size; ++d) {
            const float alone = few_ ? y[d] * own : 0.0f;
            y[d] = (alone + b.out[d * kQueries + lane] * others) * share;
        }
    }

    const Attention & a_;
    const Kernels & kernels_;
    int64_t blocks_, columns_, parts_;
    Place * places_;
    uint32_t * bits_;
    Meeting * meetings_;
    uint8_t * has_many_;
    float *top_, *sum_;
    std::atomic<bool> few_{false}, many_{false};
    std::atomic<int64_t> next_[3] = {};
};

}  // namespace

void attend(const Attention & attention, const Kernels & kernels, int threads,
            Workspace & workspace) {
    Work work(attention, kernels, threads, workspace);
    if (threads == 1) {
        for (int round = 0; round < 3; ++round) {
            if (work.needed(round)) work.run(round, 0);
        }
        return;
    }
#pragma omp parallel num_threads(threads)
    for (int round = 0; round < 3; ++round) {
        if (work.needed(round)) work.run(round, omp_get_thread_num());
#pragma omp barrier
    }
}

}  // namespace codegen
