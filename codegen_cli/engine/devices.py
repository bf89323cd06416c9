"""The devices that this build of llama.cpp can compute on."""

from __future__ import annotations

import ctypes
from typing import Any

from codegen_cli.engine.bindings import llama
from codegen_cli.engine.device import Device, DeviceKind

#: ggml's numbers (`ggml/include/ggml-backend.h`, ggml_backend_dev_type).
_KINDS: dict[int, DeviceKind] = {0: "cpu", 1: "gpu", 2: "igpu", 3: "accel"}


class _Props(ctypes.Structure):
    """`ggml_backend_dev_props` of the same header."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("description", ctypes.c_char_p),
        ("memory_free", ctypes.c_size_t),
        ("memory_total", ctypes.c_size_t),
        ("type", ctypes.c_int),
        ("device_id", ctypes.c_char_p),
        ("caps", ctypes.c_bool * 5),
    )


def compute_devices() -> list[Device]:
    """Return ggml's devices in its order; an empty list where ggml cannot say.

    Asking a GPU for its memory starts its driver, which costs some tenths of a second.
    """
    try:
        found = _properties(llama()._lib)
    except AttributeError:
        return []
    devices, ids = [], set()
    for props in found:
        # One GPU seen by two backends, such as CUDA and Vulkan: llama.cpp takes the first.
        if props.device_id and props.device_id in ids:
            continue
        ids.add(props.device_id)
        devices.append(_device(props))
    return devices


def _properties(library: Any) -> list[_Props]:
    count, get = library.ggml_backend_dev_count, library.ggml_backend_dev_get
    read = library.ggml_backend_dev_get_props
    count.restype, get.restype, get.argtypes = ctypes.c_size_t, ctypes.c_void_p, [ctypes.c_size_t]
    read.restype, read.argtypes = None, [ctypes.c_void_p, ctypes.POINTER(_Props)]
    found = [_Props() for _ in range(count())]
    for index, props in enumerate(found):
        read(get(index), ctypes.byref(props))
    return found


def _device(props: _Props) -> Device:
    return Device(
        name=props.name.decode("utf-8", "replace"),
        description=props.description.decode("utf-8", "replace").strip(),
        kind=_KINDS.get(props.type, "accel"),
        free_bytes=props.memory_free,
        total_bytes=props.memory_total,
    )
