"""Causal self-attention with rotary positions, as CodeGen computes it.

Shapes: B sequences, S positions, H heads of D dimensions, R of them rotated.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import Array

from models.train.products import mixed_product, plain_product

#: Positions of one block of queries: each sees only the keys up to its end, not the whole square.
_BLOCK = 128

#: With longer sequences the blocks grow, so that the compiled program does not.
_MOST_BLOCKS = 8


def rotate(x_BSHD: Array, rotary: int) -> Array:
    """Rotate the first `rotary` dimensions of each head, in neighbouring pairs (GPT-J's order)."""
    length = x_BSHD.shape[1]
    inverse = 1.0 / 10000 ** (jnp.arange(0, rotary, 2, dtype=jnp.float32) / rotary)
    angle = jnp.arange(length, dtype=jnp.float32)[:, None] * inverse
    sin = jnp.sin(angle)[None, :, None, :].astype(x_BSHD.dtype)
    cos = jnp.cos(angle)[None, :, None, :].astype(x_BSHD.dtype)
    turned, kept = x_BSHD[..., :rotary], x_BSHD[..., rotary:]
    pairs = turned.reshape(*turned.shape[:-1], rotary // 2, 2)
    even, odd = pairs[..., 0], pairs[..., 1]
    mixed = jnp.stack([even * cos - odd * sin, odd * cos + even * sin], axis=-1)
    return jnp.concatenate([mixed.reshape(turned.shape), kept], axis=-1)


def attend(q_BSHD: Array, k_BSHD: Array, v_BSHD: Array, mixed: bool = False) -> Array:
    """Return what each position reads from itself and those before it; scores are float32.

    `mixed` rounds the operands of products to bfloat16.
    """
    product = mixed_product if mixed else plain_product
    length = q_BSHD.shape[1]
    block = max(_BLOCK, -(-length // _MOST_BLOCKS))
    q, k, v = (x.transpose(0, 2, 1, 3) for x in (q_BSHD, k_BSHD, v_BSHD))
    q = q * q.shape[-1] ** -0.5
    parts = [
        _attend_block(q[:, :, begin : begin + block], k, v, begin, product)
        for begin in range(0, length, block)
    ]
    return jnp.concatenate(parts, axis=2).transpose(0, 2, 1, 3)


def _attend_block(
    q_BHsD: Array, k_BHSD: Array, v_BHSD: Array, begin: int, product: Callable[..., Array]
) -> Array:
    end = begin + q_BHsD.shape[2]
    k, v = k_BHSD[:, :, :end], v_BHSD[:, :, :end]
    scores = product(q_BHsD, k, True)
    seen = jnp.arange(end)[None, :] <= jnp.arange(begin, end)[:, None]
    scores = jnp.where(seen, scores, jnp.finfo(jnp.float32).min)
    weights = jax.nn.softmax(scores, axis=-1).astype(v.dtype)
    return product(weights, v).astype(v.dtype)
