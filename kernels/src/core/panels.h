// Copy rows of a model file into panels and back.
#pragma once

#include "format.h"

namespace codegen {

// Write bytes [offset, offset + size) of a tensor of n rows of k weights, as it is in the file, into
// its panels; what is around them stays as it is.
void write_panels(const Format & format, int64_t k, int64_t n, uint8_t * panels, const void * data,
                  int64_t offset, int64_t size);

// Read bytes [offset, offset + size) of a tensor back from its panels.
void read_panels(const Format & format, int64_t k, int64_t n, const uint8_t * panels, void * data,
                 int64_t offset, int64_t size);

}  // namespace codegen
