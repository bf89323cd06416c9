"""Ways to turn steps into a program, all allowed the same number of answers a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from codegen_cli.engine.base import Engine, Prompt, never
from codegen_cli.engine.records import Chunk, Completion
from codegen_cli.program import Program, StopWatcher, Turn
from codegen_cli.settings import Sampling, SearchPlan
from codegen_cli.synthesis.behaviour import behaviour
from codegen_cli.synthesis.execute import Runner, run_programs
from codegen_cli.synthesis.grow import Written, grow
from codegen_cli.synthesis.search import Judge, Round, search
from codegen_cli.synthesis.turn import turn_seed

#: Answers to each step that every strategy but a single sample may ask for.
WIDTH = 8


@dataclass(frozen=True, slots=True)
class Task:
    """Steps as each case words them (`[step][case]`), and how to sample."""

    steps: list[list[str]]
    sampling: Sampling

    def case(self, number: int) -> list[str]:
        """Return the steps of one case, from 0."""
        return [texts[number] for texts in self.steps]


#: From a task to the finished program of each case.
Strategy = Callable[[Engine, Runner, Task], list[Program]]


class CountingEngine:
    """An engine that counts the tokens it was asked for."""

    def __init__(self, engine: Engine) -> None:
        self.tokens = 0
        self.info, self.n_ctx, self.placement = engine.info, engine.n_ctx, engine.placement
        self.count, self.close = engine.count, engine.close
        self._engine = engine

    def generate(
        self, prompt: str, sampling: Sampling, stopper: StopWatcher, should_stop: Callable[[], bool]
    ) -> Iterator[Chunk | Completion]:
        """Continue one prompt."""
        many = self.generate_many([Prompt(prompt, sampling, stopper)], should_stop)
        return (item for _, item in many)

    def generate_many(
        self, prompts: Sequence[Prompt], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Chunk | Completion]]:
        """Continue many prompts."""
        for number, item in self._engine.generate_many(prompts, should_stop):
            if isinstance(item, Completion):
                self.tokens += item.generated_tokens
            yield number, item


def step_by_step(
    engine: Engine, runner: Runner, task: Task, *, candidates: int, execute: bool
) -> list[Program]:
    """Take the best answer to each step: `codegen run -n N`, with or without `--execute`."""
    finished = []
    for case in range(len(task.steps[0])):
        program = Program()
        for event in grow(
            engine,
            program,
            task.case(case),
            _of_case(task.sampling, case),
            candidates=candidates,
            runner=runner if execute else None,
        ):
            if isinstance(event, Written):
                program = program.add(event.result.turn)
        finished.append(program)
    return finished


def whole_programs(
    engine: Engine, runner: Runner, task: Task, *, count: int, execute: bool
) -> list[Program]:
    """Write whole programs, each as if alone, and take the likeliest or, when run, the commonest."""
    finished = []
    for case in range(len(task.steps[0])):
        programs, logprobs = _sample(engine, task, case, count)
        order = sorted(range(count), key=lambda i: -logprobs[i])
        if execute:
            order = _by_behaviour(runner, programs, order)
        finished.append(programs[order[0]])
    return finished


def searched(
    engine: Engine, runner: Runner, task: Task, *, plan: SearchPlan
) -> list[Program]:
    """Search across turns, for each case by itself: `codegen run --search`."""
    finished = []
    for case in range(len(task.steps[0])):
        steps = [[step] for step in task.case(case)]
        best = _search(engine, runner, steps, _of_case(task.sampling, case), plan)
        finished += best
    return finished


def searched_with_cases(
    engine: Engine, runner: Runner, task: Task, *, plan: SearchPlan, judge: Judge
) -> list[Program]:
    """Search for all cases side by side, some of them with their outputs known: `--cases`."""
    return _search(engine, runner, task.steps, task.sampling, plan, judge)


def strategies() -> dict[str, Strategy]:
    """Return the strategies that see no expected output, by the name that the report gives them."""
    return {
        "single sample": partial(step_by_step, candidates=1, execute=False),
        f"-n {WIDTH}": partial(step_by_step, candidates=WIDTH, execute=False),
        f"-n {WIDTH} --execute": partial(step_by_step, candidates=WIDTH, execute=True),
        f"{WIDTH} programs, likeliest": partial(whole_programs, count=WIDTH, execute=False),
        f"{WIDTH} programs, commonest": partial(whole_programs, count=WIDTH, execute=True),
        "--search beam=8,n=1": partial(searched, plan=SearchPlan(8, 1)),
        "--search beam=4,n=2": partial(searched, plan=SearchPlan(4, 2)),
        "--search beam=2,n=4": partial(searched, plan=SearchPlan(2, 4)),
    }


def _of_case(sampling: Sampling, case: int) -> Sampling:
    return replace(sampling, seed=(sampling.seed + 7919 * case) % 2**32)


def _search(
    engine: Engine,
    runner: Runner,
    steps: list[list[str]],
    sampling: Sampling,
    plan: SearchPlan,
    judge: Judge | None = None,
) -> list[Program]:
    best: tuple[Program, ...] = ()
    for event in search(engine, runner, Program(), steps, sampling, plan, judge=judge):
        if isinstance(event, Round):
            best = event.kept[0].programs
    return list(best)


def _sample(
    engine: Engine, task: Task, case: int, count: int
) -> tuple[list[Program], list[float]]:
    """Return programs and the mean log-probabilities of their tokens."""
    programs = [Program()] * count
    logprobs: list[list[float]] = [[] for _ in range(count)]
    base = _of_case(task.sampling, case)
    for number, step in enumerate(task.case(case)):
        prompts = [
            Prompt(
                program.prompt(step),
                replace(base, seed=turn_seed(base.seed, number, i)),
                StopWatcher(),
            )
            for i, program in enumerate(programs)
        ]
        for i, item in engine.generate_many(prompts):
            if isinstance(item, Completion):
                programs[i] = programs[i].add(Turn(step, item.text))
                logprobs[i] += item.logprobs
    return programs, [sum(values) / len(values) for values in logprobs]


def _by_behaviour(runner: Runner, programs: list[Program], order: list[int]) -> list[int]:
    """Return the members of the largest group that runs, the likeliest first, then the rest."""
    sources = [program.source for program in programs]
    executions = run_programs(runner, sources)
    groups: dict[object, list[int]] = {}
    for i in order:
        if executions[i].ok:
            groups.setdefault(behaviour(sources[i], executions[i]), []).append(i)
    best = max(groups.values(), key=len, default=[])
    return [*best, *(i for i in order if i not in best)]
