"""Where each row of CodeGen's qkv projection goes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from codegen_cli.convert.config import MP_NUM, CodeGenConfig


def qkv_rows(config: CodeGenConfig) -> NDArray[np.intp]:
    """Return the checkpoint rows of `qkv_proj.weight` in GGUF order (q, k, v), length 3E.

    The checkpoint holds, for each of 4 TPU cores, that core's rows of query, value and key in
    this order. CodeGen rotates interleaved pairs, phi2 rotates halves, so within each head of q
    and k the even rotary rows come first and then the odd ones; q·k does not change under a
    permutation of both. Source: transformers `modeling_codegen.py`, CodeGenAttention.
    """
    e, heads, width = config.n_embd, config.n_head, config.head_dim
    rows_Cx3xE4 = np.arange(3 * e).reshape(MP_NUM, 3, e // MP_NUM)
    query, value, key = (rows_Cx3xE4[:, i].reshape(heads, width) for i in range(3))
    order_D = _rotary_halves(config.rotary_dim, width)
    return np.concatenate([query[:, order_D].ravel(), key[:, order_D].ravel(), value.ravel()])


def _rotary_halves(rotary_dim: int, head_dim: int) -> NDArray[np.intp]:
    rotary = np.arange(rotary_dim)
    return np.concatenate([rotary[0::2], rotary[1::2], np.arange(rotary_dim, head_dim)])
