"""From a problem and a program to the questions that the sandbox answers."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence

from codegen_cli.evaluation.humaneval.plus import plus_test
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem
from codegen_cli.sandbox import Check, Limits

#: openai/human-eval gives three seconds of wall clock. Here they are CPU seconds, which a busy
#: machine does not eat; its example of a program that sleeps for ten must still fail.
_LIMITS = Limits(cpu_seconds=3.0, wall_seconds=5.0)

#: evalplus 0.3: four seconds or four times what the canonical solution takes, a minute at most.
_LEAST_SECONDS, _FACTOR, _MOST_SECONDS = 4.0, 4.0, 60.0
#: The wall clock is only for programs that sleep; a busy machine must change no verdict.
_WALL_FACTOR = 4.0


class Checker:
    """Makes the checks of one problem: one, or for EvalPlus' base and plus inputs.

    A program is prompt + completion (openai/human-eval, `execution.py`). The test may use what the
    prompt defines (HumanEval/32, 38 and 50 do), but nothing that the program defines.
    """

    def __init__(self, problem: HumanEvalProblem) -> None:
        self.problem = problem
        self._plus_limits: Sequence[Limits] = [limits_after(_MOST_SECONDS)] * 2
        inputs = problem.inputs
        if inputs is None:
            self._trusted, self._tests = _trusted(problem), [problem.test]
        else:
            canonical = problem.prompt + problem.canonical_solution
            self._trusted = ""
            self._tests = [
                plus_test(canonical, problem.entry_point, part, inputs.atol)
                for part in (inputs.base, inputs.plus)
            ]

    def checks(self, program: str) -> list[Check]:
        """Return what a program has to pass."""
        entry_point = self.problem.entry_point
        if self.problem.inputs is None:
            return [
                Check(program, entry_point, self._trusted, test, _LIMITS) for test in self._tests
            ]
        return [
            Check(program, entry_point, self._trusted, test, limits)
            for test, limits in zip(self._tests, self._plus_limits, strict=True)
        ]

    def canonical(self) -> list[Check]:
        """Return what the canonical solution has to pass; nothing where there is none."""
        solution = self.problem.canonical_solution
        return self.checks(self.problem.prompt + solution) if solution else []

    def learn(self, canonical_seconds: Sequence[float]) -> None:
        """Set the limits of EvalPlus' inputs from the CPU seconds of the canonical solution."""
        self._plus_limits = [limits_after(seconds) for seconds in canonical_seconds]


def limits_after(canonical_seconds: float) -> Limits:
    """Return the limits for many inputs, given the CPU seconds of the canonical solution."""
    cpu = min(_LEAST_SECONDS + _FACTOR * canonical_seconds, _MOST_SECONDS)
    return Limits(cpu_seconds=cpu, wall_seconds=_WALL_FACTOR * cpu)


def _trusted(problem: HumanEvalProblem) -> str:
    """Return what the test may use: the prompt, with a body where it is no program without one."""
    for text in (problem.prompt, problem.prompt + problem.canonical_solution):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        return text
    return ""
