"""Everything a report says, before anyone writes it down."""

from __future__ import annotations

from dataclasses import dataclass

from codegen_cli.evaluation.report.findings.data import data_letters
from codegen_cli.evaluation.report.findings.humaneval import HumanEval, humaneval
from codegen_cli.evaluation.report.findings.mtpb import Mtpb, mtpb
from codegen_cli.evaluation.report.findings.perplexity import Perplexity, perplexity
from codegen_cli.evaluation.report.findings.remarks import Remark, remarks
from codegen_cli.evaluation.report.findings.turns import Pair, pairs
from codegen_cli.evaluation.report.run import Benchmark, Run


@dataclass(frozen=True, slots=True)
class Report:
    """The runs in the order they were named, what they found, and what to know about each.

    `letters` mark runs of different problems (`data_letters`).
    """

    runs: tuple[Run, ...]
    letters: tuple[str, ...]
    remarks: tuple[tuple[Remark, ...], ...]
    humaneval: tuple[HumanEval, ...]
    mtpb: tuple[Mtpb, ...]
    pairs: tuple[Pair, ...]
    perplexity: tuple[Perplexity, ...]

    def of(self, benchmark: Benchmark) -> list[int]:
        """Return the places of the runs of one benchmark."""
        return [n for n, run in enumerate(self.runs) if run.manifest.benchmark == benchmark]

    def incomplete(self, run: int) -> bool:
        """Say whether a run lacks samples or scores."""
        return any(remark.subject == "incomplete" for remark in self.remarks[run])


def build(runs: list[Run]) -> Report:
    """Compute every figure of a report."""
    numbered = list(enumerate(runs))
    letters = data_letters(runs)
    return Report(
        runs=tuple(runs),
        letters=tuple(letters),
        remarks=tuple(tuple(remarks(run, letters[n])) for n, run in numbered),
        humaneval=tuple(humaneval(n, run) for n, run in numbered if _is(run, "humaneval")),
        mtpb=tuple(found for n, run in numbered if _is(run, "mtpb") for found in mtpb(n, run)),
        pairs=tuple(pairs(runs)),
        perplexity=tuple(found for n, run in numbered if (found := perplexity(n, run))),
    )


def _is(run: Run, benchmark: Benchmark) -> bool:
    return run.manifest.benchmark == benchmark
