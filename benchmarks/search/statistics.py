"""Pass rates with their uncertainty, in percent: problems are drawn again, pairs stay together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from codegen_cli.evaluation.statistics import Interval, bootstrap, bootstrap_difference


def by_problem(rows: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Return the pass rate of each problem over its cases and seeds."""
    passed: dict[str, list[float]] = defaultdict(list)
    for problem, right in rows:
        passed[problem].append(right)
    return {problem: sum(rights) / len(rights) for problem, rights in passed.items()}


def rate(rates: Mapping[str, float]) -> Interval:
    """Return the mean of the problems' pass rates."""
    return _percent(bootstrap([list(rates.values())], [1.0] * len(rates))[0])


def gain(one: Mapping[str, float], other: Mapping[str, float]) -> Interval:
    """Return how much more of its cases a problem passes with one strategy than with another."""
    both = sorted(one.keys() & other.keys())
    first, second = ([rates[problem] for problem in both] for rates in (one, other))
    return _percent(bootstrap_difference(first, second))


def shown(interval: Mapping[str, float]) -> str:
    """Return an interval as a table shows it."""
    return f"{interval['value']:.1f} [{interval['low']:.1f}, {interval['high']:.1f}]"


def _percent(interval: Interval) -> Interval:
    return Interval(100 * interval.value, 100 * interval.low, 100 * interval.high)
