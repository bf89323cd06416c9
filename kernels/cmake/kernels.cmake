# The kernels without ggml, and which flags each instruction set is compiled with. Everything else is
# compiled for the oldest processor of the architecture: it runs before anyone knows which this is.
set(CODEGEN_KERNEL_SOURCES
  src/core/attention.cpp src/core/dispatch.cpp src/core/format.cpp src/core/multiply.cpp src/core/pack_k.cpp
  src/core/pack_plain.cpp src/core/panels.cpp src/isa/scalar.cpp)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(CODEGEN_ARCHITECTURE CODEGEN_X86)
  list(APPEND CODEGEN_KERNEL_SOURCES src/isa/avx2.cpp src/isa/avx_vnni.cpp src/isa/avx512_vnni.cpp)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(CODEGEN_ARCHITECTURE CODEGEN_NEON)
  list(APPEND CODEGEN_KERNEL_SOURCES src/isa/neon_dot.cpp)
endif()

function(codegen_kernel_flags target)
  if(CODEGEN_ARCHITECTURE)
    target_compile_definitions(${target} PRIVATE ${CODEGEN_ARCHITECTURE})
  endif()
  # Only vectors that round as scalars do; no licence to reorder sums.
  set(all "-O3;-fno-math-errno;-fno-trapping-math")
  set(avx2 "-mavx2;-mfma;-mf16c")
  set_source_files_properties(src/isa/scalar.cpp PROPERTIES COMPILE_OPTIONS "${all}")
  set_source_files_properties(src/isa/avx2.cpp PROPERTIES COMPILE_OPTIONS "${all};${avx2}")
  set_source_files_properties(src/isa/avx_vnni.cpp PROPERTIES
    COMPILE_OPTIONS "${all};${avx2};-mavxvnni")
  # GCC 12 takes its own intrinsics' "undefined" registers for a mistake.
  set_source_files_properties(src/isa/avx512_vnni.cpp PROPERTIES COMPILE_OPTIONS
    "${all};${avx2};-mavx512f;-mavx512bw;-mavx512vl;-mavx512dq;-mavx512vnni;-mprefer-vector-width=512;-Wno-maybe-uninitialized;-Wno-uninitialized")
  set_source_files_properties(src/isa/neon_dot.cpp PROPERTIES
    COMPILE_OPTIONS "${all};-march=armv8.2-a+dotprod+fp16")
  if(CODEGEN_SANITIZE)
    target_compile_options(${target} PRIVATE -g -fno-omit-frame-pointer
      -fsanitize=address,undefined -fno-sanitize-recover=undefined)
    target_link_options(${target} PRIVATE -fsanitize=address,undefined)
  endif()
endfunction()
