"""Commands that show the program."""

from __future__ import annotations

from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands.declared import COMMANDS


@COMMANDS.command("show")
def show(chat: Chat, _argument: str) -> None:
    """Print the program."""
    chat.view.program(chat.session.shown, pending=chat.session.pending is not None)


@COMMANDS.command("tokens")
def tokens(chat: Chat, _argument: str) -> None:
    """Say how much of the context is used."""
    used, size = chat.used(), chat.engine.n_ctx
    chat.view.note(f"{used} of {size} tokens used · {max(size - used, 0)} left")
