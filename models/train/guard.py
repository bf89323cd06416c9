"""Refuse an update that would spoil the weights: not a number, or a loss far above the others."""

from __future__ import annotations

import jax.numpy as jnp
from flax import struct
from jax import Array

#: Steps before a spike is called one: the first losses fall fast, and nothing is known.
_WARM = 20

#: How much of the running mean one loss replaces.
_SHARE = 0.05


class Guard(struct.PyTreeNode):
    """The running mean of accepted losses, how many there were, and what was refused."""

    mean: Array
    seen: Array
    skipped: Array
    in_row: Array

    @classmethod
    def new(cls) -> Guard:
        """Return the guard before the first step."""
        # Each a buffer of its own: a donated buffer may be given once.
        seen, skipped, in_row = (jnp.zeros((), jnp.int32) for _ in range(3))
        return cls(jnp.zeros((), jnp.float32), seen, skipped, in_row)


def judge(guard: Guard, loss: Array, norm: Array, spike: float) -> tuple[Array, Guard]:
    """Return whether to refuse the update of this loss and gradient norm, and the next guard.

    `spike` is in nats above the running mean.
    """
    spoiled = ~(jnp.isfinite(loss) & jnp.isfinite(norm))
    high = (guard.seen >= _WARM) & (loss > guard.mean + spike)
    refused = spoiled | high
    share = jnp.where(guard.seen == 0, 1.0, _SHARE)
    mean = jnp.where(refused, guard.mean, guard.mean + share * (loss - guard.mean))
    return refused, Guard(
        mean=mean,
        seen=guard.seen + ~refused,
        skipped=guard.skipped + refused,
        in_row=jnp.where(refused, guard.in_row + 1, 0),
    )
