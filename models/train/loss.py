"""The loss of next-token prediction, as a sum and the weight it must be divided by."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array


def next_token_loss(
    logits_BSV: Array, tokens_BS: Array, weights_BS: Array, z_loss: float
) -> tuple[Array, Array, Array]:
    """Return the weighted sums of what is minimized and of the cross entropy, and the weight.

    Position s predicts token s + 1, whose weight counts; the last position predicts nothing.
    `z_loss` times log(Z)^2 keeps the normalizer near 1 (PaLM, arXiv 2204.02311, section 5).
    """
    # Shapes stay a power of two: the last target is any token, and weighs nothing.
    targets = jnp.roll(tokens_BS, -1, axis=1)
    weights = jnp.roll(weights_BS, -1, axis=1).at[:, -1].set(0.0)
    log_z = jax.nn.logsumexp(logits_BSV, axis=-1)
    # Not a gather: its gradient is a scatter, slow on a CPU and worse on a divided vocabulary.
    is_target = jnp.arange(logits_BSV.shape[-1]) == targets[..., None]
    chosen = jnp.sum(jnp.where(is_target, logits_BSV, 0.0), axis=-1)
    entropy = jnp.sum((log_z - chosen) * weights)
    total = entropy + z_loss * jnp.sum(jnp.square(log_z) * weights) if z_loss else entropy
    return total, entropy, jnp.sum(weights)
