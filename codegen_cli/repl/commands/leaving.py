"""Commands about the chat itself."""

from __future__ import annotations

from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands.declared import COMMANDS


@COMMANDS.command("help")
def help_(chat: Chat, _argument: str) -> None:
    """Say what can be typed."""
    chat.view.help(COMMANDS)


@COMMANDS.command("quit", aliases=("exit", "q"))
def quit_(chat: Chat, _argument: str) -> None:
    """Leave the chat."""
    chat.leave()
