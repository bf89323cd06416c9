"""Where each row of query, key and value goes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.engine.gguf.architecture import PHI2


def qkv_rows(config: CodeGenConfig) -> NDArray[np.intp]:
    """Return the rows of the stacked qkv tensors in GGUF order (q, k, v), length 3E.

    CodeGen's checkpoint holds, for each of 4 TPU cores, that core's rows of query, value and key
    in this order; GPT-J's hold all of q, k and v. Both rotate interleaved pairs, phi2 rotates
    halves, so within each head of q and k the even rotary rows come first and then the odd ones;
    q·k does not change under a permutation of both. Source: transformers `modeling_codegen.py`
    and `modeling_gptj.py`.
    """
    query, key, value = (head_rows(config, part) for part in "qkv")
    order_D = _rotary_halves(config.rotary_dim, config.head_dim)
    return np.concatenate([query[:, order_D].ravel(), key[:, order_D].ravel(), value.ravel()])


def row_orders(config: CodeGenConfig) -> dict[str, NDArray[np.intp]]:
    """Return the source rows of each kind of tensor whose rows the file has in another order.

    llama.cpp's llama rotates interleaved pairs, transformers' LLaMA rotates halves.
    """
    if config.graph is PHI2:
        return {"attn_qkv.weight": qkv_rows(config)}
    return {
        "attn_q.weight": head_rows(config, "q").ravel(),
        "attn_k.weight": head_rows(config, "k").ravel() - config.n_embd,
    }


def head_rows(config: CodeGenConfig, part: str) -> NDArray[np.intp]:
    """Return the rows of "q", "k" or "v" in the stacked qkv tensors (heads × head width).

    Rotary pairs are beside each other in what is returned, whatever the tensors have.
    """
    groups = config.qkv.groups
    rows_Gx3xE = np.arange(3 * config.n_embd).reshape(groups, 3, config.n_embd // groups)
    rows = rows_Gx3xE[:, config.qkv.order.index(part)].reshape(config.n_head, config.head_dim)
    if config.qkv.halves and part != "v":
        rows = rows[:, np.argsort(_rotary_halves(config.rotary_dim, config.head_dim))]
    return rows


def _rotary_halves(rotary_dim: int, head_dim: int) -> NDArray[np.intp]:
    rotary = np.arange(rotary_dim)
    return np.concatenate([rotary[0::2], rotary[1::2], np.arange(rotary_dim, head_dim)])
