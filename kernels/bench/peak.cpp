// What this machine can do at best, on one thread: reading memory, dot products of bytes, and
// multiply-adds of floats. Prints bytes, then products, then products a second.
#include <immintrin.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

// The time that this thread computed: what others do meanwhile does not count.
double now() {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

template <class Run>
double best(Run run) {
    double best = 1e9;
    for (int i = 0; i < 200; ++i) {
        const double start = now();
        run();
        best = std::min(best, now() - start);
    }
    return best;
}

volatile int64_t sink;

double read_rate() {
    constexpr size_t kBytes = size_t{1} << 30, kPiece = size_t{32} << 20;
    auto * data = static_cast<int64_t *>(std::aligned_alloc(1 << 21, kBytes));
    std::fill(data, data + kBytes / 8, 1);
    size_t at = 0;
    const double seconds = best([&] {
        int64_t sum[8] = {};
        for (size_t i = at / 8; i < (at + kPiece) / 8; i += 8) {
            for (int j = 0; j < 8; ++j) sum[j] += data[i + j];
        }
        at = (at + kPiece) % kBytes;
        int64_t total = 0;
        for (const int64_t s : sum) total += s;
        sink = total;
    });
    std::free(data);
    return kPiece / seconds;
}

constexpr int kTimes = 200000, kChains = 12;

// Twelve variables: an array of them would be kept in memory.
#define CHAINS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define KEEP(i) __asm__ volatile("" : "+v"(sum##i));

#if defined(__AVX512VNNI__)
double byte_rate() {
    const __m512i a = _mm512_set1_epi8(3);
    const double seconds = best([&] {
#define DECLARE(i) __m512i sum##i = a;
        CHAINS(DECLARE)
        for (int i = 0; i < kTimes; ++i) {
#define STEP(i) sum##i = _mm512_dpbusd_epi32(sum##i, a, a);
            CHAINS(STEP) CHAINS(KEEP)
#undef STEP
#undef DECLARE
        }
    });
    return 64.0 * kChains * kTimes / seconds;
}
#else
double byte_rate() {
    return 0;
}
#endif

#if defined(__AVX512F__)
using Floats = __m512;
Floats multiply_add(Floats a, Floats b, Floats c) {
    return _mm512_fmadd_ps(a, b, c);
}
Floats ones() {
    return _mm512_set1_ps(1);
}
#else
using Floats = __m256;
Floats multiply_add(Floats a, Floats b, Floats c) {
    return _mm256_fmadd_ps(a, b, c);
}
Floats ones() {
    return _mm256_set1_ps(1);
}
#endif

double float_rate() {
    const Floats a = ones();
    const double seconds = best([&] {
#define DECLARE(i) Floats sum##i = a;
        CHAINS(DECLARE)
        for (int i = 0; i < kTimes; ++i) {
#define STEP(i) sum##i = multiply_add(a, a, sum##i);
            CHAINS(STEP) CHAINS(KEEP)
        }
    });
    return static_cast<double>(sizeof(Floats) / 4) * kChains * kTimes / seconds;
}

}  // namespace

int main() {
    std::printf("%.0f %.0f %.0f\n", read_rate(), byte_rate(), float_rate());
    return 0;
}
