"""Run the samples' programs and judge what they print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.execute import Progress, answers, never, silent
from codegen_cli.evaluation.mtpb.difference import reason
from codegen_cli.evaluation.mtpb.judge import Ran, Rules, digest, judge
from codegen_cli.evaluation.mtpb.rewrite import Source, reference_source, strict_source
from codegen_cli.evaluation.mtpb.sample import MtpbSample
from codegen_cli.evaluation.mtpb.score import Mode, MtpbOutcome, MtpbScore
from codegen_cli.program import Problem
from codegen_cli.sandbox import Execution, Limits, Runner, Script

#: The released script's time limit (`time_limit(20)`), of CPU time here, in either mode.
LIMITS = Limits(cpu_seconds=20.0, wall_seconds=80.0)

_SHOWN = 3
_SOURCES: dict[Rules, Callable[[str], Source]] = {
    "reference": reference_source,
    "strict": strict_source,
}


def score_mtpb(
    problems: Sequence[Problem],
    samples: Sequence[MtpbSample],
    sandbox: Runner,
    mode: Mode = "reference",
    turns: str | None = None,
    should_stop: Callable[[], bool] = never,
    on_progress: Progress = silent,
    *,
    incomplete: bool = False,
) -> MtpbScore:
    """Run every sample's program, each on its own, and judge its last print.

    The expected outputs never enter the sandbox: printed values come back and are compared here.
    With `incomplete`, cases without samples are left out of the score.

    Raises:
        UsageError: a sample's problem or case is unknown, or a case has no sample.
        Interrupted: `should_stop` said so.
    """
    check_complete(problems, samples, incomplete=incomplete)
    modes: tuple[Rules, ...] = ("reference", "strict") if mode == "both" else (mode,)
    golds = {p.id: p.outputs for p in problems}
    expected = [golds[sample.id][sample.case] for sample in samples]
    sources = [tuple(_SOURCES[rules](sample.program) for rules in modes) for sample in samples]
    runs = _runs(sources, expected, sandbox, should_stop, on_progress)
    outcomes = [
        _outcome(sample, modes, texts, [runs[number, source.text] for source in texts], gold)
        for number, (sample, texts, gold) in enumerate(zip(samples, sources, expected, strict=True))
    ]
    attempted = {sample.id for sample in samples}
    return MtpbScore([p for p in problems if p.id in attempted], outcomes, mode, turns)


def check_complete(
    problems: Sequence[Problem], samples: Sequence[MtpbSample], *, incomplete: bool = False
) -> None:
    """Refuse samples of unknown problems and cases, and cases without samples or outputs.

    With `incomplete`, a case may have no sample.

    Raises:
        UsageError: naming the first of them.
    """
    for problem in problems:
        if not problem.outputs:
            message = f'problem {problem.id} has no "outputs", so nothing can be compared'
            raise UsageError(message, "add what each input should print")
    wanted = {(p.id, case) for p in problems for case in range(len(p.inputs))}
    for sample in samples:
        if (sample.id, sample.case) not in wanted:
            raise UsageError(
                f"no problem {sample.id!r} with a case {sample.case}",
                "give the --data file that the samples were made for",
            )
    if not samples:
        raise UsageError("there are no samples to score")
    there = {(sample.id, sample.case) for sample in samples}
    missing = [
        f"{p.id}#{case}"
        for p in problems
        for case in range(len(p.inputs))
        if (p.id, case) not in there
    ]
    if missing and not incomplete:
        names = ", ".join(missing[:_SHOWN]) + (", …" if len(missing) > _SHOWN else "")
        raise UsageError(
            f"{len(missing)} of {len(wanted)} cases have no sample: {names}",
            "--incomplete scores the others alone",
        )


def _runs(
    sources: Sequence[tuple[Source, ...]],
    expected: Sequence[Any],
    sandbox: Runner,
    should_stop: Callable[[], bool],
    on_progress: Progress,
) -> dict[tuple[int, str], Ran]:
    """Run each sample's distinct texts once, and keep of each what the rules look at."""
    jobs = list(
        dict.fromkeys(
            (number, source.text) for number, texts in enumerate(sources) for source in texts
        )
    )
    scripts = [Script(text, LIMITS, prints=True) for _, text in jobs]
    found: dict[tuple[int, str], Ran] = {}
    for number, answer in answers(scripts, sandbox, should_stop, on_progress):
        job = jobs[number]
        found[job] = digest(cast(Execution, answer), expected[job[0]])
    return found


def _outcome(
    sample: MtpbSample,
    modes: tuple[Rules, ...],
    sources: tuple[Source, ...],
    ran: list[Ran],
    gold: Any,
) -> MtpbOutcome:
    first, *others = [judge(run, rules, gold) for run, rules in zip(ran, modes, strict=True)]
    if not others:
        return MtpbOutcome(sample, first)
    why = None
    if first.passed != others[0].passed:
        why = reason((sources[0], ran[0]), (sources[1], ran[1]))
    return MtpbOutcome(sample, first, others[0], why)
