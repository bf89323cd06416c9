"""Colour Python while it streams, without ever drawing anything twice.

A live display redraws and clips what is taller than the screen. Here text is written once: the
newest word, or an open string, waits until its end is known, so its colour is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from rich.text import Text

from codegen_cli.console import visible

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_LONG_QUOTES = ('"""', "'''")
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
        # Only the source since the last line that begins outside any string: lexing a long answer
        # from its start for every token would take longer than writing it.
        self._source = ""
        self._shown = 0

    def feed(self, piece: str) -> Text:
        """Return what can be shown now, in colour."""
        self._source += piece
        line = self._source.rfind("\n") + 1
        text = self._show(line + _settled(self._source[line:]))
        if line and all(self._source.count(quotes, 0, line) % 2 == 0 for quotes in _LONG_QUOTES):
            self._source, self._shown = self._source[line:], self._shown - line
        return text

    def finish(self) -> Text:
        """Return the rest."""
        return self._show(len(self._source))

    def _show(self, end: int) -> Text:
        start, self._shown = self._shown, max(self._shown, end)
        return styled(self._source[:end], start)


class Spaced:
    """Write text once; the line ends at its end wait until something follows them."""

    def __init__(self, write: Callable[[Text], None]) -> None:
        self._write = write
        self._blank = ""
        self.begun = False

    def add(self, text: Text) -> None:
        """Write text up to its last line ends."""
        kept = len(text.plain.rstrip("\n"))
        if kept:
            self._write(Text(self._blank) + text[:kept])
            self._blank, self.begun = "", True
        self._blank += text.plain[kept:]

    def wait(self, blank: str) -> None:
        """Let these line ends wait instead of the ones that do."""
        self._blank = blank

    def end(self, blank: str) -> None:
        """Write these line ends instead of the waiting ones, if anything was written at all."""
        if self.begun and blank:
            self._write(Text(blank))
        self._blank = ""


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
