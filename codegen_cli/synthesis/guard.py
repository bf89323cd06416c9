"""Draw a faulty answer once more, with the tokens that led into it out of the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from codegen_cli.engine.base import Engine, Tokenizer, never
from codegen_cli.engine.records import Completion
from codegen_cli.program import Program
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.candidates import Candidate, untold, write_candidates
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


def write_guarded_candidates(
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
    tell: Callable[[int, int], None] = untold,
) -> Iterator[Redrawn | list[Candidate]]:
    """Yield what `write_candidates` returns; where all are faulty, Redrawn and another list.

    One answer that is none only ranks last. A dictated `start` is no fault of the model's, so
    nothing is drawn again after it. The second draw has the seeds of the first; where it brings no
    code and the first did, the first is the result after all.

    Raises:
        ContextFull: the program and the answer do not fit.
        UsageError: the step cannot be a comment.
    """

    def draw(banned: tuple[int, ...] = ()) -> list[Candidate]:
        return write_candidates(
            engine,
            program,
            step,
            sampling,
            count,
            should_stop,
            first=first,
            prompt=prompt,
            start=start,
            banned=banned,
            tell=tell,
        )

    found = draw()
    faults = [one.result.fault for one in found if one.result.fault is not None]
    if start or not faults or len(faults) < len(found) or should_stop():
        yield found
        return
    offences = [
        offending(engine.vocabulary, f, one.result.completion)
        for f, one in zip(faults, found, strict=True)
    ]
    banned = tuple(sorted({token for offence in offences for token in offence}))
    yield Redrawn(faults[0], banned)
    again = draw(banned)
    worse = not any(not one.result.is_empty for one in again) and not found[0].result.is_empty
    if worse and not should_stop():
        again = found
    yield [replace(one, result=replace(one.result, redrawn=faults[0])) for one in again]


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
