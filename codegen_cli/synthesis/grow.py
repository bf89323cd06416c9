"""Grow a program over many steps; someone else prints, saves and handles Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from codegen_cli.engine.base import Engine, never
from codegen_cli.errors import Interrupted
from codegen_cli.program import Program
from codegen_cli.sandbox import Execution, Runner
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.behaviour import rank_by_execution
from codegen_cli.synthesis.candidates import Candidate, write_candidates
from codegen_cli.synthesis.execute import run_programs
from codegen_cli.synthesis.guard import write_guarded
from codegen_cli.synthesis.turn import TurnResult, write_turn


@dataclass(frozen=True, slots=True)
class StepBegun:
    """A step that the model is about to be asked, counted from 1."""

    step: str
    number: int


@dataclass(frozen=True, slots=True)
class Written:
    """An accepted turn, and the candidates it was chosen from when there were several.

    `execution` is what the program did with it, where programs were run.
    """

    result: TurnResult
    candidates: tuple[Candidate, ...] = ()
    execution: Execution | None = None


def grow(
    engine: Engine,
    program: Program,
    steps: Sequence[str],
    sampling: Sampling,
    *,
    candidates: int = 1,
    runner: Runner | None = None,
    guard: bool = False,
    should_stop: Callable[[], bool] = never,
) -> Iterator[StepBegun | str | Written]:
    """Yield, for each step, that it begins, its code as it becomes certain, and the turn.

    With a runner the program is run after each turn, and candidates are ranked by what it did.
    With `guard` a plain turn without code, or in a loop, is drawn once more; its code comes whole.

    Raises:
        Interrupted: `should_stop` said so; the turn under way is lost, those before it are not.
        ContextFull: the program and the next answer do not fit.
    """
    for number, step in enumerate(steps, 1):
        yield StepBegun(step, number)
        for item in _write(engine, program, step, sampling, candidates, runner, guard, should_stop):
            if isinstance(item, Written):
                if should_stop() or item.result.interrupted:
                    raise Interrupted(f"interrupted in step {number}")
                program = program.add(item.result.turn)
            yield item


def _write(
    engine: Engine,
    program: Program,
    step: str,
    sampling: Sampling,
    candidates: int,
    runner: Runner | None,
    guard: bool,
    should_stop: Callable[[], bool],
) -> Iterator[str | Written]:
    if candidates > 1:
        found = write_candidates(engine, program, step, sampling, candidates, should_stop)
        if runner is not None and not should_stop():
            sources = [program.add(candidate.result.turn).source for candidate in found]
            found = rank_by_execution(found, sources, run_programs(runner, sources, should_stop))
        yield found[0].result.turn.code
        yield Written(found[0].result, tuple(found), found[0].execution)
        return
    write = _write_guarded if guard else write_turn
    for item in write(engine, program, step, sampling, should_stop=should_stop):
        if not isinstance(item, TurnResult):
            yield item
        elif runner is None or item.interrupted:
            yield Written(item)
        else:
            source = program.add(item.turn).source
            yield Written(item, execution=run_programs(runner, [source], should_stop)[0])


def _write_guarded(
    engine: Engine,
    program: Program,
    step: str,
    sampling: Sampling,
    *,
    should_stop: Callable[[], bool],
) -> Iterator[str | TurnResult]:
    """Yield the code of the draw that counts: stdout could not take another one back."""
    for item in write_guarded(engine, program, step, sampling, should_stop=should_stop):
        if isinstance(item, TurnResult):
            yield item.turn.code
            yield item
