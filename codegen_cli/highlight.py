"""Colour Python while it streams, without ever drawing anything twice.

A live display redraws and clips what is taller than the screen. Here text is written once: the
newest word, or an open string, waits until its end is known, so its colour is right.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from rich.text import Text

from codegen_cli.console import visible

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_WORD = re.compile(r"\w*\Z")
_STYLES = (
    ("Comment", "cyan"),
    ("Keyword", "magenta"),
    ("Literal.String", "green"),
    ("Literal.Number", "yellow"),
    ("Name.Builtin", "blue"),
    ("Name.Function", "bold blue"),
    ("Name.Class", "bold blue"),
    ("Operator.Word", "magenta"),
)


class CodeStream:
    """Feed pieces of Python source, get styled text to print once."""

    def __init__(self) -> None:
        self._source = ""
        self._shown = 0

    def feed(self, piece: str) -> Text:
        """Return what can be shown now, in colour."""
        self._source += piece
        line = self._source.rfind("\n") + 1
        return self._show(line + _settled(self._source[line:]))

    def finish(self) -> Text:
        """Return the rest."""
        return self._show(len(self._source))

    def _show(self, end: int) -> Text:
        start, self._shown = self._shown, max(self._shown, end)
        return styled(self._source[:end], start)


def styled(source: str, start: int = 0) -> Text:
    """Return Python source from `start` on as styled text, control characters made visible."""
    out, position = Text(), 0
    for kind, value in _lexer().get_tokens(source):
        begin, position = position, position + len(value)
        if position > start:
            out.append(visible(value[max(0, start - begin) :]), _style(str(kind)))
    return out


def _settled(line: str) -> int:
    """Return how much of an unfinished line has its final colours."""
    quote, opened = "", 0
    for i, character in enumerate(line):
        if quote:
            quote = "" if character == quote and line[i - 1] != "\\" else quote
        elif character in "'\"":
            quote, opened = character, i
        elif character == "#":
            return len(line)
    match = _WORD.search(line)
    return opened if quote else match.start() if match else len(line)


def _style(kind: str) -> str:
    name = kind.removeprefix("Token.")
    return next((style for prefix, style in _STYLES if name.startswith(prefix)), "")


@cache
def _lexer() -> Lexer:
    # Imported here: pygments costs about 40 ms and pipes never need it.
    from pygments.lexers.python import PythonLexer

    return PythonLexer(stripnl=False, ensurenl=False)
