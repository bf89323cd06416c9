"""Low-rank adapters (arXiv 2106.09685): train A·B beside frozen matrices, merge them at the end."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from models.train.names import Params
from models.train.step import Compose

#: The matrices of a block that get an adapter.
ADAPTED = ("qkv_proj", "out_proj", "fc_in", "fc_out")


def new_adapters(params: Params, rank: int, seed: int) -> Params:
    """Return adapters a [in, rank] and b [rank, out] of every block; b = 0, so nothing changes yet.

    Stacked blocks have stacked adapters.
    """
    key = jax.random.key(seed)
    adapters: Params = {}
    for block in sorted(name for name in params if name.startswith("h")):
        adapters[block] = {}
        for module in ADAPTED:
            key, own = jax.random.split(key)
            *stack, inner, outer = params[block][module]["kernel"].shape
            adapters[block][module] = {
                "a": jax.random.normal(own, (*stack, inner, rank)) * inner**-0.5,
                "b": jnp.zeros((*stack, rank, outer)),
            }
    return adapters


def merging(scale: float) -> Compose:
    """Return what adds `scale` · a · b to each adapted matrix."""

    def merge(adapters: Any, params: Any) -> Any:
        merged = dict(params)
        for block, modules in adapters.items():
            merged[block] = dict(params[block])
            for module, pair in modules.items():
                kernel = _sum(params[block][module]["kernel"], pair, scale)
                merged[block][module] = {**params[block][module], "kernel": kernel}
        return merged

    return merge


def _sum(kernel: Array, pair: dict[str, Array], scale: float) -> Array:
    return kernel + scale * (pair["a"] @ pair["b"])
