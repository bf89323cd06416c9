"""What scoring HumanEval samples found: verdicts in the samples' order, and pass@k from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem
from codegen_cli.evaluation.humaneval.sample import HumanEvalSample
from codegen_cli.evaluation.passk import mean_pass_at_k
from codegen_cli.sandbox import Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """A sample and its verdicts; `plus` is set where the problem has EvalPlus' inputs."""

    problem: HumanEvalProblem
    sample: HumanEvalSample
    base: Verdict
    plus: Verdict | None = None

    @property
    def passed(self) -> bool:
        """Say whether it passed the base test."""
        return self.base.passed

    @property
    def plus_passed(self) -> bool:
        """Say whether it passed EvalPlus' inputs and the base ones."""
        return self.base.passed and self.plus is not None and self.plus.passed

    def row(self) -> dict[str, Any]:
        """Return the sample's row with its result, in the words of openai/human-eval."""
        cpu = self.base.cpu_seconds + (self.plus.cpu_seconds if self.plus else 0.0)
        row = {**self.sample.row, "result": self.base.result, "passed": self.passed}
        if self.plus is not None:
            row |= {"plus_result": self.plus.result, "plus_passed": self.plus_passed}
        return {**row, "cpu_seconds": round(cpu, 4)}


@dataclass(frozen=True, slots=True)
class HumanEvalScore:
    """The outcomes of all samples, in their order."""

    problems: Sequence[HumanEvalProblem]
    outcomes: Sequence[Outcome]
    ks: tuple[int, ...]

    @property
    def has_plus(self) -> bool:
        """Say whether EvalPlus' inputs were run too."""
        return any(outcome.plus is not None for outcome in self.outcomes)

    @property
    def temperatures(self) -> list[float | None]:
        """Return the temperatures of the samples, lowest first; None for samples without one."""
        found = {outcome.sample.temperature for outcome in self.outcomes}
        return sorted(found, key=lambda t: (t is not None, t or 0.0))

    @property
    def omitted(self) -> tuple[int, ...]:
        """Return the k that no temperature has enough samples for."""
        best = self.best()
        return tuple(k for k in self.ks if k not in best)

    def at(self, temperature: float | None, *, plus: bool = False) -> dict[int, float]:
        """Return pass@k at one temperature, for the k that it has enough samples for."""
        counts = list(self._counts(temperature, plus))
        values = {k: mean_pass_at_k(counts, k) for k in self.ks}
        return {k: value for k, value in values.items() if value is not None}

    def best(self, *, plus: bool = False) -> dict[int, tuple[float, float | None]]:
        """Return for each k the highest pass@k of all temperatures, and which it was.

        The paper reports this (section 3, after Chen et al. 2021); the lowest wins a tie.
        """
        best: dict[int, tuple[float, float | None]] = {}
        for temperature in self.temperatures:
            for k, value in self.at(temperature, plus=plus).items():
                if k not in best or value > best[k][0]:
                    best[k] = value, temperature
        return best

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the samples' rows with their results."""
        return (outcome.row() for outcome in self.outcomes)

    def to_json(self) -> dict[str, Any]:
        """Return the summary of a run."""
        summary: dict[str, Any] = {
            "benchmark": "humaneval",
            **_best_json(self.best()),
            "by_temperature": {
                f"{t:g}": {
                    "pass_at_k": {str(k): value for k, value in self.at(t).items()},
                    **_tally([o for o in self.outcomes if o.sample.temperature == t]),
                }
                for t in self.temperatures
                if t is not None
            },
            **_tally(self.outcomes),
            "problems": [
                {"task_id": task_id, **_tally(outcomes)}
                for task_id, outcomes in self._by_task().items()
            ],
        }
        if self.has_plus:
            passed = sum(outcome.plus_passed for outcome in self.outcomes)
            summary["plus"] = {**_best_json(self.best(plus=True)), "passed": passed}
        return summary

    def _by_task(self) -> dict[str, list[Outcome]]:
        found: dict[str, list[Outcome]] = {problem.task_id: [] for problem in self.problems}
        for outcome in self.outcomes:
            found[outcome.sample.task_id].append(outcome)
        return found

    def _counts(self, temperature: float | None, plus: bool) -> Iterator[tuple[int, int]]:
        for outcomes in self._by_task().values():
            there = [o for o in outcomes if o.sample.temperature == temperature]
            if there:
                yield len(there), sum(o.plus_passed if plus else o.passed for o in there)


def _tally(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    tally = {"passed": sum(outcome.passed for outcome in outcomes), "total": len(outcomes)}
    if any(outcome.plus is not None for outcome in outcomes):
        tally["plus_passed"] = sum(outcome.plus_passed for outcome in outcomes)
    return tally


def _best_json(best: dict[int, tuple[float, float | None]]) -> dict[str, Any]:
    """Return plain numbers by k, and beside them the temperature that gave each."""
    return {
        "pass_at_k": {str(k): value for k, (value, _) in best.items()},
        "best_temperature": {str(k): temperature for k, (_, temperature) in best.items()},
    }
