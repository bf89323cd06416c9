"""Choose a type for a memory budget."""

from __future__ import annotations

from collections.abc import Sequence

from codegen_cli.quality.measure import Quality


def recommend(measured: Sequence[Quality], budget: int) -> Quality | None:
    """Return the model nearest to the reference that fits `budget` bytes; None when none does."""
    fitting = [quality for quality in measured if quality.memory <= budget]
    return min(fitting, key=lambda q: (q.distance.kl_mean, q.memory), default=None)
