"""A NumPy forward pass of CodeGen or GPT-J, straight from the checkpoint and its own layout.

It shares no table with the conversion: q, v and k are taken per TPU core, or from three
projections, and rotated in interleaved pairs, as transformers `modeling_codegen.py` and
`modeling_gptj.py` do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from codegen_cli.convert.checkpoint import Checkpoint, Tensor
from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.convert.reference_llama import llama_logits
from codegen_cli.convert.reference_parts import F32, attend, linear
from codegen_cli.engine.gguf.architecture import LLAMA


def reference_logits(config: CodeGenConfig, checkpoint: Checkpoint, tokens: Sequence[int]) -> F32:
    """Return the logits at every position (float32, T × V).

    Weights are read layer by layer and in blocks of rows, so memory does not grow with the model.
    """
    tensors = checkpoint.tensors
    if config.graph is LLAMA:
        return llama_logits(config, tensors, tokens)
    x_TxE = tensors["transformer.wte.weight"].float32(np.asarray(tokens))
    tensors["transformer.wte.weight"].release()
    for layer in range(config.n_layer):
        x_TxE = _block(config, tensors, f"transformer.h.{layer}.", x_TxE)
    x_TxE = _norm(config, tensors, "transformer.ln_f", x_TxE)
    head = "transformer.wte.weight" if config.tie_word_embeddings else "lm_head.weight"
    return linear(x_TxE, tensors[head]) + tensors["lm_head.bias"].float32()


def _block(config: CodeGenConfig, tensors: Mapping[str, Tensor], prefix: str, x_TxE: F32) -> F32:
    h_TxE = _norm(config, tensors, prefix + "ln_1", x_TxE)
    attention_TxE = _attention(config, tensors, prefix + "attn.", h_TxE)
    up_TxF = linear(h_TxE, tensors[prefix + "mlp.fc_in.weight"])
    up_TxF = _gelu(up_TxF + tensors[prefix + "mlp.fc_in.bias"].float32())
    mlp_TxE = linear(up_TxF, tensors[prefix + "mlp.fc_out.weight"])
    return x_TxE + attention_TxE + mlp_TxE + tensors[prefix + "mlp.fc_out.bias"].float32()


def _attention(
    config: CodeGenConfig, tensors: Mapping[str, Tensor], prefix: str, h_TxE: F32
) -> F32:
    q_THD, k_THD, v_THD = _project(config, tensors, prefix, h_TxE)
    q_THD, k_THD = _rotate(config, q_THD), _rotate(config, k_THD)
    out_TxE = attend(q_THD, k_THD, v_THD)
    return linear(out_TxE, tensors[prefix + "out_proj.weight"])


def _project(
    config: CodeGenConfig, tensors: Mapping[str, Tensor], prefix: str, h_TxE: F32
) -> tuple[F32, F32, F32]:
    """Return query, key and value, each T × heads × head width."""
    shape = (len(h_TxE), config.n_head, config.head_dim)
    if prefix + "qkv_proj.weight" not in tensors:
        q, k, v = (linear(h_TxE, tensors[f"{prefix}{part}_proj.weight"]) for part in "qkv")
    else:
        qvk = linear(h_TxE, tensors[prefix + "qkv_proj.weight"])
        qvk_TxCx3x = qvk.reshape(len(h_TxE), config.qkv.groups, 3, -1)
        q, v, k = (qvk_TxCx3x[:, :, i] for i in range(3))
    return q.reshape(shape), k.reshape(shape), v.reshape(shape)


def _rotate(config: CodeGenConfig, x_THD: F32) -> F32:
    """Rotate interleaved pairs of the first `rotary_dim` dimensions (GPT-J style)."""
    r = config.rotary_dim
    frequency = 10000.0 ** (-np.arange(0, r, 2) / r)
    angle_TxR2 = np.arange(len(x_THD))[:, None] * frequency[None]
    sin, cos = (f(angle_TxR2).astype(np.float32)[:, None] for f in (np.sin, np.cos))
    even, odd = x_THD[..., 0:r:2], x_THD[..., 1:r:2]
    out: F32 = x_THD.copy()
    out[..., 0:r:2] = even * cos - odd * sin
    out[..., 1:r:2] = odd * cos + even * sin
    return out


def _norm(config: CodeGenConfig, tensors: Mapping[str, Tensor], name: str, x_TxE: F32) -> F32:
    mean, var = x_TxE.mean(-1, keepdims=True), x_TxE.var(-1, keepdims=True)
    unit = (x_TxE - mean) / np.sqrt(var + np.float32(config.layer_norm_epsilon))
    scaled: F32 = unit * tensors[name + ".weight"].float32() + tensors[name + ".bias"].float32()
    return scaled


def _gelu(x: F32) -> F32:
    inner = np.float32(np.sqrt(2 / np.pi)) * (x + np.float32(0.044715) * x**3)
    out: F32 = np.float32(0.5) * x * (1 + np.tanh(inner))
    return out
