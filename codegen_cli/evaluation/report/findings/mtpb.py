"""MTPB: the pass rate of a run, by category and by number of turns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from codegen_cli.evaluation.report.run import Kind, Run, Tally
from codegen_cli.evaluation.statistics import Interval, bootstrap

Key = TypeVar("Key", str, int)


@dataclass(frozen=True, slots=True)
class Rate:
    """The pass rate of some problems: passed samples of all samples."""

    rate: Interval
    passed: int
    total: int
    problems: int


@dataclass(frozen=True, slots=True)
class Mtpb:
    """The figures of one run at one temperature; `run` is its place among the report's runs.

    `missing` counts wanted samples that are not there or not scored, as far as one can tell: a
    case of which nothing was sampled is seen only beside problems with more cases.
    """

    run: int
    temperature: float
    overall: Rate
    missing: int
    by_category: dict[str, Rate]
    by_turns: dict[int, Rate]


def mtpb(number: int, run: Run) -> list[Mtpb]:
    """Return the figures of an MTPB run, one a temperature."""
    return [
        _at(number, temperature, problems, run)
        for temperature, problems in sorted(run.tallies.items())
        if problems
    ]


def rate_of(tallies: Iterable[Tally]) -> Rate:
    """Return the pass rate of problems, at least one, with its interval over them."""
    every = list(tallies)
    passed = [float(tally.passed) for tally in every]
    total = [float(tally.total) for tally in every]
    return Rate(bootstrap([passed], total)[0], int(sum(passed)), int(sum(total)), len(every))


def most_cases(problems: dict[str, Tally]) -> int:
    """Return how many cases the problem with the most of them has."""
    return max(tally.cases for tally in problems.values())


def _at(number: int, temperature: float, problems: dict[str, Tally], run: Run) -> Mtpb:
    cases = most_cases(problems)
    overall = rate_of(problems.values())
    categories = _by(problems, run.summary.kinds, lambda kind: kind.category)
    turns = _by(problems, run.summary.kinds, lambda kind: kind.turns)
    largest = sorted(categories.items(), key=lambda item: (-item[1].problems, item[0]))
    return Mtpb(
        run=number,
        temperature=temperature,
        overall=overall,
        missing=max(0, run.manifest.wanted * cases * run.manifest.samples - overall.total),
        by_category=dict(largest),
        by_turns=dict(sorted(turns.items())),
    )


def _by(
    problems: dict[str, Tally], kinds: dict[str, Kind], key: Callable[[Kind], Key]
) -> dict[Key, Rate]:
    groups: dict[Key, list[Tally]] = {}
    for name, tally in problems.items():
        if name in kinds:
            groups.setdefault(key(kinds[name]), []).append(tally)
    return {name: rate_of(members) for name, members in groups.items()}
