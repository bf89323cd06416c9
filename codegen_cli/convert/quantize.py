"""Turn float rows into any ggml type through ggml's own quantizer, on all cores."""

from __future__ import annotations

import ctypes
import functools
from typing import Any

import numpy as np
from gguf import GGMLQuantizationType
from numpy.typing import NDArray

from codegen_cli.convert.types import row_bytes
from codegen_cli.errors import CheckpointError, CodegenError

#: Largest finite float16.
F16_MAX = 65504.0


@functools.cache
def _quantize_chunk() -> Any:
    """Bind `ggml_quantize_chunk`; ctypes releases the GIL while it runs."""
    from codegen_cli.engine.bindings import llama

    # Looked up through libllama: opening libggml-base by path could load a second copy of it.
    function = llama()._lib.ggml_quantize_chunk
    function.restype = ctypes.c_size_t
    function.argtypes = [
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_int64,
        ctypes.c_int64,
        ctypes.c_int64,
        ctypes.c_void_p,
    ]
    return function


def prepare() -> None:
    """Load ggml before threads use it."""
    _quantize_chunk()


def quantize_rows(
    rows_RxN: NDArray[np.float32],
    kind: GGMLQuantizationType,
    name: str,
    importance_N: NDArray[np.float32] | None = None,
) -> NDArray[np.uint8]:
    """Return rows in a ggml type, as bytes (uint8, R × row bytes).

    Args:
        rows_RxN: float32, contiguous.
        kind: the target type; N is a multiple of its block.
        name: the tensor's name, for errors.
        importance_N: how much the error of each column counts (float32); None is all alike.

    Raises:
        CheckpointError: a value is NaN or infinite, or too large for F16.
    """
    check_finite(rows_RxN, name)
    if kind == GGMLQuantizationType.F32:
        return rows_RxN.view(np.uint8)
    if kind == GGMLQuantizationType.F16 and float(np.abs(rows_RxN).max(initial=0)) > F16_MAX:
        raise CheckpointError(f"{name} has values beyond F16's 65504", "use -q BF16 or -q F32")
    count, columns = rows_RxN.shape
    out = np.empty((count, row_bytes(kind, columns)), dtype=np.uint8)
    importance = None if importance_N is None else importance_N.ctypes.data
    written = _quantize_chunk()(
        int(kind), rows_RxN.ctypes.data, out.ctypes.data, 0, count, columns, importance
    )
    if written != out.nbytes:
        raise CodegenError(f"ggml wrote {written} bytes for {name}, not {out.nbytes}")
    return out


def check_finite(values: NDArray[np.float32], name: str) -> None:
    """Refuse NaN and infinity.

    A finite sum proves all values finite and is one pass without a temporary array; only an
    overflowing or NaN sum needs the slow look.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        total = float(np.add.reduce(values, axis=None))
    if np.isfinite(total) or bool(np.isfinite(values).all()):
        return
    bad = int(values.size - np.isfinite(values).sum())
    raise CheckpointError(
        f"{name} holds {bad} NaN or infinite values", "the checkpoint is damaged or diverged"
    )
