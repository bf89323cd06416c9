#include "dispatch.h"

#include <cstring>

#if defined(CODEGEN_X86)
#include <cpuid.h>
#endif
#if defined(CODEGEN_NEON) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace codegen {
namespace {

#if defined(CODEGEN_X86)
// Registers that the operating system saves (XCR0): 6 = AVX, 0xe6 = AVX-512 as well.
bool saves(unsigned mask) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 27 & 1)) return false;
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & mask) == mask;
}

struct Leaf {
    unsigned a = 0, b = 0, c = 0, d = 0;
    Leaf(unsigned leaf, unsigned sub) {
        if (!__get_cpuid_count(leaf, sub, &a, &b, &c, &d)) a = b = c = d = 0;
    }
};

bool has_avx2() {
    const Leaf one(1, 0), seven(7, 0);
    const bool f16c_fma_avx = (one.c >> 29 & 1) && (one.c >> 12 & 1) && (one.c >> 28 & 1);
    return f16c_fma_avx && (seven.b >> 5 & 1) && saves(0x6);
}
bool has_avx_vnni() {
    return has_avx2() && (Leaf(7, 1).a >> 4 & 1);
}
bool has_avx512_vnni() {
    const Leaf seven(7, 0);
    const bool f_dq_bw_vl = (seven.b >> 16 & 1) && (seven.b >> 17 & 1) && (seven.b >> 30 & 1) &&
                            (seven.b >> 31 & 1);
    return has_avx2() && f_dq_bw_vl && (seven.c >> 11 & 1) && saves(0xe6);
}
#endif

#if defined(CODEGEN_NEON)
bool has_neon_dot() {
#if defined(__APPLE__)
    return true;
#elif defined(__linux__)
    return getauxval(AT_HWCAP) >> 20 & 1;  // HWCAP_ASIMDDP
#else
    return false;
#endif
}
#endif

Available look() {
    Available found{{}, 0};
#if defined(CODEGEN_X86)
    if (has_avx512_vnni()) found.kernels[found.count++] = &kAvx512Vnni;
    if (has_avx_vnni()) found.kernels[found.count++] = &kAvxVnni;
    if (has_avx2()) found.kernels[found.count++] = &kAvx2;
#endif
#if defined(CODEGEN_NEON)
    if (has_neon_dot()) found.kernels[found.count++] = &kNeonDot;
#endif
    found.kernels[found.count++] = &kScalar;
    return found;
}

}  // namespace

// Asking the processor is slow in virtual machines, where the host answers: once is enough.
const Available & available_kernels() {
    static const Available found = look();
    return found;
}

const Kernels * find_kernels(const char * name) {
    const Available & all = available_kernels();
    for (int i = 0; i < all.count; ++i) {
        if (std::strcmp(all.kernels[i]->name, name) == 0) return all.kernels[i];
    }
    return nullptr;
}

}  // namespace codegen
