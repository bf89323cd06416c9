"""Random weights as they are in a file, and what they mean, by gguf's NumPy code."""

from __future__ import annotations

import gguf
import numpy as np
from numpy.typing import NDArray

#: Where a block's 16-bit floats are, by type.
_HALVES = {
    "F16": (0,), "Q4_0": (0,), "Q8_0": (0,), "Q4_K": (0, 2), "Q5_K": (0, 2), "Q6_K": (208,),
}  # fmt: skip

TYPES = ("F32", *_HALVES)


def quant(type_: str) -> gguf.GGMLQuantizationType:
    return gguf.GGMLQuantizationType[type_]


def sizes(type_: str) -> tuple[int, int]:
    """Return the weights and the bytes of a block."""
    return gguf.GGML_QUANT_SIZES[quant(type_)]


def random_rows(type_: str, n: int, k: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return n rows of k weights in a type's blocks: all codes, scales of both signs."""
    depth, size = sizes(type_)
    if type_ == "F32":
        return rng.standard_normal((n, k)).astype(np.float32).view(np.uint8)
    blocks = rng.integers(0, 256, (n * k // depth, size), np.uint8)
    for place in _HALVES[type_]:
        half = (rng.standard_normal(len(blocks)) * 0.05).astype(np.float16)
        blocks[:, place : place + 2] = half[:, None].view(np.uint8)
    return blocks.reshape(n, -1)


def meaning(type_: str, rows: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the weights of rows, N x K."""
    return gguf.quants.dequantize(rows, quant(type_)).astype(np.float64)


def quantized(x_MxK: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what is left of activations in eight bits: scales of 32 bits, one per 32 values."""
    blocks = x_MxK.reshape(len(x_MxK), -1, 32)
    d = np.abs(blocks).max(-1, keepdims=True) / np.float32(127)
    inverse = np.divide(np.float32(1), d, out=np.zeros_like(d), where=d > 0)
    return (np.rint(blocks * inverse).astype(np.float64) * d).reshape(x_MxK.shape)
