"""Ways to turn steps into a program, all allowed about the same number of tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from codegen_cli.engine.base import Engine, Prompt
from codegen_cli.engine.records import Completion
from codegen_cli.program import Program, StopWatcher, Turn
from codegen_cli.settings import Sampling, SearchPlan
from codegen_cli.synthesis.behaviour import behaviour
from codegen_cli.synthesis.execute import Runner, run_programs
from codegen_cli.synthesis.grow import Written, grow
from codegen_cli.synthesis.search import Round, search
from codegen_cli.synthesis.turn import turn_seed

#: Answers to each step that every strategy but a single sample may ask for.
WIDTH = 8

#: Searches that sample about as many tokens as `WIDTH` answers to each step; the report counts.
PLANS = (SearchPlan(4, 6), SearchPlan(8, 5), SearchPlan(2, 7))

SINGLE = "single sample"
GREEDY = "greedy"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a strategy hands over: a program, or several of which the mean counts, or the best.

    `part` is its part of the tokens that were sampled.
    """

    programs: tuple[Program, ...]
    part: float = 1.0
    best: bool = False


#: From the steps of one case to finished programs, by the name that the report gives them.
Strategy = Callable[[Engine, Runner, Sequence[str], Sampling], dict[str, Outcome]]


def step_by_step(
    engine: Engine, runner: Runner, steps: Sequence[str], sampling: Sampling, *, execute: bool
) -> dict[str, Outcome]:
    """Take the best answer to each step: `codegen run -n N`, with or without `--execute`."""
    program = Program()
    run = runner if execute else None
    for event in grow(engine, program, steps, sampling, candidates=WIDTH, runner=run):
        if isinstance(event, Written):
            program = program.add(event.result.turn)
    return {f"-n {WIDTH} --execute" if execute else f"-n {WIDTH}": Outcome((program,))}


def whole_programs(
    engine: Engine, runner: Runner, steps: Sequence[str], sampling: Sampling, *, count: int
) -> dict[str, Outcome]:
    """Write whole programs, each as if alone: all, the likeliest, the commonest, the best."""
    programs, logprobs = _sample(engine, steps, sampling, count)
    likely = sorted(range(count), key=lambda i: -logprobs[i])
    if count == 1:
        return {GREEDY: Outcome((programs[0],))}
    return {
        SINGLE: Outcome(tuple(programs), part=1 / count),
        f"{count} programs, likeliest": Outcome((programs[likely[0]],)),
        f"{count} programs, commonest": Outcome((programs[_commonest(runner, programs, likely)],)),
        f"{count} programs, any passes": Outcome(tuple(programs), best=True),
    }


def searched(
    engine: Engine, runner: Runner, steps: Sequence[str], sampling: Sampling, *, plan: SearchPlan
) -> dict[str, Outcome]:
    """Search across turns: `codegen run --search`."""
    program = Program()
    for event in search(engine, runner, program, [[step] for step in steps], sampling, plan):
        if isinstance(event, Round):
            program = event.kept[0].programs[0]
    return {f"--search beam={plan.beam},n={plan.continuations}": Outcome((program,))}


#: The strategies by a short name; none of them sees an expected output.
STRATEGIES: dict[str, Strategy] = {
    "programs": partial(whole_programs, count=WIDTH),
    "likely": partial(step_by_step, execute=False),
    "execute": partial(step_by_step, execute=True),
    **{f"search{plan.beam}": partial(searched, plan=plan) for plan in PLANS},
}


def _sample(
    engine: Engine, steps: Sequence[str], sampling: Sampling, count: int
) -> tuple[list[Program], list[float]]:
    """Return programs and the mean log-probabilities of their tokens."""
    programs = [Program()] * count
    logprobs: list[list[float]] = [[] for _ in range(count)]
    for number, step in enumerate(steps):
        prompts = [
            Prompt(
                program.prompt(step),
                replace(sampling, seed=turn_seed(sampling.seed, number, i)),
                StopWatcher(),
            )
            for i, program in enumerate(programs)
        ]
        for i, item in engine.generate_many(prompts):
            if isinstance(item, Completion):
                programs[i] = programs[i].add(Turn(step, item.text))
                logprobs[i] += item.logprobs
    return programs, [sum(values) / len(values) for values in logprobs]


def _commonest(runner: Runner, programs: Sequence[Program], likely: Sequence[int]) -> int:
    """Return the likeliest member of the largest group that runs and behaves alike."""
    sources = [program.source for program in programs]
    executions = run_programs(runner, sources)
    groups: dict[object, list[int]] = {}
    for i in likely:
        if executions[i].ok:
            groups.setdefault(behaviour(sources[i], executions[i]), []).append(i)
    return max(groups.values(), key=len, default=[likely[0]])[0]
