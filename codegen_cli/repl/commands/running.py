"""Commands that run the program."""

from __future__ import annotations

from codegen_cli.errors import UsageError
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands.declared import COMMANDS


@COMMANDS.command("run")
def run(chat: Chat, _argument: str) -> None:
    """Run the program in a sandbox and show what it does."""
    chat.run()


@COMMANDS.command("vars")
def vars_(chat: Chat, _argument: str) -> None:
    """Show the variables that the last run left, with type and value."""
    running = chat.running
    if running.variables is None:
        raise UsageError("no program has run to its end yet", "/run runs this one")
    chat.view.variables(running.variables)
    if running.source != chat.session.shown.source:
        chat.view.note("as the last run left them; the program has changed since (/run)")
