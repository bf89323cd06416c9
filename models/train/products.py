"""Matrix products, with bfloat16 operands and float32 sums where a recipe asks for them.

XLA's CPU compiler gives a product to its fast kernels (AMX, where the processor has it) only when
operands are bfloat16, the result is float32, and the left operand lies in rows. A gradient such as
x.T @ g is such a product only after x.T was laid out anew: left to itself, the compiler reads x in
columns and takes seven times as long.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array
from jax.experimental.layout import Layout, with_layout_constraint


@partial(jax.custom_vjp, nondiff_argnums=(2,))
def mixed_product(left: Array, right: Array, across: bool = False) -> Array:
    """Return left @ right of float32 arrays [..., M, K] and [..., K, N], rounded to bfloat16 first.

    With `across`, right is [..., N, K] and is read as its transpose. The result is float32, and so
    are the gradients, which are such products too. Leading axes are equal.
    """
    return _product(left, right, across)


def _forward(left: Array, right: Array, across: bool) -> tuple[Array, tuple[Array, Array]]:
    kept = left.astype(jnp.bfloat16), right.astype(jnp.bfloat16)
    return _product(*kept, across), kept


def _backward(across: bool, kept: tuple[Array, Array], gradient: Array) -> tuple[Array, Array]:
    left, right = kept
    gradient = gradient.astype(jnp.bfloat16)
    to_left = _product(gradient, right, not across)
    if across:
        return to_left, _product(_in_rows(gradient), left)
    return to_left, _product(_in_rows(left), gradient)


def _in_rows(x: Array) -> Array:
    """Return the transpose of the last two axes, laid out anew."""
    return with_layout_constraint(
        jnp.swapaxes(x, -1, -2), Layout(major_to_minor=tuple(range(x.ndim)))
    )


def _product(left: Array, right: Array, across: bool = False) -> Array:
    batch = tuple(range(left.ndim - 2))
    contracted = (left.ndim - 1,), (right.ndim - (1 if across else 2),)
    return jax.lax.dot_general(
        left.astype(jnp.bfloat16),
        right.astype(jnp.bfloat16),
        (contracted, (batch, batch)),
        preferred_element_type=jnp.float32,
    )


mixed_product.defvjp(_forward, _backward)


def plain_product(left: Array, right: Array, across: bool = False) -> Array:
    """Return the same product with operands as they are and float32 sums."""
    right = jnp.swapaxes(right, -1, -2) if across else right
    return jnp.matmul(left, right, preferred_element_type=jnp.float32)


def dense_product(x: Array, weights: Array, _dimensions: Any, precision: Any = None) -> Array:
    """Return the mixed product of [T, E] and [E, F] in the form that flax's Dense asks for."""
    del precision
    return mixed_product(x, weights)
