"""The decoder: what a position sees, both ways to hold blocks, attention in blocks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from train_rows import SHAPE

from codegen_cli.errors import UsageError
from models.train import attention
from models.train.model import Decoder, init
from models.train.names import stacked, unstacked


def new(decoder: Decoder, seed: int) -> dict[str, Any]:
    return jax.jit(init, static_argnums=0)(decoder, seed)


def test_no_position_depends_on_a_later_one() -> None:
    decoder = Decoder(SHAPE)
    params = new(decoder, 0)
    embedding = params["wte"]["embedding"]
    tokens = jnp.arange(8)[None]

    def summed(table: jax.Array, position: int) -> jax.Array:
        logits = decoder.apply({"params": {**params, "wte": {"embedding": table}}}, tokens)
        return jnp.square(logits[0, position]).sum()

    gradient_of = jax.jit(jax.grad(summed))
    for position in (0, 3, 7):
        gradient = gradient_of(embedding, position)
        touched = np.abs(gradient).sum(axis=1) > 0
        assert touched[: position + 1].all()
        assert not touched[position + 1 :].any()


@pytest.mark.parametrize("length", [100, 300])
def test_attention_in_blocks_is_attention(length: int) -> None:
    keys = jax.random.split(jax.random.key(0), 3)
    q, k, v = (jax.random.normal(key, (2, length, 2, 8)) for key in keys)
    scores = jnp.einsum("bshd,bthd->bhst", q, k) / np.sqrt(8)
    scores = jnp.where(jnp.tril(jnp.ones((length, length))) > 0, scores, -jnp.inf)
    expected = jnp.einsum("bhst,bthd->bshd", jax.nn.softmax(scores), v)
    np.testing.assert_allclose(jax.jit(attention.attend)(q, k, v), expected, atol=2e-6)


def test_stacked_and_computed_again_blocks_give_the_same_logits_and_gradients() -> None:
    plain, scanned = Decoder(SHAPE), Decoder(SHAPE, scan=True, remat=True)
    params = new(plain, 1)
    tokens = jnp.arange(16).reshape(2, 8)

    def loss(params: object, decoder: Decoder) -> jax.Array:
        return jnp.square(decoder.apply({"params": params}, tokens)).mean()

    gradient = jax.jit(jax.grad(loss), static_argnums=1)
    expected = gradient(params, plain)
    found = unstacked(gradient(stacked(params, SHAPE), scanned), SHAPE)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-6), expected, found)
    kinds = jax.tree.map(jnp.shape, jax.eval_shape(lambda: init(scanned, 1)))
    assert kinds == jax.tree.map(jnp.shape, stacked(params, SHAPE))


def test_bfloat16_computes_nearly_the_same() -> None:
    params = new(Decoder(SHAPE), 0)
    tokens = jnp.arange(16).reshape(2, 8)
    exact = jax.jit(Decoder(SHAPE).apply)({"params": params}, tokens)
    rough = jax.jit(Decoder(SHAPE, jnp.bfloat16).apply)({"params": params}, tokens)
    assert rough.dtype == jnp.float32
    assert 0 < float(jnp.abs(exact - rough).max()) < 0.02


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"heads": 6}, "4"),
        ({"width": 34}, "heads"),
        ({"rotary": 3}, "odd"),
        ({"rotary": 10}, "odd"),
        ({"layers": 0}, "positive"),
    ],
)
def test_sizes_that_do_not_divide_are_refused(changes: dict[str, int], word: str) -> None:
    with pytest.raises(UsageError, match=word):
        replace(SHAPE, **changes)


def test_the_parameters_are_counted_without_the_model() -> None:
    params = jax.eval_shape(lambda: init(Decoder(SHAPE), 0))
    assert SHAPE.parameters == sum(leaf.size for leaf in jax.tree.leaves(params))
