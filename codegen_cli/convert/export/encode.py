"""Float rows as bytes of the types that checkpoints are saved in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from codegen_cli.convert.quantize import F16_MAX, check_finite
from codegen_cli.errors import CheckpointError

#: safetensors' names, and torch's.
TORCH_TYPES = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}
ITEM_BYTES = {"F32": 4, "F16": 2, "BF16": 2}


def encode(values: NDArray[np.float32], dtype: str, name: str) -> bytes:
    """Return values as F32, F16 or BF16, rounded to the nearest, ties to even.

    Raises:
        CheckpointError: a value is NaN or infinite, or too large for F16.
    """
    check_finite(values, name)
    if dtype == "F32":
        return values.tobytes()
    if dtype == "F16":
        if float(np.abs(values).max(initial=0)) > F16_MAX:
            raise CheckpointError(f"{name} has values beyond F16's 65504", "use --dtype BF16")
        return values.astype(np.float16).tobytes()
    bits = values.view(np.uint32)
    half = np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    rounded: NDArray[np.uint16] = ((bits + half) >> np.uint32(16)).astype(np.uint16)
    return rounded.tobytes()
