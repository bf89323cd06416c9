"""Write the program of `codegen run`: turn by turn, or by a search across turns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codegen_cli.cli.live import LiveView, NoView
from codegen_cli.cli.search_view import SearchView
from codegen_cli.interrupt import interruptible
from codegen_cli.program import Program, wrap
from codegen_cli.settings import Sampling, SearchPlan

if TYPE_CHECKING:
    from codegen_cli.engine.base import Engine
    from codegen_cli.sandbox import Runner
    from codegen_cli.synthesis.branch import Branch
    from codegen_cli.synthesis.grow import Written
    from codegen_cli.synthesis.search import Judge, Round
    from codegen_cli.synthesis.turn import TurnResult


@dataclass(frozen=True, slots=True)
class Order:
    """What to write: each step as each case words it (`[step][case]`), and how.

    With a plan the program is searched for. `case` is the one whose program is wanted, from 0; None
    leaves the choice to what passes. Without a runner nothing that was written is run; `tier` is
    how strong its walls are. With `guard` a turn without code, or in a loop, is drawn once more.
    """

    steps: list[list[str]]
    sampling: Sampling
    candidates: int = 1
    plan: SearchPlan | None = None
    judge: Judge | None = None
    case: int | None = None
    runner: Runner | None = None
    tier: str | None = None
    guard: bool = False


@dataclass(slots=True)
class Run:
    """The program so far, how each turn of it came about, and what a search did for it.

    `case` is the one, from 0, whose program this is.
    """

    program: Program
    turns: list[Written] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    case: int = 0

    @property
    def results(self) -> list[TurnResult]:
        """Return the accepted turns."""
        return [turn.result for turn in self.turns]


def write_program(engine: Engine, run: Run, order: Order, view: LiveView | NoView) -> None:
    """Grow the program of a run step by step; what it has after an error is what was finished.

    Raises:
        Interrupted: Ctrl-C.
        ContextFull: the program and the next answer do not fit.
    """
    if order.plan is None or order.runner is None:
        view.start(run.program)
        try:
            _grow(engine, run, order, view)
        finally:
            view.finish()
        return
    empty = run.program
    try:
        _search(engine, run, order, order.plan, order.runner)
    finally:
        if run.turns:
            _replay(empty, run, view)


def _grow(engine: Engine, run: Run, order: Order, view: LiveView | NoView) -> None:
    from codegen_cli.synthesis.grow import StepBegun, Written, grow

    with interruptible() as should_stop:
        for item in grow(
            engine,
            run.program,
            [texts[0] for texts in order.steps],
            order.sampling,
            candidates=order.candidates,
            runner=order.runner,
            guard=order.guard,
            should_stop=should_stop,
        ):
            if isinstance(item, StepBegun):
                view.step(wrap(item.step), item.number, len(order.steps))
            elif isinstance(item, Written):
                view.turn(item.result)
                run.program = run.program.add(item.result.turn)
                run.turns.append(item)
            else:
                view.code(item)


def _search(engine: Engine, run: Run, order: Order, plan: SearchPlan, runner: Runner) -> None:
    from codegen_cli.synthesis.grow import StepBegun
    from codegen_cli.synthesis.search import search

    empty = run.program
    with interruptible() as should_stop, SearchView(len(order.steps)) as view:
        for item in search(
            engine,
            runner,
            empty,
            order.steps,
            order.sampling,
            plan,
            judge=order.judge,
            should_stop=should_stop,
        ):
            if isinstance(item, StepBegun):
                view.step(item.number)
            else:
                view.round(item)
                run.rounds.append(item)
                _take(run, item.kept[0], order.case)


def _take(run: Run, branch: Branch, case: int | None) -> None:
    """Make a branch the program of a run: that of the case asked for, or of one that passes."""
    from codegen_cli.synthesis.grow import Written

    if case is None:
        case = branch.passed.index(True) if any(branch.passed) else 0
    run.case = case
    run.program = branch.programs[case]
    run.turns = [
        Written(move.results[case], execution=move.executions[case]) for move in branch.moves
    ]


def _replay(empty: Program, run: Run, view: LiveView | NoView) -> None:
    """Show the program that a search found as if it had been written turn by turn."""
    view.start(empty)
    for number, result in enumerate(run.results, 1):
        view.step(result.turn.header, number, len(run.turns))
        view.code(result.turn.code)
        view.turn(result)
    view.finish()
