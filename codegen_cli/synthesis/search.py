"""Search across turns: keep several programs alive, run them after each turn, go on with the best.

A beam search whose candidates are judged by what they do: programs that raise are dropped, programs
that behave alike become one, and the survivors are continued together in one batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from codegen_cli.engine.base import Engine, Prompt, never
from codegen_cli.engine.records import Completion
from codegen_cli.errors import Interrupted
from codegen_cli.program import Program, Turn, turn_stopper
from codegen_cli.sandbox import Execution, Runner
from codegen_cli.settings import Sampling, SearchPlan
from codegen_cli.synthesis.branch import Branch, Move, select
from codegen_cli.synthesis.execute import run_programs
from codegen_cli.synthesis.grow import StepBegun
from codegen_cli.synthesis.turn import TurnResult, turn_seed

#: Say whether what the finished program of a case, counted from 0, did is what was expected.
Judge = Callable[[int, Execution], bool]


@dataclass(frozen=True, slots=True)
class Round:
    """One turn of a search: the branches that were written, best first, those kept before others.

    `tokens` counts all that the model sampled in it.
    """

    number: int
    branches: tuple[Branch, ...]
    tokens: int

    @property
    def kept(self) -> tuple[Branch, ...]:
        """Return the branches that the search goes on with, best first."""
        return tuple(branch for branch in self.branches if branch.fate == "kept")

    @property
    def all_failed(self) -> bool:
        """Say whether no program ran to its end, so that the likeliest was kept all the same."""
        return not any(branch.alive for branch in self.branches)


def search(
    engine: Engine,
    runner: Runner,
    program: Program,
    steps: Sequence[Sequence[str]],
    sampling: Sampling,
    plan: SearchPlan,
    *,
    judge: Judge | None = None,
    should_stop: Callable[[], bool] = never,
) -> Iterator[StepBegun | Round]:
    """Yield, for each step, that it begins and what the search did in it.

    `steps[t]` holds step t as each case words it; the cases are continued side by side with the
    same seeds, so that a branch is the same sample of each of them. After the last step the judge
    counts the cases that pass, and that count goes first.

    Raises:
        Interrupted: `should_stop` said so; the turn under way is lost.
        ContextFull: a program and its next answer do not fit.
    """
    branches: Sequence[Branch] = [Branch((program,) * len(steps[0]))]
    for number, texts in enumerate(steps, 1):
        yield StepBegun(texts[0], number)
        judged = judge if number == len(steps) else None
        try:
            written, tokens = _extend(
                engine, branches, texts, sampling, plan.continuations, should_stop
            )
            ran = _run(runner, written, should_stop, prints=judged is not None)
        except Interrupted as error:
            raise Interrupted(f"interrupted in step {number}") from error
        if judged is not None:
            ran = [replace(branch, passed=_passed(branch, judged)) for branch in ran]
        done = Round(number, tuple(select(ran, plan.beam)), tokens)
        yield done
        branches = done.kept


def _extend(
    engine: Engine,
    branches: Sequence[Branch],
    texts: Sequence[str],
    sampling: Sampling,
    count: int,
    should_stop: Callable[[], bool],
) -> tuple[list[Branch], int]:
    """Write so many continuations of each branch in one batch, and count the tokens of it."""
    parents = [place for place in range(len(branches)) for _ in range(count)]
    turn = len(branches[0].moves)
    seeds = [turn_seed(sampling.seed, turn, attempt) for attempt in range(len(parents))]
    prompts = [
        Prompt(program.prompt(text), replace(sampling, seed=seed), turn_stopper(sampling.stop))
        for place, seed in zip(parents, seeds, strict=True)
        for program, text in zip(branches[place].programs, texts, strict=True)
    ]
    answers = _answers(engine, prompts, should_stop)
    written = []
    for number, (place, seed) in enumerate(zip(parents, seeds, strict=True)):
        mine = answers[number * len(texts) : (number + 1) * len(texts)]
        turns = [Turn(text, answer.text) for text, answer in zip(texts, mine, strict=True)]
        results = tuple(TurnResult(t, a, seed) for t, a in zip(turns, mine, strict=True))
        written.append(_child(branches[place], place, Move(results), count))
    return written, sum(answer.generated_tokens for answer in answers)


def _answers(
    engine: Engine, prompts: Sequence[Prompt], should_stop: Callable[[], bool]
) -> list[Completion]:
    done: dict[int, Completion] = {}
    for number, item in engine.generate_many(prompts, should_stop):
        if isinstance(item, Completion):
            done[number] = item
    if should_stop() or len(done) < len(prompts):
        raise Interrupted("interrupted while the model wrote")
    return [done[number] for number in range(len(prompts))]


def _child(parent: Branch, place: int, move: Move, siblings: int) -> Branch:
    pairs = zip(parent.programs, move.results, strict=True)
    return Branch(
        programs=tuple(program.add(result.turn) for program, result in pairs),
        moves=(*parent.moves, move),
        logprob=parent.logprob + sum(sum(result.completion.logprobs) for result in move.results),
        share=parent.share / siblings,
        parent=place,
    )


def _run(
    runner: Runner, branches: Sequence[Branch], should_stop: Callable[[], bool], *, prints: bool
) -> list[Branch]:
    sources = [program.source for branch in branches for program in branch.programs]
    answers = iter(run_programs(runner, sources, should_stop, prints=prints))
    ran = []
    for branch in branches:
        newest = replace(branch.moves[-1], executions=tuple(next(answers) for _ in branch.programs))
        ran.append(replace(branch, moves=(*branch.moves[:-1], newest)))
    return ran


def _passed(branch: Branch, judge: Judge) -> tuple[bool, ...]:
    return tuple(judge(case, execution) for case, execution in enumerate(branch.executions))
