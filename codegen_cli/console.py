"""The consoles, the theme, and the rule that untrusted text never reaches a terminal raw.

stdout is for the product alone; everything a person reads besides goes to stderr.
"""

from __future__ import annotations

import functools
import os
import re
import sys

from rich.console import Console
from rich.text import Text
from rich.theme import Theme

#: Semantic names on ANSI colours, so that light and dark terminals both work.
THEME = Theme(
    {
        "step": "bold cyan",
        "code": "default",
        "muted": "dim",
        "ok": "green",
        "warning": "yellow",
        "error": "bold red",
        "value": "bold",
        "prompt": "bold green",
    }
)

#: What a shell reports for a process that SIGPIPE ended.
_SIGPIPE_EXIT = 141

#: C0 controls but tab and newline, DEL, C1 controls, and bidirectional overrides.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@functools.cache
def stderr() -> Console:
    """Return the console for progress, warnings and errors."""
    return Console(theme=THEME, stderr=True, highlight=False)


@functools.cache
def stdout() -> Console:
    """Return the console for a product shown to a person; pipes get plain writes instead."""
    return Console(theme=THEME, highlight=False)


def visible(text: str) -> str:
    r"""Show control characters instead of letting a terminal obey them.

    >>> visible("a\x1b[2Jb")
    'a␛[2Jb'
    """
    return _UNSAFE.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"\\u{code:04x}"


def emit(text: str) -> None:
    """Write the product to stdout: as it is to a pipe or file, made safe for a terminal.

    When the reader of the pipe has gone, the process ends quietly, as SIGPIPE would end it.
    """
    try:
        sys.stdout.write(visible(text) if sys.stdout.isatty() else text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python's own flush at exit would complain about the same pipe once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(_SIGPIPE_EXIT) from None


def warn(message: str) -> None:
    """Print one line of warning on stderr."""
    stderr().print(f"[warning]warning:[/] {_escaped(message)}", soft_wrap=True)


def note(message: str) -> None:
    """Print one muted line on stderr."""
    stderr().print(f"[muted]{_escaped(message)}[/]", soft_wrap=True)


def show(line: Text) -> None:
    """Print a line on stderr, cut at the edge of a terminal; its text must be `visible` already."""
    screen = stderr()
    cut = screen.is_terminal
    screen.print(line, no_wrap=cut, overflow="ellipsis" if cut else None, soft_wrap=not cut)


def fail(message: str, hint: str = "") -> None:
    """Print one line of error on stderr: what is wrong, then what to do next."""
    tail = f" [muted]→ {_escaped(hint)}[/]" if hint else ""
    stderr().print(f"[error]error:[/] {_escaped(message)}{tail}", soft_wrap=True)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(visible(text).replace("\n", " "))
