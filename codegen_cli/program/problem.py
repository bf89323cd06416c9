"""Problems of the Multi-Turn Programming Benchmark, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from codegen_cli.errors import UsageError
from codegen_cli.program.template import substitute

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem: prompt templates, the inputs that fill them and the outputs expected for them.

    `max_gen_length` is the budget of new tokens a turn, None where the record has none. There may
    be more outputs than inputs (problem 57 has six for five); the released script drops the rest.
    """

    id: str
    prompts: tuple[str, ...]
    inputs: tuple[Mapping[str, object], ...]
    outputs: tuple[object, ...] = ()
    name: str = ""
    category: str = ""
    description: str = ""
    max_gen_length: int | None = None


def parse_jsonl(text: str, *, cases_only: bool = False) -> list[Problem]:
    """Read MTPB records (`benchmark/mtpb.jsonl`); blank lines are skipped, more fields ignored.

    `prompts` and `inputs` are required. A missing `id` is the line number; `outputs` may be
    missing, but not be fewer than the inputs. With `cases_only` it is `inputs` and `outputs` that
    are required. Raises UsageError naming the line and the field.
    """
    problems: dict[str, Problem] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        problem = _parse(line, number, cases_only=cases_only)
        if problem.id in problems:
            raise UsageError(f'line {number}: "id" {problem.id!r} was used by an earlier line')
        problems[problem.id] = problem
    return list(problems.values())


def steps_for(problem: Problem, input_index: int = 0) -> list[str]:
    """Fill the prompts with one of the inputs, counted from 0 (`str.format(**input)`).

    Raises UsageError when there is no such input or a prompt needs a value it lacks.
    """
    count = len(problem.inputs)
    if not 0 <= input_index < count:
        message = f"problem {problem.id} has no input {input_index}"
        raise UsageError(message, f"its inputs are 0 to {count - 1}")
    return [substitute(prompt, problem.inputs[input_index]) for prompt in problem.prompts]


def _parse(line: str, number: int, *, cases_only: bool) -> Problem:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as exc:
        reason = "it is nested too deeply" if isinstance(exc, RecursionError) else str(exc)
        raise UsageError(f"line {number}: not JSON: {reason}", "one JSON object a line") from exc
    if not isinstance(record, dict):
        raise UsageError(f"line {number}: not a JSON object", "one JSON object a line")
    fields = _Fields(record, number)
    inputs = fields.items("inputs", dict, "objects")
    has_outputs = cases_only or "outputs" in record
    outputs = fields.items("outputs", object, "values") if has_outputs else ()
    if has_outputs and len(outputs) < len(inputs):
        raise fields.wrong("outputs", f"{len(outputs)} values for {len(inputs)} inputs")
    return Problem(
        id=fields.identifier(),
        prompts=() if cases_only else fields.items("prompts", str, "strings"),
        inputs=inputs,
        outputs=outputs,
        name=fields.string("name"),
        category=fields.string("category"),
        description=fields.string("description"),
        max_gen_length=fields.positive("max_gen_length"),
    )


@dataclass(frozen=True, slots=True)
class _Fields:
    """Checked access to the fields of one record."""

    record: Mapping[str, object]
    line: int

    def wrong(self, name: str, problem: str) -> UsageError:
        return UsageError(f'line {self.line}: "{name}": {problem}')

    def items(self, name: str, kind: type[T], kinds: str) -> tuple[T, ...]:
        if name not in self.record:
            raise self.wrong(name, "the field is missing")
        value = self.record[name]
        if not isinstance(value, list) or not value:
            raise self.wrong(name, f"not a list of {kinds}")
        for position, item in enumerate(value):
            if not isinstance(item, kind):
                raise self.wrong(name, f"item {position} is not one of the {kinds} expected")
        return tuple(value)

    def string(self, name: str) -> str:
        value = self.record.get(name, "")
        if not isinstance(value, str):
            raise self.wrong(name, "not a string")
        return value

    def positive(self, name: str) -> int | None:
        value = self.record.get(name)
        if value is None:
            return None
        # bool is an int in Python, but `true` is no number in JSON.
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.wrong(name, "not a positive whole number")
        return value

    def identifier(self) -> str:
        value = self.record.get("id", self.line)
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            raise self.wrong("id", "not a string or whole number")
        return str(value)
