"""Commands that run the program."""

from __future__ import annotations

from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands.declared import COMMANDS


@COMMANDS.command("run")
def run(chat: Chat, _argument: str) -> None:
    """Run the program in a sandbox and show what it does."""
    chat.run()
