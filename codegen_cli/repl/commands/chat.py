"""Commands about the chat itself."""

from __future__ import annotations

from codegen_cli.errors import UsageError
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands.declared import COMMANDS


@COMMANDS.command("help", "[COMMAND]", completes="command")
def help_(chat: Chat, argument: str) -> None:
    """Say what can be typed, or what one command does."""
    chat.view.help(COMMANDS, COMMANDS.named(argument.lstrip("/")) if argument else None)


@COMMANDS.command("multiline")
def multiline(chat: Chat, _argument: str) -> None:
    """Let Enter open a line and Alt-Enter send the step, or the other way round again."""
    if not chat.reader.is_terminal:
        raise UsageError("/multiline needs a terminal", 'put several lines between two """')
    chat.reader.opens_line = not chat.reader.opens_line
    enter = "opens a line, Alt-Enter sends" if chat.reader.opens_line else "sends"
    chat.view.note(f"Enter {enter}")


@COMMANDS.command("quit", aliases=("exit", "q"))
def quit_(chat: Chat, _argument: str) -> None:
    """Leave the chat."""
    chat.leave()
