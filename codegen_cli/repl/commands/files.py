"""Commands that read and write files."""

from __future__ import annotations

from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands.declared import COMMANDS


@COMMANDS.command("save", "[FILE]", completes="path")
def save(chat: Chat, argument: str) -> None:
    """Write the program to a file."""
    chat.save(argument)


@COMMANDS.command("save!", "[FILE]", completes="path")
def save_over(chat: Chat, argument: str) -> None:
    """The same, over any file."""
    chat.save(argument, force=True)
