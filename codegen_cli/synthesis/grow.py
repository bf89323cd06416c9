"""Grow a program over many steps; someone else prints, saves and handles Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from codegen_cli.engine.base import Engine, never
from codegen_cli.errors import Interrupted
from codegen_cli.program import Program
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.candidates import Candidate, write_candidates
from codegen_cli.synthesis.turn import TurnResult, write_turn


@dataclass(frozen=True, slots=True)
class StepBegun:
    """A step that the model is about to be asked, counted from 1."""

    step: str
    number: int


@dataclass(frozen=True, slots=True)
class Written:
    """An accepted turn, and the candidates it was chosen from when there were several."""

    result: TurnResult
    candidates: tuple[Candidate, ...] = ()


def grow(
    engine: Engine,
    program: Program,
    steps: Sequence[str],
    sampling: Sampling,
    *,
    candidates: int = 1,
    should_stop: Callable[[], bool] = never,
) -> Iterator[StepBegun | str | Written]:
    """Yield, for each step, that it begins, its code as it becomes certain, and the turn.

    Raises:
        Interrupted: `should_stop` said so; the turn under way is lost, those before it are not.
        ContextFull: the program and the next answer do not fit.
    """
    for number, step in enumerate(steps, 1):
        yield StepBegun(step, number)
        for item in _write(engine, program, step, sampling, candidates, should_stop):
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
    should_stop: Callable[[], bool],
) -> Iterator[str | Written]:
    if candidates > 1:
        found = write_candidates(engine, program, step, sampling, candidates, should_stop)
        yield found[0].result.turn.code
        yield Written(found[0].result, tuple(found))
        return
    for item in write_turn(engine, program, step, sampling, should_stop=should_stop):
        yield Written(item) if isinstance(item, TurnResult) else item
