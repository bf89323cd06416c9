#include "format.h"

#include "pack.h"

namespace codegen {

// In the order of `Type`.
static const Format kFormats[kTypes] = {
    {"f32", 1, 4, 4 * kColumns, 0, false, 0, pack_f32, unpack_f32},
    {"f16", 1, 2, 2 * kColumns, 0, false, 0, pack_f16, unpack_f16},
    {"q4_0", 32, 18, kQ4_0.codes + kQ4_0.tile_bytes, 32, false, 8, pack_q4_0, unpack_q4_0},
    {"q8_0", 32, 34, kQ8_0.codes + kQ8_0.tile_bytes, 32, false, 128, pack_q8_0, unpack_q8_0},
    {"q4_K", 256, 144, kQ4_K.codes + 8 * kQ4_K.tile_bytes, 32, true, 0, pack_q4_k, unpack_q4_k},
    {"q5_K", 256, 176, kQ5_K.codes + 8 * kQ5_K.tile_bytes, 32, true, 0, pack_q5_k, unpack_q5_k},
    {"q6_K", 256, 210, kQ6_K.codes + 8 * kQ6_K.tile_bytes, 16, false, 32, pack_q6_k, unpack_q6_k},
};

const Format & format(Type type) {
    return kFormats[static_cast<int>(type)];
}

}  // namespace codegen
