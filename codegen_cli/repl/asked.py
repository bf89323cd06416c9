"""What the model is shown for a draw: the program, folded as far as it must be, and the step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codegen_cli.errors import ContextFull
from codegen_cli.program.fold import Folded, fold_prompt, folded_turns
from codegen_cli.program.marks import numbers_of
from codegen_cli.repl.session import Draw
from codegen_cli.repl.ways_out import ways_out

if TYPE_CHECKING:
    from codegen_cli.repl.chat import Chat


@dataclass(frozen=True, slots=True)
class Asked:
    """What the model is shown for a draw, the turns folded in it, whether its step was read."""

    prompt: str
    folded: tuple[int, ...]
    read: bool = False


def ask_for(chat: Chat, draw: Draw, should_stop: Callable[[], bool]) -> Asked:
    """Return the prompt of a draw; what is folded in it, and how clear the step is, are said.

    Raises:
        Interrupted: `should_stop` said so.
        ContextFull: the program and the answer do not fit, whatever is folded.
    """
    engine = chat.engine
    turns = chat.session.turns(draw.place)
    before = numbers_of(turns, chat.folded)
    found = _folded(chat, draw, turns, before)
    if news := found.news(before):
        chat.view.note(news)
    chat.folded = frozenset(turns[number - 1] for number in found.turns)
    asked = Asked(found.prompt, found.turns)
    if draw.attempt or draw.start or not draw.program.turns:
        # It was said when the step was asked for; and a first step has nothing before it that
        # would make it clear, so its perplexity tells nothing (docs/clarity.md).
        return asked
    with chat.view.reading():
        reading = chat.clarity.read(engine, asked.prompt, draw.step, should_stop)
    if reading is None:
        return asked
    chat.view.note(str(reading))
    return replace(asked, read=True)


def _folded(chat: Chat, draw: Draw, turns: Sequence[int], before: tuple[int, ...]) -> Folded:
    """Return the folded prompt of a draw; where it does not fit, say what makes room.

    Raises:
        ContextFull: the program and the answer do not fit, whatever is folded.
    """
    engine, program = chat.engine, draw.program
    wishes = chat.session.marks.wishes(turns)
    answer = draw.sampling.max_tokens + (engine.count(draw.start) if draw.start else 0)
    try:
        return fold_prompt(program, draw.step, engine.count, engine.n_ctx, answer, wishes, before)
    except ContextFull as error:
        hint = ways_out(
            program,
            draw.step,
            engine.count,
            engine.n_ctx - answer,
            draw.sampling.max_tokens,
            folded_turns(program).keys() & wishes.pinned - wishes.folded,
            len(chat.session.shown.turns) - len(turns),
        )
        raise ContextFull(error.message, hint) from error


def in_chat(error: ContextFull) -> ContextFull:
    """Say with the chat's own command what the engine's hint says with an option."""
    return ContextFull(error.message, error.hint.replace("--max-tokens", "/set max_tokens"))
