"""What a reader must know before trusting a run's figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from codegen_cli.evaluation.report import paper
from codegen_cli.evaluation.report.findings.mtpb import most_cases
from codegen_cli.evaluation.report.run import Run

#: incomplete: figures stand on a part of the samples. data: other problems than the paper's.
#: small: too few problems or samples for the interval to be sharp. paper: another protocol than
#: the paper's. other: anything else.
Subject = Literal["incomplete", "data", "small", "paper", "other"]

_OTHER_DATA = "other problems, fewer of them or other scoring than the published figures"

#: Below this a bootstrap over problems is rough, and the interval wide.
_FEW_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence about a run."""

    subject: Subject
    text: str


def remarks(run: Run, letter: str) -> Iterator[Remark]:
    """Yield what is special about a run, the gravest first; `letter` marks other problems."""
    missing = "; ".join(_incomplete(run))
    if missing:
        yield Remark("incomplete", f"incomplete: {missing}")
    for text in _scoring(run):
        yield Remark("other", text)
    if letter:
        yield Remark("data", f"problems {letter}: {_OTHER_DATA}")
    small = "; ".join(_small(run))
    if small:
        yield Remark("small", small)
    differences = ", ".join(_differences(run))
    if differences:
        yield Remark("paper", f"not the paper's protocol: {differences}")


def _incomplete(run: Run) -> Iterator[str]:
    for temperature in run.manifest.temperatures:
        parts = list(_missing(run, temperature))
        if parts:
            yield f"T {temperature:g} has {' and '.join(parts)}"


def _missing(run: Run, temperature: float) -> Iterator[str]:
    facts = run.manifest
    problems = run.tallies.get(temperature, {})
    unscored = run.unscored.get(temperature, 0)
    if not problems:
        yield f"{unscored:,} samples, none scored" if unscored else "no samples"
        return
    if len(problems) < facts.wanted:
        yield f"{len(problems)} of {facts.wanted} problems"
    wanted = most_cases(problems) * facts.samples
    short = sum(tally.total < wanted for tally in problems.values())
    if short:
        yield f"{short} with too few samples"
    if unscored:
        yield f"{unscored:,} samples that are not scored"


def _scoring(run: Run) -> Iterator[str]:
    summary = run.summary
    if summary.counts not in (None, run.counts):
        yield "summary.json counts otherwise than the results, which are used here: score it again"
    if run.manifest.sandbox == "none":
        yield "scored without a sandbox: a program could have forged its verdict"
    if summary.plus:
        values = ", ".join(f"pass@{k} {100 * value:.2f}" for k, value in summary.plus.items())
        yield f"with EvalPlus' tests too: {values}"
    if summary.strict is not None:
        yield f"strict scoring of the same samples: {100 * summary.strict:.2f} % passed"
    if summary.overflows:
        yield f"{summary.overflows:,} programs outgrew the context and ended early"


def _small(run: Run) -> Iterator[str]:
    facts = run.manifest
    if facts.wanted < _FEW_PROBLEMS:
        yield f"only {facts.wanted} problems, so the interval is wide and rough"
    if facts.benchmark == "humaneval" and facts.samples in (1, 10, 100):
        yield f"pass@{facts.samples} from {facts.samples} samples a problem is a noisy estimate"


def _differences(run: Run) -> Iterator[str]:
    facts = run.manifest
    if facts.limit is not None and facts.limit < facts.problems:
        yield f"the first {facts.limit} of {facts.problems} problems"
    if facts.data_sha256 and facts.data_sha256 not in paper.DATA[facts.benchmark]:
        yield "problems of another file"
    if facts.benchmark == "humaneval" and facts.temperatures != paper.TEMPERATURES:
        count = len(facts.temperatures)
        which = ", ".join(f"{temperature:g}" for temperature in facts.temperatures)
        kind = "a single temperature" if count == 1 else f"{count} temperatures"
        yield f"{kind}, {which} (the paper reports the best of 0.2, 0.6, 0.8 [R])"
    samples, certainty = paper.SAMPLES[facts.benchmark]
    if facts.samples != samples:
        plural = "" if facts.samples == 1 else "s"
        yield f"{facts.samples} sample{plural} (paper: {samples} [{certainty}])"
    if facts.top_p is not None and facts.top_p != paper.TOP_P:
        yield f"top-p {facts.top_p:g} (paper: {paper.TOP_P:g})"
    # In a single turn the released rules would cut at the second definition of a whole program.
    if facts.stop_rules not in ("", "paper") and facts.turns != "single":
        yield f"stop rules {facts.stop_rules} (paper: those of the release)"
    if facts.mode == "strict":
        yield "strict scoring (paper: the released rules, called reference)"
