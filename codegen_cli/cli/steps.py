"""Get steps and the program's beginning from what the user named."""

from __future__ import annotations

from pathlib import Path

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.lines import naming
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
    if is_jsonl(source):
        picked = pick(read_problems(source), problem, source)
        return list(steps_for(picked, input_number - 1))
    if problem is not None:
        raise UsageError(f'--problem needs a .jsonl file, not "{source}"', "leave it out")
    values = parse_variables(variables)
    return [fill(step, values) for step in read_templates(source, None)]


def read_problems(source: str, *, cases_only: bool = False) -> list[Problem]:
    """Return the problems of a .jsonl file; with `cases_only` a record needs no prompts.

    Raises:
        UsageError: unreadable, or not of this form.
    """
    text = read_input(source)
    with naming(Path(source)):
        return parse_jsonl(text, cases_only=cases_only)


def read_templates(source: str, problem: str | None) -> list[str]:
    """Return the steps of a file or stdin (`-`) with their `{NAME}` fields as they stand.

    Raises:
        UsageError: unreadable, or no steps in it.
    """
    if is_jsonl(source):
        return list(pick(read_problems(source), problem, source).prompts)
    text = read_input(source)
    steps = list(steps_of(text) if Path(source).suffix.lower() == ".py" else parse_steps(text))
    if not steps:
        raise UsageError(f'no steps in "{source}"', "write one step a line")
    return steps


def read_prefix(name: str) -> str:
    """Return what the program begins with: `paper`, `none`, or the text of a file.

    Raises:
        UsageError: it is neither, and no such file can be read.
    """
    if name == "paper":
        return PROGRAM_PREFIX
    return "" if name == "none" else read_input(name)


def is_jsonl(source: str) -> bool:
    """Say whether a file holds benchmark problems."""
    return Path(source).suffix.lower() == ".jsonl"


def pick(problems: list[Problem], wanted: str | None, source: str) -> Problem:
    """Return the problem of an id, or the only one.

    Raises:
        UsageError: there is no such problem, or several and no id.
    """
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
