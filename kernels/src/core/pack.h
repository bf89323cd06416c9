// Packing functions of each type; see `Format`.
#pragma once

#include <cstdint>

namespace codegen {

void pack_f32(const uint8_t * blocks, int64_t stride, uint8_t * record);
void unpack_f32(const uint8_t * record, uint8_t * blocks, int64_t stride);
void pack_f16(const uint8_t * blocks, int64_t stride, uint8_t * record);
void unpack_f16(const uint8_t * record, uint8_t * blocks, int64_t stride);
void pack_q4_0(const uint8_t * blocks, int64_t stride, uint8_t * record);
void unpack_q4_0(const uint8_t * record, uint8_t * blocks, int64_t stride);
void pack_q8_0(const uint8_t * blocks, int64_t stride, uint8_t * record);
void unpack_q8_0(const uint8_t * record, uint8_t * blocks, int64_t stride);
void pack_q4_k(const uint8_t * blocks, int64_t stride, uint8_t * record);
void unpack_q4_k(const uint8_t * record, uint8_t * blocks, int64_t stride);
void pack_q5_k(const uint8_t * blocks, int64_t stride, uint8_t * record);
void unpack_q5_k(const uint8_t * record, uint8_t * blocks, int64_t stride);
void pack_q6_k(const uint8_t * blocks, int64_t stride, uint8_t * record);
void unpack_q6_k(const uint8_t * record, uint8_t * blocks, int64_t stride);

}  // namespace codegen
