"""From perplexities and outcomes to bounds, and how well they tell on problems not fitted on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log
from random import Random

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.significance import auroc
from codegen_cli.synthesis.clarity import GRADES, Calibration, Counts

#: Bounds are looked for at these shares of the fit half, so that no grade is rarer than the first.
_SHARES = tuple(share / 20 for share in range(3, 18))
_GAP = 3

_LEAST_PROBLEMS = 20

_RESAMPLES = 2000
_SEED = 20220325


@dataclass(frozen=True, slots=True)
class Observation:
    """A program: its problem, the perplexity of its vaguest step, and whether it passed."""

    problem: str
    perplexity: float
    passed: bool


def calibrate(observations: Sequence[Observation]) -> Calibration:
    """Fit the bounds on every other problem, and test them on the rest.

    The bounds are the two that make the outcomes of the fit half likeliest when each grade has one
    rate of success, no vaguer grade a higher one.

    Raises:
        UsageError: there are too few problems, or a half has no program that passes or fails.
    """
    names = list(dict.fromkeys(seen.problem for seen in observations))
    chosen = set(names[::2])
    fit = [seen for seen in observations if seen.problem in chosen]
    test = [seen for seen in observations if seen.problem not in chosen]
    check_enough(len(names))
    _check_both_outcomes(fit, test)
    clear, vague = _bounds(fit)
    value, low, high = _auroc(test)
    found = Calibration(clear, vague, value, low, high, (), (), len(names))
    return Calibration(
        clear, vague, value, low, high, _counts(found, fit), _counts(found, test), len(names)
    )


def check_enough(problems: int) -> None:
    """Raise UsageError for too few problems to make two halves of."""
    if problems < _LEAST_PROBLEMS:
        raise UsageError(
            f"{problems} problems are too few to fit and test", f"give {_LEAST_PROBLEMS} or more"
        )


def _check_both_outcomes(fit: list[Observation], test: list[Observation]) -> None:
    for half in (fit, test):
        passed = sum(seen.passed for seen in half)
        if passed in (0, len(half)):
            which = "none" if passed == 0 else "all"
            raise UsageError(
                f"of {len(half)} programs {which} pass, so there is nothing to tell apart",
                f"give {'easier' if passed == 0 else 'harder'} problems",
            )


def _bounds(fit: Sequence[Observation]) -> tuple[float, float]:
    """Return the likeliest bounds; a model that shows no order gets those of equal thirds."""
    values = sorted(seen.perplexity for seen in fit)
    cuts = [values[int(share * len(values))] for share in _SHARES]
    best, best_value = (cuts[4], cuts[-5]), float("-inf")
    for i, j in combinations(range(len(cuts)), 2):
        if j - i < _GAP:
            continue
        groups = _graded(fit, cuts[i], cuts[j])
        rates = [sum(group) / len(group) if group else 0.0 for group in groups]
        value = sum(_likelihood(group) for group in groups)
        if rates[0] >= rates[1] >= rates[2] and value > best_value:
            best, best_value = (cuts[i], cuts[j]), value
    return best


def _graded(seen: Sequence[Observation], clear: float, vague: float) -> list[list[bool]]:
    groups: list[list[bool]] = [[], [], []]
    for one in seen:
        groups[(one.perplexity > clear) + (one.perplexity > vague)].append(one.passed)
    return groups


def _likelihood(outcomes: Sequence[bool]) -> float:
    passed = sum(outcomes)
    return sum(n * log(n / len(outcomes)) for n in (passed, len(outcomes) - passed) if n)


def _counts(calibration: Calibration, seen: Sequence[Observation]) -> tuple[Counts, ...]:
    groups = _graded(seen, calibration.clear, calibration.vague)
    return tuple(Counts(len(group), sum(group)) for _, group in zip(GRADES, groups, strict=True))


def _auroc(test: Sequence[Observation]) -> tuple[float, float, float]:
    """Return the area and its 95 % percentile interval; problems are drawn again, not programs."""
    by_problem: dict[str, list[Observation]] = {}
    for seen in test:
        by_problem.setdefault(seen.problem, []).append(seen)
    problems, random = list(by_problem.values()), Random(_SEED)
    areas = sorted(_resampled(problems, random))
    whole = _area(test)
    assert whole is not None  # checked before: both outcomes are there
    tail = int(0.025 * len(areas))
    return whole, areas[tail], areas[-1 - tail]


def _resampled(problems: list[list[Observation]], random: Random) -> Iterator[float]:
    for _ in range(_RESAMPLES):
        drawn = random.choices(problems, k=len(problems))
        area = _area([seen for group in drawn for seen in group])
        # A resample in which all pass says nothing either way.
        yield 0.5 if area is None else area


def _area(seen: Sequence[Observation]) -> float | None:
    passed = [one.perplexity for one in seen if one.passed]
    return auroc(passed, [one.perplexity for one in seen if not one.passed])
