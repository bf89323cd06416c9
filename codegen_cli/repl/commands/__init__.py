"""The slash commands of the chat, sorted by topic: one table feeds dispatch, help, completion."""

from __future__ import annotations

# isort: off
# Imported for what they declare, in the order in which /help lists them.
from codegen_cli.repl.commands import turns, places, program  # noqa: F401
from codegen_cli.repl.commands import running, cases, sampling, files, chat  # noqa: F401

# isort: on
from codegen_cli.repl.commands.declared import COMMANDS

__all__ = ["COMMANDS"]
