"""Write the turn that a session asks for, all of it or nothing, whenever Ctrl-C comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegen_cli.errors import ContextFull, Interrupted
from codegen_cli.program.tree import Tree
from codegen_cli.repl.answered import note_origins
from codegen_cli.repl.asked import ask_for, in_chat
from codegen_cli.repl.session import Draw
from codegen_cli.repl.write_one import write_one
from codegen_cli.repl.write_several import write_several

if TYPE_CHECKING:
    from codegen_cli.repl.chat import Chat


def write(chat: Chat, draw: Draw) -> None:
    """Write what a session asks for, put it in the tree, and show it.

    A first Ctrl-C is a flag from the beginning to the end, so it tears nothing; until the answer is
    in the tree it leaves the program as it was, and after that it is too late, which is said.

    Raises:
        Interrupted: Ctrl-C, and nobody is there to go on.
        ContextFull: the program and the answer do not fit.
    """
    before, stopped = chat.session.tree, False
    try:
        with chat.interruptible() as should_stop:
            chat.asked = ask_for(chat, draw, should_stop)
            # Only now: where the prompt does not fit, an earlier answer still waits for /keep.
            chat.session.set_aside(draw, [])
            if not should_stop():
                several = chat.session.candidates > 1
                write_answer = write_several if several else write_one
                stopped = not write_answer(chat, draw, chat.asked, should_stop)
    except ContextFull as error:
        raise in_chat(error) from error
    except (Interrupted, KeyboardInterrupt):
        # The second Ctrl-C strikes at once, wherever that is.
        stopped = True
    if stopped or should_stop():
        _interrupted(chat, draw, before)


def keep_partial(chat: Chat) -> None:
    """Put what was written before an interruption in the tree; the best is the pending turn.

    Raises:
        UsageError: nothing was interrupted.
    """
    partial = chat.session.partial
    places = chat.session.keep_partial()
    if partial and chat.asked:
        draw, results = partial
        note_origins(chat, draw, chat.asked, places, results[: len(places)])


def _interrupted(chat: Chat, draw: Draw, before: Tree) -> None:
    """Say that Ctrl-C came, and what became of the turn."""
    number = len(draw.program.turns) + 1
    if not chat.reader.attended:
        raise Interrupted(f"interrupted in turn {number}")
    if chat.session.tree is not before:
        chat.view.note("Ctrl-C came after the answer, which is pending · /drop discards it")
        return
    partial = chat.session.partial
    results = partial[1] if partial and partial[0] is draw else []
    tokens = sum(result.completion.generated_tokens for result in results)
    left = "the answer before it still is" if chat.session.pending else "nothing is"
    how = ""
    if len(results) > 1:
        how = f" · {len(results)} answers were finished: /keep takes the best, /pick K another"
    elif results:
        how = " · /keep takes what was written, /more goes on"
    chat.view.note(f"interrupted after {tokens} tokens · program unchanged, {left} pending{how}")
