"""The command that makes several turns of one long step."""

from __future__ import annotations

from itertools import pairwise

from codegen_cli.errors import UsageError
from codegen_cli.program.split import split_step
from codegen_cli.repl import asking
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands.declared import COMMANDS


@COMMANDS.command("split")
def split(chat: Chat, _argument: str) -> None:
    """Ask for the parts of the pending step one by one."""
    pending = chat.session.pending
    if pending is None:
        raise UsageError("no turn is pending, so there is nothing to split", "type a step first")
    parts = split_step(pending.turn.step)
    if len(parts) == 1:
        raise UsageError("the step asks for one thing only", "/edit rewords it")
    chat.view.note("\n".join(f"part {number}: {part}" for number, part in enumerate(parts, 1)))
    chat.draw(asking.reword(chat.session, parts[0]))
    for before, part in pairwise(parts):
        written = chat.session.pending
        if written is None or written.turn.step != before:
            # The user stopped the part before: what is left of the step is theirs to say again.
            return
        chat.draw(asking.ask(chat.session, part))
