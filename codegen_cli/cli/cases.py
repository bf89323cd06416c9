"""`--cases`: inputs that fill the steps, and outputs that are expected for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from codegen_cli.cli.steps import is_jsonl, pick, read_problems, read_templates
from codegen_cli.errors import UsageError
from codegen_cli.program import Problem, fill, parse_variables, substitute

if TYPE_CHECKING:
    from codegen_cli.sandbox import Execution
    from codegen_cli.synthesis.search import Judge


def read_cases(path: Path, problem: str | None = None) -> Problem:
    """Return the record that holds the cases: inputs for the steps, outputs expected for them.

    Raises:
        UsageError: unreadable, not of this form, or one of several and not said which.
    """
    return pick(read_problems(str(path), cases_only=True), problem, str(path))


def steps_of_cases(
    source: str, variables: list[str], problem: str | None, cases: Problem
) -> list[list[str]]:
    """Return each step as each case words it: `[step][case]`.

    Raises:
        UsageError: unreadable, no steps in it, or a field without a value or with two.
    """
    templates = read_templates(source, problem)
    fill_in = substitute if is_jsonl(source) else fill
    values = parse_variables(variables)
    if double := sorted(values.keys() & {name for case in cases.inputs for name in case}):
        raise UsageError(f"{double[0]} comes from --var and from the cases", "leave out --var")
    return [[fill_in(step, {**values, **case}) for case in cases.inputs] for step in templates]


def case_number(cases: Problem, asked: int | None) -> int | None:
    """Return the case that `--input` asks for, from 0.

    Raises:
        UsageError: there is no such case.
    """
    if asked is None:
        return None
    count = len(cases.inputs)
    if asked > count:
        raise UsageError(f"there is no case {asked}", f"the cases are 1 to {count}")
    return asked - 1


def judge_of(cases: Problem) -> Judge:
    """Return the function that says whether a program gives the expected output of a case.

    The rules are MTPB's in strict mode: the program has to reach its end, and the value that it
    printed last counts.
    """
    from codegen_cli.evaluation.mtpb.judge import digest, judge

    def passes(case: int, execution: Execution) -> bool:
        gold = cases.outputs[case]
        return judge(digest(execution, gold), "strict", gold).passed

    return passes
