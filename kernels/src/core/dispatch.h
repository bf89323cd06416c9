// Which instruction sets this machine and this build have.
#pragma once

#include "../isa/kernels.h"

namespace codegen {

// The kernels that run here, fastest first; `scalar` is always the last.
struct Available {
    const Kernels * kernels[8];
    int count;
};
const Available & available_kernels();

// By name; nullptr where they do not run.
const Kernels * find_kernels(const char * name);

}  // namespace codegen
