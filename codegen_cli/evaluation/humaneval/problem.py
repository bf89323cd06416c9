"""HumanEval problems: openai/human-eval's records, and EvalPlus' with more inputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from codegen_cli.errors import UsageError
from codegen_cli.program.json_lines import Record


@dataclass(frozen=True, slots=True)
class Inputs:
    """EvalPlus' inputs (each a list of arguments) and its absolute tolerance for floats."""

    base: tuple[list[Any], ...]
    plus: tuple[list[Any], ...]
    atol: float


@dataclass(frozen=True, slots=True)
class HumanEvalProblem:
    """A function to write, and the test it has to pass.

    `inputs` is set for EvalPlus' records, whose tests compare with the canonical solution.
    """

    task_id: str
    prompt: str
    entry_point: str
    test: str
    canonical_solution: str = ""
    inputs: Inputs | None = None


def parse_problems(records: Iterable[Record]) -> list[HumanEvalProblem]:
    """Read problems in the order of the file.

    Raises:
        UsageError: naming the line and the field.
    """
    problems: dict[str, HumanEvalProblem] = {}
    for record in records:
        problem = _problem(record)
        if problem.task_id in problems:
            raise record.wrong("task_id", f"{problem.task_id!r} was used by an earlier line")
        problems[problem.task_id] = problem
    if not problems:
        raise UsageError("there is no problem in it", "one JSON object a line")
    return list(problems.values())


def _problem(record: Record) -> HumanEvalProblem:
    inputs = _inputs(record) if "base_input" in record.fields else None
    entry_point = record.text("entry_point")
    if not entry_point.isidentifier():
        raise record.wrong("entry_point", f"{entry_point!r} is not the name of a function")
    solution = record.text("canonical_solution") if inputs else record.string("canonical_solution")
    return HumanEvalProblem(
        task_id=record.text("task_id"),
        prompt=record.text("prompt"),
        entry_point=entry_point,
        test=record.string("test") if inputs else record.text("test"),
        canonical_solution=solution,
        inputs=inputs,
    )


def _inputs(record: Record) -> Inputs:
    return Inputs(
        base=record.items("base_input", list, "lists of arguments"),
        plus=record.items("plus_input", list, "lists of arguments"),
        atol=record.number("atol") or 0.0,
    )
