// The functions of one instruction set, put together.
#pragma once

#include "attention.h"
#include "multiply.h"

namespace codegen {
namespace {

template <class S>
constexpr Kernels kernels(const char * name) {
    return {
        name,
        S::kWholeZero,
        quantize_rows,
        {
            multiply_float<S, 4>,
            multiply_float<S, 2>,
            multiply_whole<S, Type::Q4_0, 32, 576, 32, false>,
            multiply_whole<S, Type::Q8_0, 32, 1088, 32, false>,
            multiply_whole<S, Type::Q4_K, 256, 4736, 32, true>,
            multiply_whole<S, Type::Q5_K, 256, 5760, 32, true>,
            multiply_whole<S, Type::Q6_K, 256, 6720, 16, false>,
        },
        finish,
        S::unmasked,
        attend_block<S>,
        attend_cells<S>,
    };
}

}  // namespace
}  // namespace codegen
