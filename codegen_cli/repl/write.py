"""Draw the answers that a session asks for: folded prompts, the guard, candidates, Ctrl-C."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codegen_cli.errors import ContextFull, Interrupted
from codegen_cli.program.fold import fold_prompt
from codegen_cli.repl.check import problems
from codegen_cli.repl.session import Draw, Session
from codegen_cli.synthesis.behaviour import rank_by_execution
from codegen_cli.synthesis.candidates import Candidate, write_candidates
from codegen_cli.synthesis.execute import run_programs
from codegen_cli.synthesis.guard import Redrawn, write_guarded
from codegen_cli.synthesis.turn import TurnResult, turn_seed, write_turn

if TYPE_CHECKING:
    from codegen_cli.repl.chat import Chat


@dataclass(frozen=True, slots=True)
class Asked:
    """What the model is shown for a draw, the turns folded in it, whether its step was read."""

    prompt: str
    folded: tuple[int, ...]
    read: bool = False


def write(chat: Chat, draw: Draw) -> None:
    """Write what a session asks for, put it in the tree, and show it.

    Raises:
        Interrupted: Ctrl-C, and nobody is there to go on.
        ContextFull: the program and the answer do not fit.
    """
    try:
        asked = chat.asked = _read(chat, draw, _ask_for(chat, draw))
        if asked is None:
            _interrupted(chat, len(draw.program.turns) + 1, None)
            return
        if chat.session.candidates > 1:
            _several(chat, draw, asked)
        else:
            _one(chat, draw, asked)
    except ContextFull as error:
        raise _in_chat(error) from error


def keep_partial(chat: Chat) -> None:
    """Make what was written before an interruption the pending turn.

    Raises:
        UsageError: nothing was interrupted.
    """
    partial = chat.session.partial
    chat.session.keep_partial()
    head = chat.session.tree.head
    if partial and chat.asked and head is not None:
        draw, result = partial
        _note_origin(chat, head, draw, chat.asked, result, draw.attempt)


def _read(chat: Chat, draw: Draw, asked: Asked) -> Asked | None:
    """Say how clear the step is, where that tells anything for this model; None: interrupted."""
    if draw.attempt or draw.start:
        # It was said when the step was asked for.
        return asked
    try:
        with chat.interruptible() as should_stop:
            reading = chat.clarity.read(chat.engine, asked.prompt, draw.step, should_stop)
    except (Interrupted, KeyboardInterrupt):
        return None
    if reading is None:
        return asked
    chat.view.note(str(reading))
    return replace(asked, read=True)


def _one(chat: Chat, draw: Draw, asked: Asked) -> None:
    number = len(draw.program.turns) + 1
    before = chat.session.pending
    result = _write_one(chat, draw, asked)
    if result and _adds_nothing(chat.session, draw, result):
        chat.view.note("the model adds nothing to the turn")
        return
    if result is None or not chat.session.take(draw, result):
        _interrupted(chat, number, result)
        return
    way = chat.session.tree.way(chat.session.tree.head)
    _note_origin(chat, way[number - 1].id, draw, asked, result, draw.attempt)
    # Before it is shown: what was seen is kept, whatever happens next.
    chat.keep("draw")
    chat.speed = result.completion.tokens_per_second
    chat.view.turn(number, result, problems(chat.session.shown, result))
    if draw.later:
        _say_replayed(chat, number, draw)
    if before and draw.attempt and before.turn.code == result.turn.code:
        warmer = min(draw.sampling.temperature + 0.5, 10)
        chat.view.note(f"the same code as before; /retry {warmer:g} draws more freely")


def _adds_nothing(session: Session, draw: Draw, result: TurnResult) -> bool:
    """Say whether the last turn was to be gone on with, and is the same still."""
    if not draw.start or result.interrupted or session.tree.head is None:
        return False
    head = session.tree.nodes[session.tree.head]
    same = (head.parent, head.turn.step) == (draw.place, draw.step)
    return same and head.turn.code.rstrip() == result.turn.code.rstrip()


def _several(chat: Chat, draw: Draw, asked: Asked) -> None:
    number = len(draw.program.turns) + 1
    found = _write_several(chat, draw, asked)
    if found is None:
        _interrupted(chat, number, None)
        return
    places = chat.session.take_all(draw, [one.result for one in found])
    for place, one in zip(places, found, strict=False):
        attempt = _attempt_of(draw, one.result, chat.session.candidates)
        _note_origin(chat, place, draw, asked, one.result, attempt)
    chat.keep("draw")
    best = found[0].result
    answers = [node.id for node in chat.session.tree.answers(places[0])]
    numbers = [answers.index(place) + 1 for place in places]
    chat.view.candidates(found, chat.running.of(draw.program.source), numbers)
    chat.speed = best.completion.tokens_per_second
    chat.view.turn(number, best, problems(chat.session.shown, best))
    if draw.later:
        _say_replayed(chat, number, draw)


def _note_origin(
    chat: Chat, place: int, draw: Draw, asked: Asked, result: TurnResult, attempt: int
) -> None:
    if chat.keeper:
        chat.keeper.answered(
            place,
            result,
            asked.prompt + draw.start,
            draw.sampling,
            attempt,
            folded=asked.folded,
            start=draw.start,
            read=asked.read,
        )


def _say_replayed(chat: Chat, number: int, draw: Draw) -> None:
    last = number + len(draw.later)
    which = f"turn {last}" if last == number + 1 else f"turns {number + 1}…{last}"
    chat.view.note(
        f"turn {number} is new; {which} follow as they were, not drawn again · "
        f"/goto #{draw.later[-1].id} goes back to the program before"
    )


def _interrupted(chat: Chat, number: int, result: TurnResult | None) -> None:
    if not chat.reader.attended:
        raise Interrupted(f"interrupted in turn {number}")
    tokens = result.completion.generated_tokens if result else 0
    left = "the answer before it still is" if chat.session.pending else "nothing is"
    partial = " · /keep takes what was written, /more goes on" if chat.session.partial else ""
    chat.view.note(
        f"interrupted after {tokens} tokens · program unchanged, {left} pending{partial}"
    )


def _ask_for(chat: Chat, draw: Draw) -> Asked:
    """Return the prompt of a draw, folded as far as it must be; what changed is said.

    Raises:
        ContextFull: the program and the answer do not fit, whatever is folded.
    """
    engine = chat.engine
    room = draw.sampling.max_tokens + (engine.count(draw.start) if draw.start else 0)
    found = fold_prompt(
        draw.program, draw.step, engine.count, engine.n_ctx, room, chat.session.wishes, chat.folded
    )
    if news := found.news(chat.folded):
        chat.view.note(news)
    chat.folded = found.turns
    return Asked(found.prompt, found.turns)


def _write_one(chat: Chat, draw: Draw, asked: Asked) -> TurnResult | None:
    """Stream an answer; None when a second Ctrl-C tore it off."""
    try:
        with chat.interruptible() as should_stop:
            stream = _stream(chat, draw, asked.prompt, should_stop)
            while True:
                end = _show(chat, stream, draw.start)
                if not isinstance(end, Redrawn):
                    return end
                chat.view.redrawn(end)
    except KeyboardInterrupt:
        return None


def _write_several(chat: Chat, draw: Draw, asked: Asked) -> list[Candidate] | None:
    """Return different answers, best first; None when Ctrl-C stopped them.

    They are run, and ranked by what they do, where the chat may run programs.
    """
    count = chat.session.candidates
    try:
        with chat.interruptible() as should_stop, chat.view.working(f"writing {count} answers…"):
            found = write_candidates(
                chat.engine,
                draw.program,
                draw.step,
                draw.sampling,
                count,
                should_stop,
                first=draw.attempt,
                prompt=asked.prompt,
                start=draw.start,
            )
            if should_stop() or not found:
                return None
            if chat.running.allowed:
                sources = [draw.program.add(one.result.turn).source for one in found]
                ran = run_programs(chat.running.open(), sources, should_stop)
                chat.running.note(sources, ran)
                found = rank_by_execution(found, sources, ran)
            return found
    except KeyboardInterrupt:
        return None


def _attempt_of(draw: Draw, result: TurnResult, count: int) -> int:
    """Return which of the attempts of a draw an answer is, by its seed."""
    numbers = range(draw.attempt, draw.attempt + count)
    index = len(draw.program.turns)
    return next(n for n in numbers if turn_seed(draw.sampling.seed, index, n) == result.seed)


def _in_chat(error: ContextFull) -> ContextFull:
    """Say with the chat's own commands what the hint says with options."""
    hint = error.hint.replace("--max-tokens", "/set max_tokens")
    hint = re.sub(r"ask for at most (\d+) tokens an answer", r"/set max_tokens \1", hint)
    return ContextFull(error.message, hint)


def _stream(
    chat: Chat, draw: Draw, prompt: str, should_stop: Callable[[], bool]
) -> Iterator[str | Redrawn | TurnResult]:
    program, step, sampling = draw.program, draw.step, draw.sampling
    if draw.start:
        # What the user began is no fault of the model's, and masks nothing.
        return write_turn(
            chat.engine,
            program,
            step,
            sampling,
            attempt=draw.attempt,
            prompt=prompt,
            start=draw.start,
            should_stop=should_stop,
        )
    return write_guarded(
        chat.engine,
        program,
        step,
        sampling,
        attempt=draw.attempt,
        prompt=prompt,
        should_stop=should_stop,
    )


def _show(
    chat: Chat, stream: Iterator[str | Redrawn | TurnResult], start: str
) -> TurnResult | Redrawn | None:
    """Show the pieces of one draw, and return what ended it."""
    with chat.view.writing() as show:
        if start:
            show(start)
        for item in stream:
            if not isinstance(item, str):
                return item
            show(item)
    return None
