"""The examples of a chat, and how the program fares with each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from codegen_cli.errors import UsageError
from codegen_cli.program.cases import Case, bind
from codegen_cli.sandbox import Execution

#: Run programs whose last printed value is wanted.
RunAll = Callable[[list[str]], list[Execution]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case and what became of it; `why` is empty where it passes."""

    case: Case
    why: str


def check(source: str, cases: Sequence[Case], run_all: RunAll) -> list[Outcome]:
    """Run the program for each case and compare what it prints last, by MTPB's strict rules.

    Raises:
        Interrupted: Ctrl-C.
    """
    bound: dict[int, str] = {}
    outcomes = dict.fromkeys(range(len(cases)), "")
    for number, case in enumerate(cases):
        try:
            bound[number] = bind(source, cases[0], case)
        except UsageError as error:
            outcomes[number] = error.message
    for number, execution in zip(bound, run_all(list(bound.values())), strict=True):
        outcomes[number] = _why(execution, cases[number].output)
    return [Outcome(case, outcomes[number]) for number, case in enumerate(cases)]


def grid(outcomes: Sequence[Outcome]) -> list[str]:
    """Return a line a case under one that counts them; the words tell, not a colour.

    Where all fail for one reason, that line says it.
    """
    passed = sum(not outcome.why for outcome in outcomes)
    reasons = {outcome.why for outcome in outcomes}
    if len(outcomes) > 1 and len(reasons) == 1 and not passed:
        return [f"cases: 0 of {len(outcomes)} pass  ({reasons.pop()})"]
    lines = [f"cases: {passed} of {len(outcomes)} pass"]
    for number, outcome in enumerate(outcomes, 1):
        why = f"  ({outcome.why})" if outcome.why else ""
        lines.append(f"  {number} {'FAIL' if why else 'pass'}  {outcome.case.text}{why}")
    return lines


def _why(execution: Execution, gold: object) -> str:
    from codegen_cli.evaluation.mtpb.judge import digest, judge

    verdict = judge(digest(execution, gold), "strict", gold)
    return "" if verdict.passed else verdict.result.removeprefix("failed: ")
