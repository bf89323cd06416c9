"""One step: golden figures, accumulation, weights, decay, the guard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from train_rows import SHAPE

from models.train.guard import Guard, judge
from models.train.loss import next_token_loss
from models.train.model import Decoder, init
from models.train.optimizer import decays, schedule
from models.train.rows import Sequences, order
from models.train.settings import Training
from models.train.step import State, make_step, new_state

Make = Callable[..., Training]

#: Loss and gradient norm of the first two steps of `advance` below.
GOLDEN = ((4.176986, 3.388874), (4.058679, 3.468790))


def advance(training: Training, rows: Sequences, steps: int) -> tuple[State, list[Any]]:
    decoder = Decoder(SHAPE)
    state = new_state(jax.jit(init, static_argnums=0)(decoder, 0), training)
    step = jax.jit(make_step(decoder, training))
    seen = []
    for number in range(steps):
        batch = rows.at(order(len(rows), 0, number * training.batch, training.batch))
        parts = (training.accumulate, -1, training.sequence)
        state, metrics = step(state, {}, batch.tokens.reshape(parts), batch.weights.reshape(parts))
        seen.append({key: float(value) for key, value in metrics.items()})
    return state, seen


def test_the_first_steps_are_the_golden_ones(training: Make, rows: Sequences) -> None:
    _, seen = advance(training(), rows, 2)
    found = tuple((one["loss"], one["gradient_norm"]) for one in seen)
    np.testing.assert_allclose(
        found,
        GOLDEN,
        rtol=2e-4,
        err_msg="The model, its initialization, the loss or the optimizer computes something else. "
        "If that was meant (or JAX changed its random numbers), check a real run against an old "
        "log, then write the new figures here; if not, find out what changed.",
    )


def test_accumulated_parts_are_the_whole_batch(training: Make, rows: Sequences) -> None:
    whole, whole_seen = advance(training(), rows, 3)
    parts, parts_seen = advance(training(accumulate=4), rows, 3)
    np.testing.assert_allclose(whole_seen[2]["loss"], parts_seen[2]["loss"], rtol=1e-5)
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, atol=2e-4), whole.trained, parts.trained
    )


def test_a_token_counts_by_its_own_weight() -> None:
    logits = jax.random.normal(jax.random.key(0), (1, 4, 64))
    tokens = jnp.array([[1, 2, 3, 4]])
    weights = jnp.array([[9.0, 0.0, 0.5, 1.0]])  # the first is nobody's target
    total, entropy, weight = next_token_loss(logits, tokens, weights, 0.1)
    log_p = jax.nn.log_softmax(logits[0])
    log_z = jax.nn.logsumexp(logits[0], axis=-1)
    assert float(weight) == 1.5
    expected = -0.5 * log_p[1, 3] - log_p[2, 4]
    np.testing.assert_allclose(entropy, expected, rtol=1e-5)
    extra = 0.1 * (0.5 * log_z[1] ** 2 + log_z[2] ** 2)
    np.testing.assert_allclose(total, expected + extra, rtol=1e-5)


def test_matrices_decay_and_vectors_do_not(training: Make) -> None:
    for scan in (False, True):
        params = jax.eval_shape(lambda scan=scan: init(Decoder(SHAPE, scan=scan), 0))
        flat = jax.tree_util.tree_leaves_with_path(decays(params))
        kinds = {path[-1].key: decayed for path, decayed in flat}
        assert kinds == {"kernel": True, "embedding": True, "scale": False, "bias": False}


def test_the_rate_rises_from_the_first_step_falls_and_stays(training: Make) -> None:
    rate = schedule(training(steps=100, warmup=9, decay=40, final=0.2, learning_rate=1.0))
    np.testing.assert_allclose(
        [rate(0), rate(9), rate(29), rate(49), rate(99)], [0.1, 1.0, 0.6, 0.2, 0.2], rtol=1e-5
    )


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 9.0])
def test_a_spoiled_or_high_loss_is_refused(bad: float) -> None:
    one = jnp.float32(1.0)
    guard = Guard.new()
    for _ in range(30):
        refused, guard = judge(guard, jnp.float32(3.0), one, 2.0)
        assert not refused
    refused, after = judge(guard, jnp.float32(bad), one, 2.0)
    assert refused
    assert (int(after.in_row), int(after.skipped), float(after.mean)) == (1, 1, 3.0)
    refused, after = judge(after, jnp.float32(4.0), one, 2.0)
    assert not refused
    assert int(after.in_row) == 0


def test_a_refused_step_changes_no_weight(training: Make, rows: Sequences) -> None:
    settings = training()
    decoder = Decoder(SHAPE)
    state = new_state(jax.jit(init, static_argnums=0)(decoder, 0), settings)
    batch = rows.at(np.arange(4))
    weights = batch.weights * np.float32(np.nan)
    after, metrics = jax.jit(make_step(decoder, settings))(
        state, {}, batch.tokens[None], weights[None]
    )
    assert int(after.step) == 1
    assert int(metrics["skipped_in_row"]) == 1
    jax.tree.map(np.testing.assert_array_equal, state.trained, after.trained)
    jax.tree.map(np.testing.assert_array_equal, state.optimizer, after.optimizer)
