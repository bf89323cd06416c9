"""Is a difference of means chance? Student's t, Welch's and paired, and the area under the ROC.

Welch, "The generalization of Student's problem…", Biometrika 34, 1947;
Hanley and McNeil, "The meaning and use of the area under a ROC curve", Radiology 143, 1982.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from codegen_cli.evaluation.statistics import mean


@dataclass(frozen=True, slots=True)
class Test:
    """A difference of means, its standard error, Student's t, degrees of freedom, two-sided p."""

    difference: float
    error: float
    t: float
    freedom: float
    p: float


def welch(first: Sequence[float], second: Sequence[float]) -> Test | None:
    """Compare two independent groups of unequal variance; None with fewer than two in one."""
    if len(first) < 2 or len(second) < 2:
        return None
    one, other = mean(first), mean(second)
    a, b = (one.error or 0.0) ** 2, (other.error or 0.0) ** 2
    if a + b == 0:
        return _test(one.value - other.value, 0.0, len(first) + len(second) - 2)
    freedom = (a + b) ** 2 / (a**2 / (len(first) - 1) + b**2 / (len(second) - 1))
    return _test(one.value - other.value, math.sqrt(a + b), freedom)


def paired(first: Sequence[float], second: Sequence[float]) -> Test | None:
    """Compare two figures of the same things, pair by pair; None with fewer than two pairs."""
    differences = [a - b for a, b in zip(first, second, strict=True)]
    if len(differences) < 2:
        return None
    found = mean(differences)
    return _test(found.value, found.error or 0.0, len(differences) - 1)


def auroc(low: Sequence[float], high: Sequence[float]) -> float | None:
    """Return how often a random value of `low` is below one of `high`, ties as halves.

    0.5 says that the value tells nothing about the group; None when a group is empty.
    """
    if not low or not high:
        return None
    ranked = sorted(low)
    below = sum(bisect_left(ranked, value) + bisect_right(ranked, value) for value in high)
    return below / 2 / (len(low) * len(high))


def student_p(t: float, freedom: float) -> float:
    """Return the two-sided p of Student's t: I_x(freedom/2, 1/2) at x = freedom/(freedom + t²)."""
    if math.isinf(t):
        return 0.0
    return _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def _test(difference: float, error: float, freedom: float) -> Test:
    if error == 0:
        t = 0.0 if difference == 0 else math.copysign(math.inf, difference)
    else:
        t = difference / error
    return Test(difference, error, t, freedom, student_p(t, freedom))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularized I_x(a, b) by its continued fraction (DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    # It converges in some √max(a, b) steps; this is several times as many.
    value = 1.0
    for step in range(100 + int(10 * math.sqrt(max(a, b))), 0, -1):
        m = step // 2
        if step % 2:
            part = -(a + m) * (a + b + m) / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            part = m * (b - m) / ((a + 2 * m - 1) * (a + 2 * m))
        value = 1 + part * x / value
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta) / (a * value)
