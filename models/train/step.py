"""One optimizer step: loss and gradients over the parts of a batch, guard, update."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import struct
from jax import Array

from models.train.guard import Guard, judge
from models.train.loss import next_token_loss
from models.train.model import Decoder
from models.train.optimizer import optimizer, schedule
from models.train.settings import Training

#: Makes the weights of the decoder from what is trained and what is frozen.
Compose = Callable[[Any, Any], Any]


class State(struct.PyTreeNode):
    """All that a step changes; `step` is also the position in the data, in batches."""

    step: Array
    trained: Any
    optimizer: Any
    guard: Guard


def new_state(trained: Any, training: Training) -> State:
    """Return the state before the first step."""
    return State(
        step=jnp.zeros((), jnp.int32),
        trained=trained,
        optimizer=optimizer(training).init(trained),
        guard=Guard.new(),
    )


def whole(trained: Any, _frozen: Any) -> Any:
    """Compose the weights when all of them are trained."""
    return trained


def make_step(
    decoder: Decoder, training: Training, compose: Compose = whole
) -> Callable[[State, Any, Array, Array], tuple[State, dict[str, Array]]]:
    """Return the pure function of one step.

    It takes the state, the frozen weights, and tokens and loss weights [accumulate, B, S]; it
    returns the next state and the step's metrics. A step that `judge` refuses changes nothing but
    `step` and the guard.
    """
    update = optimizer(training)
    rate = schedule(training)

    def loss(trained: Any, frozen: Any, tokens: Array, weights: Array) -> tuple[Array, Any]:
        logits = decoder.apply({"params": compose(trained, frozen)}, tokens)
        total, entropy, weight = next_token_loss(logits, tokens, weights, training.z_loss)
        return total, (entropy, weight)

    gradient = jax.value_and_grad(loss, has_aux=True)

    def sums(trained: Any, frozen: Any, tokens: Array, weights: Array) -> Any:
        """Return the summed loss, its parts and its gradients, one part of the batch at a time."""
        if tokens.shape[0] == 1:
            return gradient(trained, frozen, tokens[0], weights[0])

        def add(carry: Any, part: tuple[Array, Array]) -> tuple[Any, None]:
            return jax.tree.map(jnp.add, carry, gradient(trained, frozen, *part)), None

        shapes = jax.eval_shape(gradient, trained, frozen, tokens[0], weights[0])
        zeros = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
        return jax.lax.scan(add, zeros, (tokens, weights))[0]

    def step(
        state: State, frozen: Any, tokens: Array, weights: Array
    ) -> tuple[State, dict[str, Array]]:
        (_, (entropy, weight)), gradients = sums(state.trained, frozen, tokens, weights)
        weight = jnp.maximum(weight, 1e-6)
        gradients = jax.tree.map(lambda leaf: leaf / weight, gradients)
        mean, norm = entropy / weight, optax.tree.norm(gradients)
        refused, guard = judge(state.guard, mean, norm, training.spike)
        changes, moments = update.update(gradients, state.optimizer, state.trained)
        trained = optax.apply_updates(state.trained, changes)
        kept = jax.tree.map(
            lambda old, new: jnp.where(refused, old, new),
            (state.trained, state.optimizer),
            (trained, moments),
        )
        metrics = {
            "loss": mean,
            "gradient_norm": norm,
            "learning_rate": jnp.asarray(rate(state.step - state.guard.skipped), jnp.float32),
            "skipped": guard.skipped,
            "skipped_in_row": guard.in_row,
        }
        return State(state.step + 1, *kept, guard), metrics

    return step


def make_evaluation(
    decoder: Decoder, compose: Compose = whole
) -> Callable[[Any, Any, Array, Array], tuple[Array, Array]]:
    """Return the pure function of the cross entropy of one part [1, B, S]: its sum and weight."""

    def evaluate(trained: Any, frozen: Any, tokens: Array, weights: Array) -> tuple[Array, Array]:
        logits = decoder.apply({"params": compose(trained, frozen)}, tokens[0])
        _, entropy, weight = next_token_loss(logits, tokens[0], weights[0], 0.0)
        return entropy, weight

    return evaluate
