"""Draw a faulty answer once more, with the tokens that led into it out of the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from codegen_cli.engine.base import Engine, Tokenizer, never
from codegen_cli.engine.records import Completion
from codegen_cli.program import Program
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.fault import Fault
from codegen_cli.synthesis.turn import TurnResult, write_turn

#: What an answer without code begins with: comments, white space, strings that nobody reads.
_OPENINGS = (
    *("#", "##", "###", "####", " #", "#!", "\n", "\n\n", "\n\n\n", "\r", " ", "\t"),
    *("'''", '"""', "''", '""', "\n#", "\n\n#"),
    *(" " * size for size in range(2, 33)),
)


@dataclass(frozen=True, slots=True)
class Redrawn:
    """An answer was thrown away for its fault, and the next one may not begin with `banned`.

    What was yielded of the code before belongs to the answer that is gone.
    """

    fault: Fault
    banned: tuple[int, ...]


def write_guarded(
    engine: Engine,
    program: Program,
    step: str,
    sampling: Sampling,
    *,
    attempt: int = 0,
    prompt: str | None = None,
    should_stop: Callable[[], bool] = never,
) -> Iterator[str | Redrawn | TurnResult]:
    """Yield what `write_turn` does; a faulty answer is followed by Redrawn and by one more draw.

    The second draw has the same seed, so seed and `banned` of its TurnResult are all that is
    needed to draw it again. Where it is faulty too, its `fault` says so; where it is empty and
    the first was a loop, the loop is the result after all.

    Raises:
        ContextFull: the program and the answer do not fit.
        UsageError: the step cannot be a comment.
    """
    first = None
    for item in write_turn(
        engine, program, step, sampling, attempt=attempt, prompt=prompt, should_stop=should_stop
    ):
        if not isinstance(item, TurnResult):
            yield item
        elif item.fault is None:
            yield item
            return
        else:
            first = item
    if first is None or first.fault is None:
        return
    banned = offending(engine.vocabulary, first.fault, first.completion)
    yield Redrawn(first.fault, banned)
    for item in write_turn(
        engine,
        program,
        step,
        sampling,
        attempt=attempt,
        prompt=prompt,
        banned=banned,
        should_stop=should_stop,
    ):
        if isinstance(item, TurnResult):
            worse = item.is_empty and not first.is_empty and not item.interrupted
            yield replace(first if worse else item, redrawn=first.fault)
        else:
            yield item


def offending(vocabulary: Tokenizer, fault: Fault, completion: Completion) -> tuple[int, ...]:
    """Return the tokens that a faulty answer, or one like it, begins with.

    After a loop that is its own first token. An answer without code has many beginnings, and all
    of them are meant: without `#` the model would go on with a line end and then `#`.
    """
    found = set(completion.tokens[:1])
    if fault is not Fault.REPETITION:
        for opening in _OPENINGS:
            found.update(vocabulary.tokenize(opening)[:1])
    return tuple(sorted(found))
