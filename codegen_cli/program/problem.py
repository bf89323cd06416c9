"""Problems of the Multi-Turn Programming Benchmark, one JSON object a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from codegen_cli.errors import UsageError
from codegen_cli.program.json_lines import parse_record
from codegen_cli.program.template import substitute


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
    record = parse_record(line, number)
    inputs = record.items("inputs", dict, "objects")
    given = cases_only or "outputs" in record.fields
    outputs = record.items("outputs", object, "values") if given else ()
    if given and len(outputs) < len(inputs):
        raise record.wrong("outputs", f"{len(outputs)} values for {len(inputs)} inputs")
    return Problem(
        id=record.identifier("id"),
        prompts=() if cases_only else record.items("prompts", str, "strings"),
        inputs=inputs,
        outputs=outputs,
        name=record.string("name"),
        category=record.string("category"),
        description=record.string("description"),
        max_gen_length=record.positive("max_gen_length"),
    )
