"""Means with their errors, and bootstrap intervals over problems, always the same ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

#: Resamples of a bootstrap.
REPLICATES = 10_000
SEED = 20220325
LEVEL = 0.95

#: Resampled problems held in memory at a time.
_BLOCK = 1 << 22


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean, its standard error (None for fewer than two values) and how many values."""

    value: float
    error: float | None
    count: int


def bootstrap(
    columns: Sequence[Sequence[float]], weights: Sequence[float], least: float = 0
) -> list[Interval]:
    """Return sum(column) / sum(weights) of each column with its percentile bootstrap interval.

    A column holds one figure a problem, each between `least` and 1 times its weight; problems are
    what is drawn again, with replacement, and all columns see the same draws (Efron and
    Tibshirani 1993, chapter 13). Problems that all agree show no spread to resample: see `_agreed`.
    """
    import numpy as np  # about 0.1 s

    values = np.asarray(columns, dtype=np.float64)
    parts = np.asarray(weights, dtype=np.float64)
    count = len(parts)
    rng = np.random.default_rng(SEED)
    block = max(1, _BLOCK // count)
    sums, totals = [], []
    for start in range(0, REPLICATES, block):
        draws = rng.integers(0, count, (min(block, REPLICATES - start), count))
        times = _times_drawn(draws)
        sums.append(times @ values.T)
        totals.append(times @ parts)
    replicates = np.concatenate(sums) / np.concatenate(totals)[:, None]
    tail = (1 - LEVEL) / 2
    lows, highs = np.quantile(replicates, (tail, 1 - tail), axis=0)
    found = []
    for column, low, high in zip(values, lows, highs, strict=True):
        value = float(column.sum() / parts.sum())
        agreed = np.ptp(column / parts) == 0
        found.append(
            _agreed(value, count, least) if agreed else Interval(value, float(low), float(high))
        )
    return found


def bootstrap_difference(first: Sequence[float], second: Sequence[float]) -> Interval:
    """Return the mean of `first - second`, paired by problem, with its bootstrap interval."""
    differences = [a - b for a, b in zip(first, second, strict=True)]
    return bootstrap([differences], [1.0] * len(differences), least=-1)[0]


def _agreed(value: float, count: int, least: float) -> Interval:
    """Return the interval of `count` problems that all have the same figure.

    Clopper and Pearson's exact bound says which share of all problems may still be different;
    those could lie anywhere between `least` and 1.
    """
    others = 1 - ((1 - LEVEL) / 2) ** (1 / count)
    return Interval(value, value - others * (value - least), value + others * (1 - value))


def mean(values: Sequence[float]) -> Mean:
    """Return a mean with its standard error, sd / √n (sd with n - 1)."""
    count = len(values)
    middle = math.fsum(values) / count
    if count < 2:
        return Mean(middle, None, count)
    variance = math.fsum((value - middle) ** 2 for value in values) / (count - 1)
    return Mean(middle, math.sqrt(variance / count), count)


def _times_drawn(draws: Any) -> Any:
    """Return how often each problem was drawn, a row a resample."""
    import numpy as np

    size, count = draws.shape
    places = draws + np.arange(size)[:, None] * count
    return np.bincount(places.ravel(), minlength=size * count).reshape(size, count)
