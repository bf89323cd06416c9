"""What training needs, computed from shapes alone: nothing is allocated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from models.train.model import init
from models.train.settings import Recipe, Training
from models.train.shape import ModelShape
from models.train.stage_run import decoder_of
from models.train.step import new_state


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of one device: the state (weights and moments), gradients, and kept activations."""

    parameters: int
    state: int
    gradients: int
    activations: int

    @property
    def total(self) -> int:
        """All of it; temporary buffers of the compiler come on top."""
        return self.state + self.gradients + self.activations


def memory_of(shape: ModelShape, training: Training, data_parallel: int) -> Memory:
    """Return what one device holds, with batches spread over so many groups of devices.

    Activations are what the backward pass needs: the residual before each block if blocks are
    computed again, else about 34 · S · B · E bytes of 16-bit numbers a block without attention's
    scores (Korthikanti et al., arXiv 2205.05198, equation 1), and the float32 logits.
    """
    decoder = decoder_of(shape, training)
    params = jax.eval_shape(lambda: init(decoder, 0))
    state = jax.eval_shape(lambda: new_state(params_like(params), training))
    parameters = sum(leaf.size for leaf in jax.tree.leaves(params))
    share = training.model_parallel
    tokens = training.batch // training.accumulate // data_parallel * training.sequence
    width = np.dtype(training.dtype).itemsize
    block = tokens * shape.width * (width if training.remat else 17 * width // share)
    logits = 4 * tokens * shape.vocab // share
    return Memory(
        parameters=parameters,
        state=_bytes(state) // share,
        gradients=4 * parameters // share,
        activations=shape.layers * block + logits,
    )


def params_like(shapes: Any) -> Any:
    """Return zeros of these shapes; only ever traced."""
    return jax.tree.map(lambda leaf: jax.numpy.zeros(leaf.shape, leaf.dtype), shapes)


def table(recipes: list[Recipe]) -> str:
    """Return the sizes of recipes as a table; the last stage's settings count."""
    head = f"{'recipe':<12}{'parameters':>16}{'GFLOPs/token':>14}{'state':>11}{'one device':>12}"
    lines = [head + "   (batch of one sequence a group of devices)"]
    for recipe in recipes:
        training = recipe.stages[-1].training
        parts = training.batch // training.accumulate
        memory = memory_of(recipe.model, training, parts)
        lines.append(
            f"{recipe.name:<12}{memory.parameters:>16,}"
            f"{recipe.model.flops_per_token(training.sequence) / 1e9:>14.2f}"
            f"{recipe.model.state_bytes() / 2**30:>7.1f} GiB{memory.total / 2**30:>8.1f} GiB"
        )
    return "\n".join(lines) + "\n"


def _bytes(tree: Any) -> int:
    return sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(tree))
