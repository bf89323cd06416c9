"""Which samples a run draws: tasks from problems, in units that are drawn together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codegen_cli.evaluation.task import StopRules, Task, sample_seed
from codegen_cli.program import SEPARATOR, Problem, steps_for, wrap
from codegen_cli.settings import PROGRAM_PREFIX

if TYPE_CHECKING:
    from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem

#: The longest completion of a HumanEval prompt: the longest canonical solution has 297 tokens.
HUMANEVAL_TOKENS = 300

#: The longest completion of a turn where a problem does not say (`mtpb_sample.py`).
MTPB_TOKENS = 256

#: A unit has at least so many samples, except for the last: enough to keep the engine's places
#: full most of the time, few enough to be drawn again after a crash.
_UNIT = 256


@dataclass(frozen=True, slots=True)
class Draw:
    """How many samples of each problem or case, and how; `max_tokens` None means the problem's."""

    samples: int
    temperatures: tuple[float, ...]
    top_p: float
    seed: int
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """Tasks that are drawn together from an empty cache.

    What shares a batch changes the last bits of the logits, and with them, now and then, a token.
    So a unit is what can be repeated: whoever draws all of it, and nothing else, gets its rows.
    """

    number: int
    tasks: tuple[Task, ...]


def humaneval_tasks(problem: HumanEvalProblem, draw: Draw) -> list[Task]:
    """Return the samples of a problem: the prompt as it is, with nothing before or after it."""
    return [
        Task(
            benchmark="humaneval",
            problem=problem.task_id,
            case=0,
            sample=sample,
            prefix="",
            steps=(problem.prompt,),
            tail="",
            max_tokens=draw.max_tokens or HUMANEVAL_TOKENS,
            temperature=temperature,
            top_p=draw.top_p,
            seed=sample_seed(draw.seed, temperature, problem.task_id, 0, sample),
        )
        for temperature in draw.temperatures
        for sample in range(draw.samples)
    ]


def mtpb_tasks(
    problem: Problem, draw: Draw, *, single_turn: bool = False, stop_rules: StopRules = "paper"
) -> list[Task]:
    """Return the samples of a problem, case after case (`codegen1/benchmark/mtpb_sample.py`).

    `single_turn` makes one step of all prompts, with the tokens of all turns.

    Raises:
        UsageError: a prompt cannot be filled or be a comment.
    """
    budget = draw.max_tokens or problem.max_gen_length or MTPB_TOKENS
    tasks = []
    for case in range(len(problem.inputs)):
        steps = tuple(map(wrap, steps_for(problem, case)))
        turns = len(steps)
        tasks += [
            Task(
                benchmark="mtpb",
                problem=problem.id,
                case=case,
                sample=sample,
                prefix=PROGRAM_PREFIX,
                steps=("".join(steps),) if single_turn else steps,
                tail=SEPARATOR,
                max_tokens=budget * turns if single_turn else budget,
                temperature=temperature,
                top_p=draw.top_p,
                seed=sample_seed(draw.seed, temperature, problem.id, case, sample),
                stop_rules=stop_rules,
                input=problem.inputs[case],
                expected=problem.outputs[case] if problem.outputs else None,
            )
            for temperature in draw.temperatures
            for sample in range(draw.samples)
        ]
    return tasks


def units(problems: Iterable[list[Task]]) -> Iterator[Unit]:
    """Pack the tasks of whole problems into units, in order."""
    number, tasks = 0, list[Task]()
    for more in problems:
        tasks += more
        if len(tasks) >= _UNIT:
            yield Unit(number, tuple(tasks))
            number, tasks = number + 1, []
    if tasks:
        yield Unit(number, tuple(tasks))
