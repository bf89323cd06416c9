"""What the NumPy forward passes share: attention and products with a checkpoint's matrices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from codegen_cli.convert.checkpoint import Tensor

F32 = NDArray[np.float32]

#: Rows of a weight in memory at a time, in elements (128 MiB as float32).
_BLOCK = 1 << 25


def attend(q_THD: F32, k_THD: F32, v_THD: F32) -> F32:
    """Return causal attention of rotated heads (T × heads × head width), heads side by side."""
    steps, _, width = q_THD.shape
    scores_HTT = np.einsum("thd,shd->hts", q_THD, k_THD) / np.sqrt(np.float32(width))
    scores_HTT[:, np.triu(np.ones((steps, steps), bool), 1)] = -np.inf
    scores_HTT = np.exp(scores_HTT - scores_HTT.max(-1, keepdims=True))
    scores_HTT /= scores_HTT.sum(-1, keepdims=True)
    out_TxE: F32 = np.einsum("hts,shd->thd", scores_HTT, v_THD).reshape(steps, -1)
    return out_TxE


def linear(x_TxN: F32, weight: Tensor) -> F32:
    """Multiply with a matrix (rows × N), read in blocks of rows."""
    rows, columns = weight.shape
    out_TxR = np.empty((len(x_TxN), rows), np.float32)
    step = max(1, _BLOCK // columns)
    for start in range(0, rows, step):
        block = slice(start, min(rows, start + step))
        out_TxR[:, block] = x_TxN @ weight.float32(block).T
    weight.release()
    return out_TxR
