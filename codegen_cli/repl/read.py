"""Where lines come from: a person at a terminal, or any other stream."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, TextIO

from codegen_cli import console
from codegen_cli.errors import UsageError
from codegen_cli.repl.complete import Known

#: Make the status line for a terminal of this many columns.
Toolbar = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Typing:
    """How a person likes to type: with vi's keys, and with what was typed before, in a file."""

    vi: bool = False
    history: Path | None = None


class Reader(Protocol):
    """Read what is to be done next.

    `is_terminal` says that lines can be edited, `attended` that a person types them, who can be
    asked, `opens_line` that Enter opens a line of a step and Alt-Enter sends it.
    """

    is_terminal: bool
    attended: bool
    opens_line: bool

    def read(self, number: int, toolbar: Toolbar, text: str = "", *, opened: bool = False) -> str:
        """Return a step or command for the turn of this number; `text` is there to be edited.

        The prompt says where a block of lines is `opened` and goes on.

        Raises:
            EOFError: there is no more.
            KeyboardInterrupt: Ctrl-C, and there was nothing to clear.
            UsageError: the line is not text.
        """

    def ask(self, question: str) -> str:
        """Return the answer to a question.

        Raises:
            EOFError: Ctrl-D.
            KeyboardInterrupt: Ctrl-C.
        """

    def held(self) -> AbstractContextManager[None]:
        """Take the keyboard for as long as the chat lasts."""

    def released(self) -> AbstractContextManager[None]:
        """Lend the keyboard, as it was found, to another program."""


def prompt_text(number: int, *, opened: bool) -> str:
    """Return the prompt for a turn, or as wide for a further line of it.

    >>> prompt_text(12, opened=False), prompt_text(12, opened=True)
    ('12> ', '  … ')
    """
    text = f"{number}> "
    return "… ".rjust(len(text)) if opened else text


def load_ahead() -> None:
    """Import the line editor in a thread, while the model is read from the disk."""
    if is_plain():
        return

    def load() -> None:
        import codegen_cli.repl.prompt  # noqa: F401

    threading.Thread(target=load, daemon=True).start()


def is_plain() -> bool:
    """Say whether lines are read without an editor: a terminal is missing or dumb."""
    return not at_terminal() or os.environ.get("TERM", "") in ("", "dumb")


def open_reader(typing: Typing, known: Known) -> Reader:
    """Return the terminal's reader, or the plain one where a terminal is missing or dumb."""
    if is_plain():
        stdin = sys.stdin.buffer if sys.stdin else None
        return PlainReader(stdin, sys.stderr, attended=bool(stdin and stdin.isatty()))
    # Imported here: prompt_toolkit costs about 0.1 s, which a pipe must not pay.
    from codegen_cli.repl.prompt import TerminalReader

    return TerminalReader(typing, known)


def at_terminal() -> bool:
    """Say whether all three streams are a terminal."""
    return all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


class PlainReader:
    """Read lines without editing them; only a person is asked anything."""

    is_terminal = False
    opens_line = False

    def __init__(self, source: BinaryIO | None, prompts: TextIO | None, *, attended: bool) -> None:
        """Take the streams; Python has None for those that were closed before it started."""
        self.attended = attended
        self._source = source
        self._prompts = prompts
        self._begun = False

    def read(self, number: int, toolbar: Toolbar, text: str = "", *, opened: bool = False) -> str:
        """Return the next line.

        Raises:
            EOFError: there is no more.
            UsageError: it is not UTF-8.
        """
        self._prompt(prompt_text(number, opened=opened))
        data = self._source.readline() if self._source else b""
        if not data:
            self._prompt("\n")
            raise EOFError
        line = _decode(data, first=not self._begun).rstrip("\r\n")
        self._begun = True
        if not self.attended:
            # A terminal echoes what is typed; the record of a script should read the same.
            self._prompt(console.visible(line) + "\n")
        return line

    def ask(self, question: str) -> str:
        """Return the answer of a person; a script answers with nothing.

        Raises:
            EOFError: Ctrl-D.
            UsageError: it is not UTF-8.
        """
        if not self.attended or self._source is None:
            return ""
        self._prompt(question)
        data = self._source.readline()
        if not data:
            self._prompt("\n")
            raise EOFError
        return _decode(data, first=False).rstrip("\r\n")

    def held(self) -> AbstractContextManager[None]:
        """Do nothing."""
        return nullcontext()

    def released(self) -> AbstractContextManager[None]:
        """Do nothing."""
        return nullcontext()

    def _prompt(self, text: str) -> None:
        if self._prompts is not None:
            self._prompts.write(text)
            self._prompts.flush()


def _decode(data: bytes, *, first: bool) -> str:
    try:
        return data.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError as error:
        bad = f"byte {data[error.start]:#04x} at offset {error.start}"
        raise UsageError(f"the line is not UTF-8 ({bad})", "convert it to UTF-8 first") from error
