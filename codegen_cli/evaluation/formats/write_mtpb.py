"""Scored MTPB samples in the release's format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from codegen_cli.evaluation.benchmark_data import DataFile
from codegen_cli.evaluation.lines import write_rows
from codegen_cli.evaluation.mtpb.score import MtpbOutcome, MtpbScore

Writer = Callable[[Path, MtpbScore, DataFile], None]


def samples(path: Path, score: MtpbScore, _data: DataFile) -> None:
    """Write the rows of the released `mtpb_sample.py`, which `mtpb_exec.py` scores."""
    write_rows(path, _rows(score))


def results(path: Path, score: MtpbScore, _data: DataFile) -> None:
    """Write the same rows with "result" and "passed"."""
    rows = zip(_rows(score), score.outcomes, strict=True)
    write_rows(
        path,
        (
            {**row, "result": outcome.judgement.result, "passed": outcome.passed}
            for row, outcome in rows
        ),
    )


FORMATS: dict[str, Writer] = {"mtpb": samples, "mtpb-results": results}


def _rows(score: MtpbScore) -> Iterator[dict[str, Any]]:
    problems = {problem.id: problem for problem in score.problems}
    for outcome in score.outcomes:
        problem, case = problems[outcome.sample.id], outcome.sample.case
        yield {
            "id": problem.id,
            "input": problem.inputs[case],
            "gold_output": problem.outputs[case],
            "completions": outcome.sample.program,
            "prompts_completions": _parts(outcome),
        }


def _parts(outcome: MtpbOutcome) -> Any:
    return outcome.sample.row.get("prompts_completions", [outcome.sample.program])
