"""Commands that change the turns."""

from __future__ import annotations

from codegen_cli.errors import UsageError
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands.declared import COMMANDS


@COMMANDS.command("accept")
def accept(chat: Chat, _argument: str) -> None:
    """Keep the pending turn; so do Enter and the next step."""
    if chat.session.pending is None:
        raise UsageError("no turn is pending", "type a step first")
    chat.accept()


@COMMANDS.command("retry", "[TEMPERATURE]")
def retry(chat: Chat, argument: str) -> None:
    """Draw the pending turn again with another seed."""
    chat.draw(chat.session.retry(argument))


@COMMANDS.command("edit", "[STEP]")
def edit(chat: Chat, argument: str) -> None:
    """Reword the pending step and draw again."""
    step = argument or _edited(chat)
    if step:
        chat.draw(chat.session.reword(step))


@COMMANDS.command("drop")
def drop(chat: Chat, _argument: str) -> None:
    """Discard the pending turn."""
    chat.view.turns("dropped", [chat.session.drop()])


@COMMANDS.command("undo", "[N]")
def undo(chat: Chat, argument: str) -> None:
    """Take back the pending turn, or the last N."""
    if argument and not (argument.isascii() and argument.isdecimal() and len(argument) < 10):
        raise UsageError(f'"{argument}" is not a number of turns', "try /undo 2")
    chat.view.turns("undid", chat.session.undo(int(argument or 1)))


@COMMANDS.command("redo")
def redo(chat: Chat, _argument: str) -> None:
    """Bring back what was undone."""
    chat.view.turns("brought back", chat.session.redo())


def _edited(chat: Chat) -> str:
    """Let the user change the pending step; nothing means that it stays."""
    pending = chat.session.pending
    if pending is None:
        raise UsageError("no turn is pending, so there is nothing to reword", "type a step first")
    if not chat.reader.is_terminal:
        raise UsageError("/edit needs the new step here", "write /edit STEP")
    try:
        step = chat.read(pending.turn.step).strip()
    except (EOFError, KeyboardInterrupt):
        step = ""
    if not step:
        chat.view.note("the step stays as it was")
    return step
