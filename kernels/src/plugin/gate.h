// Whether this library may be loaded into the ggml that is here.
#pragma once

namespace codegen {

// Return why not, or nullptr; decided once.
const char * refusal();

}  // namespace codegen
