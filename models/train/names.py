"""Weights as Hugging Face names them and as the decoder holds them: one table for both ways."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from codegen_cli.errors import CheckpointError
from models.train.shape import ModelShape

Params = dict[str, Any]


class _Leaf(NamedTuple):
    """A weight of the decoder (module, leaf), its name there, and whether it is transposed."""

    module: str
    leaf: str
    name: str
    transposed: bool = False


_BLOCK = (
    _Leaf("ln_1", "scale", "ln_1.weight"),
    _Leaf("ln_1", "bias", "ln_1.bias"),
    _Leaf("qkv_proj", "kernel", "attn.qkv_proj.weight", transposed=True),
    _Leaf("out_proj", "kernel", "attn.out_proj.weight", transposed=True),
    _Leaf("fc_in", "kernel", "mlp.fc_in.weight", transposed=True),
    _Leaf("fc_in", "bias", "mlp.fc_in.bias"),
    _Leaf("fc_out", "kernel", "mlp.fc_out.weight", transposed=True),
    _Leaf("fc_out", "bias", "mlp.fc_out.bias"),
)
_FIRST = (_Leaf("wte", "embedding", "transformer.wte.weight"),)
_LAST = (
    _Leaf("ln_f", "scale", "transformer.ln_f.weight"),
    _Leaf("ln_f", "bias", "transformer.ln_f.bias"),
    _Leaf("lm_head", "kernel", "lm_head.weight", transposed=True),
    _Leaf("lm_head", "bias", "lm_head.bias"),
)


def to_hf(params: Params, shape: ModelShape) -> dict[str, Any]:
    """Return the weights by Hugging Face's names, in its layout, from single or stacked blocks."""
    layers = unstacked(params, shape)
    out = {leaf.name: _turned(leaf, params) for leaf in _FIRST}
    for layer in range(shape.layers):
        block = layers[f"h_{layer}"]
        out |= {f"transformer.h.{layer}.{leaf.name}": _turned(leaf, block) for leaf in _BLOCK}
    return out | {leaf.name: _turned(leaf, params) for leaf in _LAST}


def from_hf(weights: dict[str, Any], shape: ModelShape, scan: bool) -> Params:
    """Return the decoder's weights, with stacked blocks if it scans them.

    Raises:
        CheckpointError: a weight is missing or has another shape.
    """
    params: Params = {}
    for layer in range(shape.layers):
        _fill(params.setdefault(f"h_{layer}", {}), _BLOCK, weights, f"transformer.h.{layer}.")
    _fill(params, _FIRST + _LAST, weights, "")
    return stacked(params, shape) if scan else params


def stacked(params: Params, shape: ModelShape) -> Params:
    """Return the weights with those of all blocks in one, along a new first axis."""
    import jax

    names = [f"h_{layer}" for layer in range(shape.layers)]
    blocks = jax.tree.map(lambda *leaves: np.stack(leaves), *(params[name] for name in names))
    return {**{k: v for k, v in params.items() if k not in names}, "h": blocks}


def unstacked(params: Params, shape: ModelShape) -> Params:
    """Return the weights with one entry a block."""
    import jax

    if "h" not in params:
        return params
    rest = {key: value for key, value in params.items() if key != "h"}
    blocks = {
        f"h_{layer}": jax.tree.map(lambda leaf, at=layer: leaf[at], params["h"])
        for layer in range(shape.layers)
    }
    return {**rest, **blocks}


def _turned(leaf: _Leaf, params: Params) -> Any:
    array = params[leaf.module][leaf.leaf]
    return array.T if leaf.transposed else array


def _fill(params: Params, leaves: tuple[_Leaf, ...], weights: dict[str, Any], prefix: str) -> None:
    for leaf in leaves:
        if prefix + leaf.name not in weights:
            raise CheckpointError(f"the checkpoint lacks {prefix}{leaf.name}")
        array = weights[prefix + leaf.name]
        params.setdefault(leaf.module, {})[leaf.leaf] = array.T if leaf.transposed else array
