"""AdamW as GPT-3 was trained: linear warm-up, cosine decay, clipping, no decay of vectors."""

from __future__ import annotations

from typing import Any

import jax
import optax

from models.train.settings import Training

#: The leaves that are matrices, whatever axes a stack of layers adds.
_DECAYED = ("kernel", "embedding", "a", "b")


def schedule(training: Training) -> optax.Schedule:
    """Return the learning rate of each step (GPT-3, arXiv 2005.14165, appendix B).

    It rises from the first step on to the peak, falls along half a cosine, and stays at the end.
    """
    peak, warmup = training.learning_rate, training.warmup
    decay = training.decay or max(1, training.steps - warmup)
    return optax.warmup_cosine_decay_schedule(
        init_value=peak / (warmup + 1),
        peak_value=peak,
        warmup_steps=warmup,
        decay_steps=warmup + decay,
        end_value=peak * training.final,
    )


def decays(params: Any) -> Any:
    """Say for each leaf whether weight decay applies: matrices, not norms and biases."""
    return jax.tree_util.tree_map_with_path(lambda path, _: path[-1].key in _DECAYED, params)


def optimizer(training: Training) -> optax.GradientTransformation:
    """Return the optimizer of a stage; gradients are clipped before the moments see them."""
    return optax.chain(
        optax.clip_by_global_norm(training.clip),
        optax.scale_by_adam(training.beta1, training.beta2, training.epsilon),
        optax.add_decayed_weights(training.weight_decay, mask=decays),
        optax.scale_by_learning_rate(schedule(training)),
    )
