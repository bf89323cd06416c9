"""A NumPy forward pass of LLaMA's block, straight from the checkpoint and its own layout.

It shares no table with the conversion: the halves of each head are rotated, as transformers
`modeling_llama.py` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from codegen_cli.convert.checkpoint import Tensor
from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.convert.reference_parts import F32, attend, linear


def llama_logits(
    config: CodeGenConfig, tensors: Mapping[str, Tensor], tokens: Sequence[int]
) -> F32:
    """Return the logits at every position (float32, T × V)."""
    x_TxE = tensors["model.embed_tokens.weight"].float32(np.asarray(tokens))
    tensors["model.embed_tokens.weight"].release()
    for layer in range(config.n_layer):
        x_TxE = _block(config, tensors, f"model.layers.{layer}.", x_TxE)
    x_TxE = _norm(config, tensors["model.norm.weight"], x_TxE)
    tied = config.tie_word_embeddings
    return linear(x_TxE, tensors["model.embed_tokens.weight" if tied else "lm_head.weight"])


def _block(config: CodeGenConfig, tensors: Mapping[str, Tensor], prefix: str, x_TxE: F32) -> F32:
    h_TxE = _norm(config, tensors[prefix + "input_layernorm.weight"], x_TxE)
    shape = (len(h_TxE), config.n_head, config.head_dim)
    q_THD, k_THD, v_THD = (
        linear(h_TxE, tensors[f"{prefix}self_attn.{part}_proj.weight"]).reshape(shape)
        for part in "qkv"
    )
    out_TxE = attend(_rotate(config, q_THD), _rotate(config, k_THD), v_THD)
    x_TxE = x_TxE + linear(out_TxE, tensors[prefix + "self_attn.o_proj.weight"])
    h_TxE = _norm(config, tensors[prefix + "post_attention_layernorm.weight"], x_TxE)
    gate_TxF = linear(h_TxE, tensors[prefix + "mlp.gate_proj.weight"])
    up_TxF = linear(h_TxE, tensors[prefix + "mlp.up_proj.weight"])
    return x_TxE + linear(_silu(gate_TxF) * up_TxF, tensors[prefix + "mlp.down_proj.weight"])


def _rotate(config: CodeGenConfig, x_THD: F32) -> F32:
    """Rotate each value of a head's first half with that of the second."""
    half = config.head_dim // 2
    frequency = config.rope_base ** (-np.arange(half) / half)
    angle_TxR = np.arange(len(x_THD))[:, None] * frequency[None]
    sin, cos = (f(angle_TxR).astype(np.float32)[:, None] for f in (np.sin, np.cos))
    first, second = x_THD[..., :half], x_THD[..., half:]
    return np.concatenate([first * cos - second * sin, second * cos + first * sin], axis=-1)


def _norm(config: CodeGenConfig, weight: Tensor, x_TxE: F32) -> F32:
    square = (x_TxE**2).mean(-1, keepdims=True)
    out: F32 = x_TxE / np.sqrt(square + np.float32(config.layer_norm_epsilon)) * weight.float32()
    return out


def _silu(x: F32) -> F32:
    # Written with tanh: exp would overflow for large negative values.
    out: F32 = x * (np.float32(0.5) + np.float32(0.5) * np.tanh(np.float32(0.5) * x))
    return out
