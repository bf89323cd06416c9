"""Several answers to one step, written in one batch, without doubles, best first."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

from codegen_cli.engine.base import Engine, Prompt, never
from codegen_cli.engine.records import Completion
from codegen_cli.program import Program, StopWatcher, Turn
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.turn import TurnResult, turn_seed


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer: what would be the turn, and whether the program still parses with it."""

    result: TurnResult
    parses: bool

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """Order: code before none, code that parses before broken code, then the likelier."""
        return (self.result.is_empty, not self.parses, -self.result.completion.mean_logprob)


def write_candidates(
    engine: Engine,
    program: Program,
    step: str,
    sampling: Sampling,
    count: int,
    should_stop: Callable[[], bool] = never,
) -> list[Candidate]:
    """Return different answers to a step, best first; the first has the seed of a plain turn.

    Answers that parse to the same code are one. Interrupted, the list holds what was there.

    Raises:
        ContextFull: the program and the answer do not fit.
        UsageError: the step cannot be a comment.
    """
    seeds = [turn_seed(sampling.seed, len(program.turns), attempt) for attempt in range(count)]
    text = program.prompt(step)
    prompts = [Prompt(text, replace(sampling, seed=seed), StopWatcher()) for seed in seeds]
    done: dict[int, Completion] = {}
    for number, item in engine.generate_many(prompts, should_stop):
        if isinstance(item, Completion):
            done[number] = item
    results = [
        TurnResult(Turn(step, done[number].text), done[number], seeds[number])
        for number in sorted(done)
    ]
    distinct: dict[str, Candidate] = {}
    for result in results:
        parses = _parse(program.add(result.turn).text) is not None
        distinct.setdefault(_shape(result.turn.code), Candidate(result, parses))
    return sorted(distinct.values(), key=lambda candidate: candidate.rank)


def _shape(code: str) -> str:
    """Return what two texts of the same code have in common: white space and comments gone."""
    tree = _parse(code)
    return code.strip() if tree is None else ast.dump(tree)


def _parse(code: str) -> ast.Module | None:
    with warnings.catch_warnings():
        # An odd escape in a string of the model is no concern of the user's terminal.
        warnings.simplefilter("ignore")
        try:
            return ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
