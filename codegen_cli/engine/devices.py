"""The devices that this build of llama.cpp can compute on."""

from __future__ import annotations

import ctypes

from codegen_cli.engine.library import llama


def compute_devices() -> list[str]:
    """Return ggml's devices, as `name (description)`; an empty list where ggml cannot say."""
    library = llama()._lib
    try:
        count, get = library.ggml_backend_dev_count, library.ggml_backend_dev_get
        name, description = library.ggml_backend_dev_name, library.ggml_backend_dev_description
    except AttributeError:
        return []
    count.restype, get.restype, get.argtypes = ctypes.c_size_t, ctypes.c_void_p, [ctypes.c_size_t]
    for function in (name, description):
        function.restype, function.argtypes = ctypes.c_char_p, [ctypes.c_void_p]
    found = []
    for index in range(count()):
        device = get(index)
        found.append(f"{name(device).decode()} ({description(device).decode().strip()})")
    return found
