"""Get steps and the program's beginning from what the user named."""

from __future__ import annotations

from pathlib import Path

from codegen_cli.errors import UsageError
from codegen_cli.files import read_input
from codegen_cli.program import (
    Problem,
    fill,
    parse_jsonl,
    parse_steps,
    parse_variables,
    steps_for,
    steps_of,
)
from codegen_cli.settings import PROGRAM_PREFIX


def read_steps(
    source: str, variables: list[str], problem: str | None = None, input_number: int = 1
) -> list[str]:
    """Return the steps of a file or stdin (`-`), their `{NAME}` fields filled.

    Raises:
        UsageError: unreadable, no steps in it, or a field without a value.
    """
    text = read_input(source)
    suffix = Path(source).suffix.lower()
    if suffix == ".jsonl":
        return list(steps_for(_pick(parse_jsonl(text), problem, source), input_number - 1))
    if problem is not None:
        raise UsageError(f'--problem needs a .jsonl file, not "{source}"', "leave it out")
    steps = list(steps_of(text) if suffix == ".py" else parse_steps(text))
    if not steps:
        raise UsageError(f'no steps in "{source}"', "write one step a line")
    values = parse_variables(variables)
    return [fill(step, values) for step in steps] if values else steps


def read_prefix(name: str) -> str:
    """Return what the program begins with: `paper`, `none`, or the text of a file.

    Raises:
        UsageError: it is neither, and no such file can be read.
    """
    if name == "paper":
        return PROGRAM_PREFIX
    return "" if name == "none" else read_input(name)


def _pick(problems: list[Problem], wanted: str | None, source: str) -> Problem:
    if wanted is None and len(problems) == 1:
        return problems[0]
    known = {str(problem.id): problem for problem in problems}
    if wanted is None:
        raise UsageError(
            f'"{source}" holds {len(problems)} problems', "choose one with --problem ID"
        )
    if wanted not in known:
        raise UsageError(f'no problem "{wanted}" in "{source}"', f"ids: {', '.join(known)}"[:200])
    return known[wanted]
