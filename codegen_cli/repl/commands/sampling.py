"""Commands that change how turns are drawn."""

from __future__ import annotations

import re

from codegen_cli.errors import UsageError
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands.declared import COMMANDS
from codegen_cli.repl.sampling import NAMES, known


@COMMANDS.command("set", "[NAME [VALUE]]", completes="setting")
def set_(chat: Chat, argument: str) -> None:
    """Show or change the sampling."""
    name, *value = re.split(r"\s*=\s*|\s+", argument, maxsplit=1)
    if value and value[0].strip():
        chat.session.set(name, value[0].strip())
    chat.view.sampling(chat.session.sampling, [known(name)] if name else NAMES)


@COMMANDS.command("model", "[NAME]", completes="model")
def model(chat: Chat, argument: str) -> None:
    """Go on with another model, or say which one it is; the program stays."""
    if not argument:
        info = chat.engine.info
        chat.view.note(f"{info.name} {info.file_type} · {chat.engine.placement}")
        return
    if chat.outside is None:
        raise UsageError("this chat cannot change its model", "start with --model NAME")
    chat.outside.open_model(chat, argument)
