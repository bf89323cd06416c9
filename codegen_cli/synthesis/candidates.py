"""Several answers to one step, written in one batch, without doubles, best first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from codegen_cli.engine.base import Engine, Prompt, never
from codegen_cli.engine.records import Completion
from codegen_cli.program import Program, Turn, turn_stopper
from codegen_cli.program.syntax import parse
from codegen_cli.sandbox import Execution
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.fault import fault_in
from codegen_cli.synthesis.shape import shape
from codegen_cli.synthesis.turn import TurnResult, turn_seed


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer: what would be the turn, and whether the program still parses with it.

    `votes` counts the answers that parse to this code. Where programs were run, `execution` is what
    the program did with it, and `group` numbers those that behaved alike; 0 are those that failed.
    """

    result: TurnResult
    parses: bool
    votes: int = 1
    execution: Execution | None = None
    group: int = 0

    @property
    def rank(self) -> tuple[bool, bool, bool, float]:
        """Order: code before none, faulty last; what parses before broken code; the likelier."""
        result = self.result
        faulty = result.fault is not None
        return (result.is_empty, faulty, not self.parses, -result.completion.mean_logprob)


def untold(done: int, tokens: int) -> None:
    """Tell nobody how many answers are done, and how many tokens are written."""


def write_candidates(
    engine: Engine,
    program: Program,
    step: str,
    sampling: Sampling,
    count: int,
    should_stop: Callable[[], bool] = never,
    *,
    first: int = 0,
    prompt: str | None = None,
    start: str = "",
    banned: tuple[int, ...] = (),
    tell: Callable[[int, int], None] = untold,
) -> list[Candidate]:
    """Return different answers to a step, best first.

    They have the seeds of the attempts from `first`, 0 being that of a plain turn. `prompt`,
    `start` and `banned` are those of `write_turn`. `tell` hears of each token: how many answers
    are done, and how many tokens are written in all.
    Answers that parse to the same code are one. Interrupted, the list holds what was there, after a
    second Ctrl-C what was finished.

    Raises:
        ContextFull: the program and the answer do not fit.
        UsageError: the step cannot be a comment.
    """
    attempts = range(first, first + count)
    seeds = [turn_seed(sampling.seed, len(program.turns), attempt) for attempt in attempts]
    text = (program.prompt(step) if prompt is None else prompt) + start
    prompts = [
        Prompt(
            text,
            replace(sampling, seed=seed),
            turn_stopper(sampling.stop, start),
            banned=banned,
        )
        for seed in seeds
    ]
    done: dict[int, Completion] = {}
    tokens = 0
    try:
        for number, item in engine.generate_many(prompts, should_stop):
            if isinstance(item, Completion):
                done[number] = item
            else:
                tokens += 1
            tell(len(done), tokens)
    except KeyboardInterrupt:
        # The second Ctrl-C, which waits for no decode. What was finished is no less so.
        if not (done and should_stop()):
            raise
    results = []
    for number, answer in sorted(done.items()):
        turn, fault = Turn(step, start + answer.text), fault_in(answer, start)
        results.append(TurnResult(turn, answer, seeds[number], banned, fault))
    return _distinct(program, results)


def _distinct(program: Program, results: Sequence[TurnResult]) -> list[Candidate]:
    """Make answers that parse to the same code one, and put the best first."""
    distinct: dict[str, Candidate] = {}
    for result in results:
        key = shape(result.turn.code)
        if known := distinct.get(key):
            distinct[key] = replace(known, votes=known.votes + 1)
        else:
            parses = parse(program.add(result.turn).text) is not None
            distinct[key] = Candidate(result, parses)
    return sorted(distinct.values(), key=lambda candidate: candidate.rank)
