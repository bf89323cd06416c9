"""Commands about the chat itself."""

from __future__ import annotations

from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands.declared import COMMANDS


@COMMANDS.command("help", "[COMMAND]", completes="command")
def help_(chat: Chat, argument: str) -> None:
    """Say what can be typed, or what one command does."""
    chat.view.help(COMMANDS, COMMANDS.named(argument.lstrip("/")) if argument else None)


@COMMANDS.command("quit", aliases=("exit", "q"))
def quit_(chat: Chat, _argument: str) -> None:
    """Leave the chat."""
    chat.leave()
