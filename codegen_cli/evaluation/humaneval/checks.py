"""From a problem and a sample to the questions that the sandbox answers."""

from __future__ import annotations

from codegen_cli.evaluation.humaneval.plus import plus_test
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem
from codegen_cli.sandbox import Check, Limits

#: evalplus 0.3: four seconds or four times what the canonical solution takes, a minute at most.
_LEAST_SECONDS, _FACTOR, _MOST_SECONDS = 4.0, 4.0, 60.0
#: The wall clock is only for programs that sleep; a busy machine must change no verdict.
_WALL_FACTOR = 4.0


def checks_for(
    problem: HumanEvalProblem, program: str, limits: tuple[Limits, ...] = ()
) -> tuple[Check, ...]:
    """Return what a program has to pass: one check, or EvalPlus' base and plus inputs.

    The program is prompt + completion (openai/human-eval, `execution.py`). The test may use what
    the prompt defines (HumanEval/32, 38 and 50 do), but nothing that the program defines.
    `limits` are those that `limits_after` found for EvalPlus' inputs, as many as there are checks.
    """
    if problem.inputs is None:
        return (Check(program, problem.entry_point, problem.prompt, problem.test),)
    trusted = problem.prompt + problem.canonical_solution
    parts = (problem.inputs.base, problem.inputs.plus)
    tests = [plus_test(problem.entry_point, part, problem.inputs.atol) for part in parts]
    return tuple(
        Check(program, problem.entry_point, trusted, test, limit)
        for test, limit in zip(tests, limits or (limits_after(_MOST_SECONDS),) * 2, strict=True)
    )


def limits_after(canonical_seconds: float) -> Limits:
    """Return the limits for many inputs, given the CPU seconds of the canonical solution."""
    cpu = min(_LEAST_SECONDS + _FACTOR * canonical_seconds, _MOST_SECONDS)
    return Limits(cpu_seconds=cpu, wall_seconds=_WALL_FACTOR * cpu)
