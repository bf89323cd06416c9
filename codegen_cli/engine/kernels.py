"""The optional package codegen-kernels: products and attention of its own, a backend of llama.cpp.

A backend that is loaded stays until the process ends, so it is loaded when a model first wants it,
and switched for each model.
"""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from codegen_cli.engine.bindings import llama, llama_version
from codegen_cli.engine.gguf import TensorInfo

#: `off` keeps them out, `products` leaves attention to llama.cpp.
VARIABLE = "CODEGEN_KERNELS"

#: The types that they multiply (`kernels/src/plugin/device.cpp`, worth_packing).
_TYPES = frozenset({"F16", "Q4_0", "Q8_0", "Q4_K", "Q5_K", "Q6_K"})

_EMBEDDING = "token_embd.weight"

_told: set[CpuKernels] = set()


@dataclass(frozen=True, slots=True)
class CpuKernels:
    """The kernels that are here by name; without a name, `reason` says why llama.cpp's own run.

    `refused` says that they are installed, but do not fit.
    """

    name: str = ""
    reason: str = ""
    refused: bool = False

    def __str__(self) -> str:
        return self.name or f"not used: {self.reason}"


def cpu_kernels() -> CpuKernels:
    """Return what models on the CPU are multiplied with; loads the kernels the first time."""
    if _asked() == "off":
        return CpuKernels(reason=f"{VARIABLE}=off")
    return _load()[0]


def use_kernels(tensors: Iterable[TensorInfo], *, wanted: bool, warn: Callable[[str], None]) -> str:
    """Switch the kernels for the model that is loaded next; return their name if it gets any.

    `warn` hears once in a process that they are installed, but refused.
    """
    multiplied = (t for t in tensors if len(t.shape) == 2 and t.name != _EMBEDDING)
    name = ""
    if wanted and any(t.type in _TYPES for t in multiplied):
        kernels = cpu_kernels()
        name = kernels.name
        if kernels.refused and kernels not in _told:
            _told.add(kernels)
            warn(f"codegen-kernels is not used: {kernels.reason}; llama.cpp computes instead")
    # What was never loaded needs no switching off.
    if _load.cache_info().currsize and (loaded := _load()[1]) is not None:
        loaded.enable(bool(name), _asked() != "products")
    return name


def _asked() -> str:
    return os.environ.get(VARIABLE, "").lower()


@functools.cache
def _load() -> tuple[CpuKernels, Any]:
    try:
        package: Any = importlib.import_module("codegen_kernels")
    except ImportError:
        return CpuKernels(reason="codegen-kernels is not installed"), None
    try:
        loaded = package.load(llama()._lib, llama_version())
    except package.NotLoaded as why:
        return CpuKernels(reason=str(why), refused=True), None
    return CpuKernels(name=loaded.name), loaded
