"""The slash commands of the chat."""

from __future__ import annotations

from codegen_cli.errors import UsageError
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.sampling import NAMES, known
from codegen_cli.repl.table import Table

COMMANDS: Table[Chat] = Table()


@COMMANDS.command("accept", "keep the pending turn; so do Enter and the next step")
def accept(chat: Chat, _argument: str) -> None:
    if chat.session.pending is None:
        raise UsageError("no turn is pending", "type a step first")
    chat.accept()


@COMMANDS.command("retry", "draw the pending turn again with another seed", "[TEMPERATURE]")
def retry(chat: Chat, argument: str) -> None:
    chat.draw(chat.session.retry(argument))


@COMMANDS.command("edit", "reword the pending step and draw again", "[STEP]")
def edit(chat: Chat, argument: str) -> None:
    step = argument or _edited(chat)
    if step:
        chat.draw(chat.session.reword(step))


@COMMANDS.command("drop", "discard the pending turn")
def drop(chat: Chat, _argument: str) -> None:
    chat.view.turns("dropped", [chat.session.drop()])


@COMMANDS.command("undo", "take back the pending turn, or the last N", "[N]")
def undo(chat: Chat, argument: str) -> None:
    if argument and not (argument.isascii() and argument.isdecimal() and len(argument) < 10):
        raise UsageError(f'"{argument}" is not a number of turns', "try /undo 2")
    chat.view.turns("undid", chat.session.undo(int(argument or 1)))


@COMMANDS.command("redo", "bring back what was undone")
def redo(chat: Chat, _argument: str) -> None:
    chat.view.turns("brought back", chat.session.redo())


@COMMANDS.command("show", "print the program")
def show(chat: Chat, _argument: str) -> None:
    chat.view.program(chat.session.shown, pending=chat.session.pending is not None)


@COMMANDS.command("save", "write the program to a file", "[FILE]", completes="path")
def save(chat: Chat, argument: str) -> None:
    chat.save(argument)


@COMMANDS.command("save!", "the same, over any file", "[FILE]", completes="path")
def save_over(chat: Chat, argument: str) -> None:
    chat.save(argument, force=True)


@COMMANDS.command("set", "show or change the sampling", "[NAME [VALUE]]", completes="setting")
def set_(chat: Chat, argument: str) -> None:
    name, _, value = argument.replace("=", " ").partition(" ")
    if value.strip():
        chat.session.set(name, value.strip())
    chat.view.sampling(chat.session.sampling, [known(name)] if name else NAMES)


@COMMANDS.command("tokens", "say how much of the context is used")
def tokens(chat: Chat, _argument: str) -> None:
    used, size = chat.used(), chat.engine.n_ctx
    chat.view.note(f"{used} of {size} tokens used · {max(size - used, 0)} left")


@COMMANDS.command("help", "say what can be typed")
def help_(chat: Chat, _argument: str) -> None:
    chat.view.help(COMMANDS)


@COMMANDS.command("quit", "leave the chat", aliases=("exit", "q"))
def quit_(chat: Chat, _argument: str) -> None:
    chat.leave()


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
