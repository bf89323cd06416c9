"""The slash commands of the chat."""

from __future__ import annotations

from codegen_cli.errors import UsageError
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.sampling import NAMES, known
from codegen_cli.repl.table import Table

COMMANDS: Table[Chat] = Table()


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


@COMMANDS.command("show")
def show(chat: Chat, _argument: str) -> None:
    """Print the program."""
    chat.view.program(chat.session.shown, pending=chat.session.pending is not None)


@COMMANDS.command("run")
def run(chat: Chat, _argument: str) -> None:
    """Run the program in a sandbox and show what it does."""
    chat.run()


@COMMANDS.command("save", "[FILE]", completes="path")
def save(chat: Chat, argument: str) -> None:
    """Write the program to a file."""
    chat.save(argument)


@COMMANDS.command("save!", "[FILE]", completes="path")
def save_over(chat: Chat, argument: str) -> None:
    """The same, over any file."""
    chat.save(argument, force=True)


@COMMANDS.command("set", "[NAME [VALUE]]", completes="setting")
def set_(chat: Chat, argument: str) -> None:
    """Show or change the sampling."""
    name, _, value = argument.replace("=", " ").partition(" ")
    if value.strip():
        chat.session.set(name, value.strip())
    chat.view.sampling(chat.session.sampling, [known(name)] if name else NAMES)


@COMMANDS.command("tokens")
def tokens(chat: Chat, _argument: str) -> None:
    """Say how much of the context is used."""
    used, size = chat.used(), chat.engine.n_ctx
    chat.view.note(f"{used} of {size} tokens used · {max(size - used, 0)} left")


@COMMANDS.command("help")
def help_(chat: Chat, _argument: str) -> None:
    """Say what can be typed."""
    chat.view.help(COMMANDS)


@COMMANDS.command("quit", aliases=("exit", "q"))
def quit_(chat: Chat, _argument: str) -> None:
    """Leave the chat."""
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
