"""The one table that the topics' files declare their commands in."""

from __future__ import annotations

from codegen_cli.repl.chat import Chat
from codegen_cli.repl.table import Table

COMMANDS: Table[Chat] = Table()
