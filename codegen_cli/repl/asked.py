"""What the model is shown for a draw: the program, folded as far as it must be, and the step."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codegen_cli.errors import ContextFull
from codegen_cli.program.fold import fold_prompt
from codegen_cli.repl.session import Draw

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
    room = draw.sampling.max_tokens + (engine.count(draw.start) if draw.start else 0)
    found = fold_prompt(
        draw.program, draw.step, engine.count, engine.n_ctx, room, chat.session.wishes, chat.folded
    )
    if news := found.news(chat.folded):
        chat.view.note(news)
    chat.folded = found.turns
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


def in_chat(error: ContextFull) -> ContextFull:
    """Say with the chat's own commands what the hint says with options."""
    hint = error.hint.replace("--max-tokens", "/set max_tokens")
    hint = re.sub(r"ask for at most (\d+) tokens an answer", r"/set max_tokens \1", hint)
    return ContextFull(error.message, hint)
