"""What /help says, broken between words for the width of the terminal. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from codegen_cli.repl.table import Command, Table

C = TypeVar("C")

_KEYS = (
    "All else is a step, and //… one that begins with a slash.",
    'Lines between two """ are one step · !cmd runs a command of your shell',
    "Enter sends · Alt-Enter or Ctrl-J opens a line · Tab completes · Up recalls · Ctrl-R searches",
    "Ctrl-X Ctrl-E opens $EDITOR · Ctrl-C stops, or clears the line · Ctrl-Z suspends · "
    "Ctrl-D leaves",
)

#: Columns that the words about a command need beside it.
_LEAST_BESIDE = 40

_INDENT = 4


def help_rows(table: Table[C], columns: int | None) -> Iterator[tuple[str, str]]:
    """Yield each command's form with the space after it, and the words about it.

    They stand beside each other, or one under the other in a terminal too narrow for that; without
    `columns` no line is broken.
    """
    width = max(len(command.form) for command in table) + 2
    narrow = columns is not None and columns < width + _LEAST_BESIDE
    indent = _INDENT if narrow else width
    for command in table:
        form = f"{command.form}\n{'':<{indent}}" if narrow else f"{command.form:<{width}}"
        lines = [_about(command)]
        if columns is not None:
            lines = textwrap.wrap(lines[0], max(columns - indent, 1), break_on_hyphens=False)
        yield form, f"\n{'':<{indent}}".join(lines)


def key_lines(columns: int | None) -> list[str]:
    """Return the lines about keys."""
    if columns is None:
        return list(_KEYS)
    return [line for keys in _KEYS for line in textwrap.wrap(keys, columns, break_on_hyphens=False)]


def _about(command: Command[C]) -> str:
    also = ", ".join(f"/{alias}" for alias in command.aliases)
    return f"{command.help} Also {also}." if also else command.help
