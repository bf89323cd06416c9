"""MTPB samples: the rows of the released `mtpb_sample.py`, and ours, which also say the case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.formats.layout import layout_of
from codegen_cli.evaluation.lines import naming, read_records
from codegen_cli.evaluation.mtpb.sample import MtpbSample
from codegen_cli.program import Problem
from codegen_cli.program.json_lines import Record


def read_mtpb(path: Path, problems: Sequence[Problem]) -> list[MtpbSample]:
    """Read samples from a file, or from every .jsonl file of a folder, as the release writes it.

    Raises:
        UsageError: a file is broken, holds no samples of MTPB, or was made for other data.
    """
    with naming(path):
        layout = layout_of(path)
        if layout not in ("rows", "rows-folder"):
            raise UsageError("these are no samples of MTPB", "codegen eval score humaneval")
    files = [path] if layout == "rows" else sorted(path.glob("*.jsonl"))
    reader = RowReader(problems)
    samples: list[MtpbSample] = []
    for file in files:
        with naming(file):
            samples += reader.read(file)
    return samples


class RowReader:
    """Read rows and find the case of each.

    A released row does not say its case: it is the input's, and where two cases have the same
    input (problem 10 repeats one), the one that has fewer samples so far.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self._problems = {problem.id: problem for problem in problems}
        self._counts: Counter[tuple[str, int]] = Counter()

    def read(self, path: Path, *, torn: bool = False) -> Iterator[MtpbSample]:
        """Yield the samples of a file; use it inside `naming`.

        Raises:
            UsageError: naming the line and the field.
        """
        for record in read_records(path, torn=torn):
            yield self._sample(record)

    def _sample(self, record: Record) -> MtpbSample:
        if "completions" not in record.fields and "task_id" in record.fields:
            message = f"line {record.line}: this is a sample of HumanEval"
            raise UsageError(message, "codegen eval score humaneval")
        problem = self._problems.get(record.identifier("id"))
        if problem is None:
            raise record.wrong("id", f"no problem {record.fields.get('id')!r} in the data file")
        case = self._case(record, problem)
        self._counts[problem.id, case] += 1
        if record.fields.get("gold_output", problem.outputs[case]) != problem.outputs[case]:
            raise record.wrong("gold_output", "not what the data file expects; is it another one?")
        return MtpbSample(
            id=problem.id,
            case=case,
            program=record.text("completions"),
            context_overflow=record.fields.get("context_overflow") is True,
            row=record.fields,
        )

    def _case(self, record: Record, problem: Problem) -> int:
        cases = range(min(len(problem.inputs), len(problem.outputs)))
        given = record.fields.get("case")
        if given is not None:
            if not isinstance(given, int) or isinstance(given, bool) or given not in cases:
                raise record.wrong("case", f"problem {problem.id} has no case {given!r}")
            return given
        there = record.fields.get("input")
        same = [case for case in cases if problem.inputs[case] == there]
        if not same:
            raise record.wrong("input", f"problem {problem.id} has no such input")
        return min(same, key=lambda case: self._counts[problem.id, case])
