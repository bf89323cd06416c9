"""HumanEval: pass@k of a run, temperature by temperature, and the best temperature for each k."""

from __future__ import annotations

from dataclasses import dataclass

from codegen_cli.evaluation.passk import pass_at_k
from codegen_cli.evaluation.report.run import Run, Tally
from codegen_cli.evaluation.statistics import Interval, bootstrap

#: The k of the paper's Table 1.
PAPER_K = (1, 10, 100)

#: Where the curves have points; those above the number of samples are left out.
_CURVE_K = (1, 2, 3, 5, 7, 10, 20, 30, 50, 70, 100, 150, 200)


@dataclass(frozen=True, slots=True)
class Temperature:
    """What a run found at one temperature.

    `samples` is the fewest that any problem has; pass@k goes no further. `missing` counts wanted
    samples that are not there or not scored.
    """

    temperature: float
    problems: int
    samples: int
    missing: int
    passed: int
    total: int
    pass_at_k: dict[int, Interval]


@dataclass(frozen=True, slots=True)
class Best:
    """The best temperature for one k."""

    temperature: float
    interval: Interval
    complete: bool


@dataclass(frozen=True, slots=True)
class HumanEval:
    """The figures of one run; `run` is its place among the runs of the report."""

    run: int
    temperatures: tuple[Temperature, ...]
    best: dict[int, Best]


def humaneval(number: int, run: Run) -> HumanEval:
    """Return the figures of a HumanEval run."""
    temperatures = tuple(
        _temperature(temperature, problems, run)
        for temperature, problems in sorted(run.tallies.items())
        if problems
    )
    return HumanEval(number, temperatures, _best(temperatures))


def _temperature(temperature: float, problems: dict[str, Tally], run: Run) -> Temperature:
    tallies = list(problems.values())
    samples = min(tally.total for tally in tallies)
    ks = [k for k in _CURVE_K if k <= samples]
    columns = [[pass_at_k(tally.total, tally.passed, k) for tally in tallies] for k in ks]
    total = sum(tally.total for tally in tallies)
    return Temperature(
        temperature=temperature,
        problems=len(tallies),
        samples=samples,
        missing=max(0, run.manifest.wanted * run.manifest.samples - total),
        passed=sum(tally.passed for tally in tallies),
        total=total,
        pass_at_k=dict(zip(ks, bootstrap(columns, [1.0] * len(tallies)), strict=True)),
    )


def _best(temperatures: tuple[Temperature, ...]) -> dict[int, Best]:
    """Choose among the complete temperatures, among all only where none is complete."""
    best = {}
    for k in PAPER_K:
        able = [found for found in temperatures if k in found.pass_at_k]
        able = [found for found in able if not found.missing] or able
        if able:
            # max takes the first of equals: the lowest temperature.
            winner = max(able, key=lambda found: found.pass_at_k[k].value)
            best[k] = Best(winner.temperature, winner.pass_at_k[k], not winner.missing)
    return best
