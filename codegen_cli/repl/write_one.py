"""Draw one answer: it streams to the screen, and the guard draws a faulty one once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from codegen_cli.repl.answered import adds_nothing, note_origins, show_turn
from codegen_cli.repl.asked import Asked
from codegen_cli.repl.session import Draw
from codegen_cli.synthesis.guard import Redrawn, write_guarded
from codegen_cli.synthesis.turn import TurnResult, write_turn

if TYPE_CHECKING:
    from codegen_cli.repl.chat import Chat


def write_one(chat: Chat, draw: Draw, asked: Asked, should_stop: Callable[[], bool]) -> bool:
    """Make the answer the pending turn and show it; set an interrupted one aside and say no.

    Raises:
        ContextFull: the program and the answer do not fit.
    """
    before = chat.session.pending
    result = _drawn(chat, draw, asked, should_stop)
    if result is None or result.interrupted or should_stop():
        chat.session.set_aside(draw, [result] if result else [])
        return False
    if adds_nothing(chat.session, draw, result):
        chat.view.note("the model adds nothing to the turn")
        return True
    chat.session.take(draw, result)
    way = chat.session.tree.way(chat.session.tree.head)
    note_origins(chat, draw, asked, [way[len(draw.program.turns)].id], [result])
    # Before it is shown: what was seen is kept, whatever happens next.
    chat.keep("draw")
    show_turn(chat, draw, result)
    if before and draw.attempt and before.turn.code == result.turn.code:
        warmer = min(draw.sampling.temperature + 0.5, 10)
        chat.view.note(f"the same code as before; /retry {warmer:g} draws more freely")
    return True


def _drawn(
    chat: Chat, draw: Draw, asked: Asked, should_stop: Callable[[], bool]
) -> TurnResult | None:
    """Stream an answer and return it."""
    stream = _stream(chat, draw, asked.prompt, should_stop)
    while True:
        end = _show(chat, stream, draw.start)
        if not isinstance(end, Redrawn):
            return end
        chat.view.redrawn(end)


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
