"""Pass rates with their uncertainty: problems are drawn again, paired between strategies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the 95 % interval around it, in percent."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.1f} [{self.low:.1f}, {self.high:.1f}]"


def by_problem(rows: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Return the pass rate of each problem over its cases and seeds."""
    passed: dict[str, list[float]] = defaultdict(list)
    for problem, right in rows:
        passed[problem].append(right)
    return {problem: sum(rights) / len(rights) for problem, rights in passed.items()}


def bootstrap(values: Sequence[float], seed: int = 0) -> Interval:
    """Return the mean of a value a problem, with a percentile interval over drawn problems."""
    rng = np.random.default_rng(seed)
    data = np.asarray(values, dtype=float)
    drawn = data[rng.integers(0, len(data), (DRAWS, len(data)))].mean(axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Interval(100 * float(data.mean()), 100 * float(low), 100 * float(high))


def gain(one: dict[str, float], other: dict[str, float]) -> Interval:
    """Return how much more of its cases a problem passes with one strategy than with another."""
    both = sorted(one.keys() & other.keys())
    return bootstrap([one[problem] - other[problem] for problem in both])
