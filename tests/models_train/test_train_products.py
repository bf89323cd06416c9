"""Matrix products with rounded operands: values, gradients, and what a model makes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array
from train_rows import SHAPE

from codegen_cli.errors import UsageError
from models.train.model import Decoder, init
from models.train.products import mixed_product, plain_product
from models.train.settings import Training


def rounded(x: Array) -> Any:
    return np.asarray(x.astype(jnp.bfloat16).astype(jnp.float32), np.float64)


@pytest.mark.parametrize("leading", [(), (2, 3)])
@pytest.mark.parametrize("across", [False, True])
def test_operands_are_rounded_and_sums_are_not(leading: tuple[int, ...], across: bool) -> None:
    keys = jax.random.split(jax.random.key(0), 3)
    left = jax.random.normal(keys[0], (*leading, 7, 40))
    right = jax.random.normal(keys[1], (*leading, 5, 40) if across else (*leading, 40, 5))
    gradient = jax.random.normal(keys[2], (*leading, 7, 5))

    product, back = jax.vjp(lambda a, b: mixed_product(a, b, across), left, right)
    to_left, to_right = back(gradient)

    a, b, g = rounded(left), rounded(right), rounded(gradient)
    b = np.swapaxes(b, -1, -2) if across else b
    expected_right = np.swapaxes(a, -1, -2) @ g
    expected_right = np.swapaxes(expected_right, -1, -2) if across else expected_right
    np.testing.assert_allclose(product, a @ b, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(to_left, g @ np.swapaxes(b, -1, -2), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(to_right, expected_right, rtol=1e-4, atol=1e-5)
    assert {x.dtype for x in (product, to_left, to_right)} == {jnp.dtype("float32")}
    exact = plain_product(left, right, across)
    np.testing.assert_allclose(product, exact, rtol=0.1, atol=0.15)
    assert np.any(product != exact)


def test_a_mixed_decoder_is_the_exact_one_up_to_rounding() -> None:
    params = jax.jit(lambda: init(Decoder(SHAPE), 0))()
    tokens = jax.random.randint(jax.random.key(1), (2, 8), 0, SHAPE.vocab)

    def loss(params: Any, mixed: bool) -> Array:
        logits = Decoder(SHAPE, mixed=mixed).apply({"params": params}, tokens)
        return -jnp.mean(jax.nn.log_softmax(logits)[..., 0])

    value = jax.jit(jax.value_and_grad(loss), static_argnums=1)
    (exact, exact_gradient), (near, near_gradient) = value(params, False), value(params, True)

    assert exact != near
    assert abs(exact - near) < 1e-3 * exact
    dots = jax.tree.map(lambda a, b: jnp.vdot(a, b), exact_gradient, near_gradient)
    norms = [
        sum(jnp.vdot(leaf, leaf) for leaf in jax.tree.leaves(tree)) ** 0.5
        for tree in (exact_gradient, near_gradient)
    ]
    assert sum(jax.tree.leaves(dots)) / (norms[0] * norms[1]) > 0.999


def test_mixed_products_are_for_float32(training: Callable[..., Training]) -> None:
    with pytest.raises(UsageError, match='dtype = "bfloat16"'):
        training(mixed=True, dtype="bfloat16")
