"""One turn: a step becomes code. The rest of the product prints, saves or ranks what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from codegen_cli.engine.base import Engine, Prompt, never
from codegen_cli.engine.records import Completion
from codegen_cli.program import Program, Turn, turn_stopper
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.fault import Fault, fault_in


@dataclass(frozen=True, slots=True)
class TurnResult:
    """A written turn, not yet accepted: the engine's answer and the seed it was drawn with.

    `banned` are the tokens that could not come first; `fault` is what is wrong with the answer.
    `redrawn` says why an earlier draw was thrown away, where the guard did so.
    """

    turn: Turn
    completion: Completion
    seed: int
    banned: tuple[int, ...] = ()
    fault: Fault | None = None
    redrawn: Fault | None = None

    @property
    def is_empty(self) -> bool:
        """Say whether the step produced no code at all."""
        return not self.turn.code.strip()

    @property
    def interrupted(self) -> bool:
        """Say whether the user stopped it."""
        return self.completion.finish_reason == "interrupted"


def turn_seed(seed: int, index: int, attempt: int = 0) -> int:
    """Return the seed of one turn: turns and attempts draw differently, and repeatably."""
    return (seed + index + 1_000_003 * attempt) % 2**32


def write_turn(
    engine: Engine,
    program: Program,
    step: str,
    sampling: Sampling,
    *,
    attempt: int = 0,
    prompt: str | None = None,
    banned: tuple[int, ...] = (),
    start: str = "",
    should_stop: Callable[[], bool] = never,
) -> Iterator[str | TurnResult]:
    """Yield the code for a step as it becomes certain, then one TurnResult.

    The paper's protocol: the step as a comment, a completion, cut at the first stop rule. A
    `prompt` stands for the program and the step where the model should see other text (a folded
    program, `program/fold.py`). The code is made to begin with `start`, which is not yielded.

    Raises:
        ContextFull: the program and the answer do not fit.
        UsageError: the step cannot be a comment.
    """
    seed = turn_seed(sampling.seed, len(program.turns), attempt)
    shown = 0
    text = program.prompt(step) if prompt is None else prompt
    stopper = turn_stopper(sampling.stop, start)
    asked = Prompt(text + start, replace(sampling, seed=seed), stopper, banned=banned)
    for _, item in engine.generate_many([asked], should_stop):
        if isinstance(item, Completion):
            if rest := item.text[shown:]:
                yield rest
            turn, fault = Turn(step, start + item.text), fault_in(item, start)
            yield TurnResult(turn, item, seed, banned, fault)
        elif item.text:
            shown += len(item.text)
            yield item.text
