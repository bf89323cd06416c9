"""What `/help` says: the commands by topic, and the keys. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeVar

from rich.text import Text

from codegen_cli.repl.table import Command

C = TypeVar("C")

#: Columns that the words about a command need beside it.
_LEAST = 34

_KEYS = (
    "All else is a step, and //… one that begins with a slash.",
    'Lines between two """ are one step · !cmd runs a command of your shell',
    "Enter sends · Alt-Enter or Ctrl-J opens a line · Tab completes · Up recalls · Ctrl-R searches",
    "Ctrl-X Ctrl-E opens $EDITOR · Ctrl-C stops, or clears the line · Ctrl-Z suspends · "
    "Ctrl-D leaves",
)


def help_lines(commands: Sequence[Command[C]], width: int | None) -> Iterator[Text]:
    """Yield lines about commands, for a screen of `width` columns or for no screen.

    Two columns, or one where they would not fit. Several topics have headings.
    """
    left = max(len(command.form) for command in commands) + 4
    narrow = width is not None and width < left + _LEAST
    topics = [(topic, list(found)) for topic, found in groupby(commands, lambda c: c.topic)]
    for topic, found in topics:
        if len(topics) > 1:
            yield Text(f"{topic}\n", "bold")
        for command in found:
            yield from _about(command, 4 if narrow else left, width)


def keys_help(width: int | None) -> Iterator[Text]:
    """Yield lines about the keys, as `help_lines` does."""
    yield Text("typing\n", "bold")
    for line in _KEYS:
        for part in _wrapped(line, 2, width):
            yield Text(f"  {part}\n", "muted")


def _about(command: Command[C], left: int, width: int | None) -> Iterator[Text]:
    also = ", ".join(f"/{alias}" for alias in command.aliases)
    words = f"{command.help} Also {also}." if also else command.help
    form = f"  {command.form}"
    if len(form) + 2 > left:
        yield Text(f"{form}\n", "step")
        form = ""
    for part in _wrapped(words, left, width):
        yield Text.assemble((f"{form:<{left}}", "step"), part, "\n")
        form = ""


def _wrapped(words: str, indent: int, width: int | None) -> list[str]:
    if width is None:
        return [words]
    return textwrap.wrap(words, max(width - indent, 16), break_long_words=False)
