"""Several turns against one: two MTPB runs of one model, paired problem by problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from codegen_cli.evaluation.report.findings.perplexity import by_problem
from codegen_cli.evaluation.report.run import Run
from codegen_cli.evaluation.significance import Test, paired
from codegen_cli.evaluation.statistics import (
    Interval,
    Mean,
    bootstrap,
    bootstrap_difference,
    mean,
)

Difficulty = Literal["hard", "medium", "easy"]
DIFFICULTIES: tuple[Difficulty, ...] = ("hard", "medium", "easy")


@dataclass(frozen=True, slots=True)
class Gain:
    """The mean difference several turns - one turn over problems, and how many there are."""

    difference: Interval
    problems: int


@dataclass(frozen=True, slots=True)
class PromptGain:
    """Prompt perplexities of both runs over the problems that both have (the paper's Table 4)."""

    multi: Mean
    single: Mean
    test: Test | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two runs that differ in their turns alone; `multi` and `single` are places among the runs.

    `unpaired` counts problems that only one of them has.
    """

    multi: int
    single: int
    temperature: float
    multi_rate: Interval
    single_rate: Interval
    gain: Gain
    by_difficulty: dict[Difficulty, Gain]
    prompts: PromptGain | None
    unpaired: int


Rates = dict[str, tuple[float, float]]
Match = tuple[int, int, float]


def pairs(runs: list[Run]) -> list[Pair]:
    """Return every pair of a multi-turn and a single-turn run that can be compared."""
    matches = _matches(runs)
    rates = {match: _rates(runs, match) for match in matches}
    difficulty = {
        key: _difficulties([rates[m] for m in matches if _data(runs[m[0]]) == key])
        for key in {_data(runs[match[0]]) for match in matches}
    }
    return [
        _pair(runs, match, rates[match], difficulty[_data(runs[match[0]])]) for match in matches
    ]


def difficulty_of(rate: float) -> Difficulty:
    """Return the paper's level: easy above 70 %, hard below 30 %.

    Source: arXiv 2203.13474, Figure 2.

    >>> difficulty_of(0.7), difficulty_of(0.71), difficulty_of(0.29)
    ('medium', 'easy', 'hard')
    """
    if rate > 0.7:
        return "easy"
    return "hard" if rate < 0.3 else "medium"


def _matches(runs: list[Run]) -> list[Match]:
    """Pair the runs: the same model, data, engine, scoring and sampling; rather the same seed."""
    found = []
    for multi, run in enumerate(runs):
        if run.manifest.turns != "multi":
            continue
        same = [
            number
            for number, other in enumerate(runs)
            if other.manifest.turns == "single" and _model(other) == _model(run)
        ]
        for temperature in sorted(run.tallies):
            able = [number for number in same if _shared(run, runs[number], temperature)]
            # min takes the first of equals.
            if able:
                seed = run.manifest.seed
                best = min(able, key=lambda number: runs[number].manifest.seed != seed)
                found.append((multi, best, temperature))
    return found


def _model(run: Run) -> tuple[object, ...]:
    facts = run.manifest
    model = facts.model
    return (model.sha256 or model.name, model.adapters, facts.engine, facts.top_p, *_data(run))


def _data(run: Run) -> tuple[object, ...]:
    return (run.manifest.data_sha256, run.manifest.limit, run.manifest.mode)


def _shared(multi: Run, single: Run, temperature: float) -> set[str]:
    return set(multi.tallies[temperature]) & set(single.tallies.get(temperature, {}))


def _rates(runs: list[Run], match: Match) -> Rates:
    multi, single, temperature = runs[match[0]], runs[match[1]], match[2]
    return {
        name: (multi.tallies[temperature][name].rate, single.tallies[temperature][name].rate)
        for name in sorted(_shared(multi, single, temperature))
    }


def _difficulties(paired: list[Rates]) -> dict[str, Difficulty]:
    """Sort problems by their pass rate, averaged over both forms and all models compared."""
    seen: dict[str, list[float]] = {}
    for rates in paired:
        for name, both in rates.items():
            seen.setdefault(name, []).extend(both)
    return {name: difficulty_of(sum(rates) / len(rates)) for name, rates in seen.items()}


def _pair(runs: list[Run], match: Match, rates: Rates, levels: dict[str, Difficulty]) -> Pair:
    multi, single, temperature = match
    both = list(zip(*rates.values(), strict=True))
    multi_rate, single_rate = bootstrap(both, [1.0] * len(rates))
    every = set(runs[multi].tallies[temperature]) | set(runs[single].tallies[temperature])
    groups = {
        level: [rates[name] for name in rates if levels[name] == level] for level in DIFFICULTIES
    }
    return Pair(
        multi=multi,
        single=single,
        temperature=temperature,
        multi_rate=multi_rate,
        single_rate=single_rate,
        gain=_gain(list(rates.values())),
        by_difficulty={level: _gain(members) for level, members in groups.items() if members},
        prompts=_prompts(runs[multi], runs[single]),
        unpaired=len(every) - len(rates),
    )


def _prompts(multi: Run, single: Run) -> PromptGain | None:
    several, one = by_problem(multi.prompts), by_problem(single.prompts)
    names = sorted(set(several) & set(one))
    if not names:
        return None
    both = [several[name] for name in names], [one[name] for name in names]
    return PromptGain(mean(both[0]), mean(both[1]), paired(*both))


def _gain(both: list[tuple[float, float]]) -> Gain:
    return Gain(bootstrap_difference(*zip(*both, strict=True)), len(both))
