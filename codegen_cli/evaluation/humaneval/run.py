"""Run the tests: first on the canonical solutions, then on the samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from codegen_cli.errors import CheckFailed, UsageError
from codegen_cli.evaluation.execute import Progress, answers, never, silent
from codegen_cli.evaluation.humaneval.checks import Checker
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem
from codegen_cli.evaluation.humaneval.sample import HumanEvalSample, program_of
from codegen_cli.evaluation.humaneval.score import HumanEvalScore, Outcome
from codegen_cli.sandbox import Check, Runner, Verdict

_SHOWN = 3


def score_humaneval(
    problems: Sequence[HumanEvalProblem],
    samples: Sequence[HumanEvalSample],
    sandbox: Runner,
    ks: Sequence[int] = (1, 10, 100),
    should_stop: Callable[[], bool] = never,
    on_progress: Progress = silent,
    *,
    incomplete: bool = False,
) -> HumanEvalScore:
    """Check every sample, after the canonical solutions have shown that the harness is right.

    With `incomplete`, problems without samples are left out of the score.

    Raises:
        UsageError: a sample's problem is unknown, or a problem has no sample at some temperature.
        CheckFailed: a canonical solution does not pass.
        Interrupted: `should_stop` said so.
    """
    check_complete(problems, samples, incomplete=incomplete)
    checkers = check_canonical(problems, sandbox, should_stop)
    checks = [
        checkers[sample.task_id].checks(program_of(sample, checkers[sample.task_id].problem))
        for sample in samples
    ]
    verdicts = _verdicts(checks, sandbox, should_stop, on_progress)
    outcomes = [
        Outcome(checkers[sample.task_id].problem, sample, *found)
        for sample, found in zip(samples, verdicts, strict=True)
    ]
    attempted = {sample.task_id for sample in samples}
    scored = [problem for problem in problems if problem.task_id in attempted]
    return HumanEvalScore(scored, outcomes, tuple(ks))


def check_canonical(
    problems: Sequence[HumanEvalProblem], sandbox: Runner, should_stop: Callable[[], bool] = never
) -> dict[str, Checker]:
    """Let the canonical solutions pass, and return by problem what makes its checks.

    A problem without a canonical solution is left out of that.

    Raises:
        CheckFailed: one does not pass, so that no other verdict could be trusted.
    """
    checkers = {problem.task_id: Checker(problem) for problem in problems}
    checks = [checker.canonical() for checker in checkers.values()]
    failed = []
    verdicts = _verdicts(checks, sandbox, should_stop, silent)
    for checker, found in zip(checkers.values(), verdicts, strict=True):
        failed += [f"{checker.problem.task_id} {v.result}" for v in found if not v.passed][:1]
        checker.learn([verdict.cpu_seconds for verdict in found])
    if failed:
        shown = "; ".join(failed[:_SHOWN])
        raise CheckFailed(
            f"{len(failed)} of {len(problems)} canonical solutions do not pass: {shown}",
            "no score is given: check the data file, and `codegen doctor`",
        )
    return checkers


def check_complete(
    problems: Sequence[HumanEvalProblem],
    samples: Sequence[HumanEvalSample],
    *,
    incomplete: bool = False,
) -> None:
    """Refuse samples of unknown problems, and problems without samples at some temperature.

    With `incomplete`, only the former.

    Raises:
        UsageError: naming the first of them.
    """
    known = {problem.task_id for problem in problems}
    seen: dict[float | None, set[str]] = {}
    for sample in samples:
        if sample.task_id not in known:
            hint = "give the --data file that the samples were made for"
            raise UsageError(f"no problem has the task_id {sample.task_id!r}", hint)
        seen.setdefault(sample.temperature, set()).add(sample.task_id)
    if not seen:
        raise UsageError("there are no samples to score")
    for temperature, there in seen.items() if not incomplete else ():
        missing = [p.task_id for p in problems if p.task_id not in there]
        if missing:
            at = f" at temperature {temperature:g}" if temperature is not None else ""
            names = ", ".join(missing[:_SHOWN]) + (", …" if len(missing) > _SHOWN else "")
            raise UsageError(
                f"{len(missing)} of {len(problems)} problems have no sample{at}: {names}",
                "--incomplete scores the others alone",
            )


def _verdicts(
    checks: Sequence[Sequence[Check]],
    sandbox: Runner,
    should_stop: Callable[[], bool],
    on_progress: Progress,
) -> list[list[Verdict]]:
    """Return the verdicts of every program's checks."""
    jobs = [check for own in checks for check in own]
    found: dict[int, Verdict] = {}
    for number, answer in answers(jobs, sandbox, should_stop, on_progress):
        found[number] = cast(Verdict, answer)
    numbers = iter(range(len(jobs)))
    return [[found[next(numbers)] for _ in own] for own in checks]
