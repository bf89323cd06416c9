"""Samples of HumanEval problems, whatever format they came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem


@dataclass(frozen=True, slots=True)
class HumanEvalSample:
    """A completion of a problem's prompt, or with `whole` a program that stands alone.

    `row` is what the sample's line said, and comes back beside its result. `temperature` groups
    the samples, for pass@k is estimated within one temperature.
    """

    task_id: str
    text: str
    whole: bool = False
    temperature: float | None = None
    row: Mapping[str, Any] = field(default_factory=dict)


def program_of(sample: HumanEvalSample, problem: HumanEvalProblem) -> str:
    """Return the program to check."""
    return sample.text if sample.whole else problem.prompt + sample.text


def completion_of(sample: HumanEvalSample, problem: HumanEvalProblem) -> str:
    """Return the sample as a completion of the prompt.

    A program may start with the stripped prompt, as bigcode's task `humaneval` writes it.

    Raises:
        UsageError: the program does not start with the prompt at all.
    """
    if not sample.whole:
        return sample.text
    for start in (problem.prompt, problem.prompt.strip()):
        if start and sample.text.startswith(start):
            return sample.text[len(start) :]
    raise UsageError(
        f"a program for {sample.task_id} does not start with the prompt, so it is no completion",
        "write a format that holds whole programs: evalplus or bigcode",
    )
