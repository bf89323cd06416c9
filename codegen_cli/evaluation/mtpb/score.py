"""What scoring MTPB samples found: judgements in the samples' order, and rates from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from codegen_cli.evaluation.mtpb.difference import Reason
from codegen_cli.evaluation.mtpb.judge import Judgement
from codegen_cli.evaluation.mtpb.known_bad import known_bad
from codegen_cli.evaluation.mtpb.sample import MtpbSample
from codegen_cli.program import Problem

#: `both` scores by the reference rules, and explains where the strict ones differ.
Mode = Literal["reference", "strict", "both"]


@dataclass(frozen=True, slots=True)
class MtpbOutcome:
    """A sample and its judgement; in mode `both` the strict one too, and why they differ."""

    sample: MtpbSample
    judgement: Judgement
    strict: Judgement | None = None
    difference: Reason | None = None

    @property
    def passed(self) -> bool:
        """Say whether it passed in the first mode."""
        return self.judgement.passed

    def row(self) -> dict[str, Any]:
        """Return the sample's row with its result."""
        row = {**self.sample.row, "result": self.judgement.result, "passed": self.passed}
        if self.strict is not None:
            row |= {
                "strict_result": self.strict.result,
                "strict_passed": self.strict.passed,
                "difference": self.difference,
            }
        return row


@dataclass(frozen=True, slots=True)
class MtpbScore:
    """The outcomes of all samples, in their order.

    `turns` says how they were made, "multi" or "single", where that is known.
    """

    problems: Sequence[Problem]
    outcomes: Sequence[MtpbOutcome]
    mode: Mode
    turns: str | None = None

    @property
    def passed(self) -> int:
        """Return how many samples passed."""
        return sum(outcome.passed for outcome in self.outcomes)

    @property
    def pass_rate(self) -> float:
        """Return the share of passing samples of all problems and cases (the paper's table 3)."""
        return self.passed / len(self.outcomes) if self.outcomes else 0.0

    def differences(self) -> dict[str, dict[str, int]]:
        """Count the samples that one mode alone passes, by reason."""
        counts: dict[str, Counter[str]] = {}
        for outcome in self.outcomes:
            if outcome.difference is not None:
                which = "reference_only" if outcome.passed else "strict_only"
                counts.setdefault(outcome.difference, Counter())[which] += 1
        sides = ("reference_only", "strict_only")
        return {key: {side: counts[key][side] for side in sides} for key in sorted(counts)}

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the samples' rows with their results."""
        return (outcome.row() for outcome in self.outcomes)

    def to_json(self) -> dict[str, Any]:
        """Return the summary of a run."""
        by_id = {problem.id: problem for problem in self.problems}
        bad = known_bad(self.problems)
        summary: dict[str, Any] = {
            "benchmark": "mtpb",
            "mode": "reference" if self.mode == "both" else self.mode,
            "turns": self.turns,
            "pass_rate": self.pass_rate,
            **_tally(self.outcomes),
            "by_category": self._by(lambda o: by_id[o.sample.id].category),
            "by_turns": self._by(lambda o: len(by_id[o.sample.id].prompts)),
            "context_overflows": sum(o.sample.context_overflow for o in self.outcomes),
            "known_bad": _tally([o for o in self.outcomes if (o.sample.id, o.sample.case) in bad]),
            "problems": self._problems(),
        }
        if self.mode == "both":
            passed = sum(o.strict is not None and o.strict.passed for o in self.outcomes)
            rate = passed / len(self.outcomes) if self.outcomes else 0.0
            summary["strict"] = {"pass_rate": rate, "passed": passed}
            summary["differences"] = self.differences()
        return summary

    def _problems(self) -> list[dict[str, Any]]:
        found = _grouped(self.outcomes, lambda o: o.sample.id)
        return [
            {
                "id": problem.id,
                "name": problem.name,
                "category": problem.category,
                "turns": len(problem.prompts),
                **_tally(found.get(problem.id, [])),
                "cases": [
                    {"case": case, **_tally(outcomes)}
                    for case, outcomes in _by_case(found.get(problem.id, [])).items()
                ],
            }
            for problem in self.problems
        ]

    def _by(self, key: Callable[[MtpbOutcome], Any]) -> dict[str, dict[str, int]]:
        found = _grouped(self.outcomes, key)
        return {str(name): _tally(found[name]) for name in sorted(found)}


def _by_case(outcomes: Sequence[MtpbOutcome]) -> dict[int, list[MtpbOutcome]]:
    return dict(sorted(_grouped(outcomes, lambda o: o.sample.case).items()))


def _grouped(
    outcomes: Sequence[MtpbOutcome], key: Callable[[MtpbOutcome], Any]
) -> dict[Any, list[MtpbOutcome]]:
    found: dict[Any, list[MtpbOutcome]] = {}
    for outcome in outcomes:
        found.setdefault(key(outcome), []).append(outcome)
    return found


def _tally(outcomes: Sequence[MtpbOutcome]) -> dict[str, int]:
    return {"passed": sum(outcome.passed for outcome in outcomes), "total": len(outcomes)}
