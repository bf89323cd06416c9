"""Drive a program in a real pseudo-terminal: send keys, wait for text, read what was shown."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Generous: the machine may be busy with other things.
TIMEOUT = 60.0

CTRL_C, CTRL_D, CTRL_J, CTRL_R = "\x03", "\x04", "\n", "\x12"
ENTER, TAB, ALT_ENTER, UP = "\r", "\t", "\x1b\r", "\x1b[A"
RIGHT, END, CTRL_E = "\x1b[C", "\x1b[F", "\x05"
CLEAR_LINE = "\x15"

#: Control sequences, titles, character sets and the short escapes.
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()].|[=>78])")
_ASK_POSITION = b"\x1b[6n"

#: Makes the pseudo-terminal the controlling one, so that Ctrl-C arrives as a signal. A child of
#: its own does it, because `preexec_fn` is not safe where pytest or a plugin has threads.
_ADOPT = (
    "import fcntl, os, sys, termios; "
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execvp(sys.argv[1], sys.argv[1:])"
)


def paste(text: str) -> str:
    """Return a text as a terminal sends it when it is pasted."""
    return f"\x1b[200~{text}\x1b[201~"


class Terminal:
    """A program in a terminal of its own.

    `expect` looks only at what came after its last match, so a transcript reads in order.
    """

    def __init__(
        self, arguments: Sequence[str], env: Mapping[str, str], cwd: Path, size: tuple[int, int]
    ) -> None:
        self._master, slave = pty.openpty()
        self.resize(*size)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _ADOPT, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )
        os.close(slave)
        self._raw = b""
        self._answered = 0
        self._seen = 0

    @property
    def pid(self) -> int:
        """Return the process id of the program."""
        return self._process.pid

    @property
    def raw(self) -> str:
        """Return all output as it came."""
        return self._raw.decode("utf-8", "replace")

    @property
    def text(self) -> str:
        """Return all output without escape sequences."""
        return _ESCAPE.sub("", self.raw).replace("\r", "")

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def resize(self, rows: int, columns: int) -> None:
        """Give the window another size; the program gets a signal (SIGWINCH), as from a user's."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def expect(self, wanted: str | re.Pattern[str], timeout: float = TIMEOUT) -> str:
        """Wait until a text or a match is shown and return what was shown before it.

        Raises:
            AssertionError: it did not come in time, or the program ended before it did.
        """
        deadline = time.monotonic() + timeout
        pattern = re.compile(re.escape(wanted)) if isinstance(wanted, str) else wanted
        while (found := pattern.search(self.text, self._seen)) is None:
            if not self._read(deadline):
                raise AssertionError(f"no {wanted!r} after:\n{self.text[self._seen :]}")
        skipped = self.text[self._seen : found.start()]
        self._seen = found.end()
        return skipped

    def wait(self, timeout: float = TIMEOUT) -> int:
        """Wait until the program ends and return its exit code.

        Raises:
            AssertionError: it did not end in time.
        """
        deadline = time.monotonic() + timeout
        while self._read(deadline):
            pass
        if time.monotonic() >= deadline:
            raise AssertionError(f"the program goes on after:\n{self.text[self._seen :]}")
        return self._process.wait(timeout)

    def echoes(self) -> bool:
        """Say whether the terminal shows what is typed, as it did in the beginning."""
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

    def close(self) -> None:
        """End the program, if it is still there."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    def _read(self, deadline: float) -> bool:
        """Take the next output; say no at the end of the output or of the time."""
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self._master], [], [], left)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:
            # Linux's word for the end of a pseudo-terminal (EIO).
            data = b""
        self._raw += data
        self._answer()
        return bool(data)

    def _answer(self) -> None:
        """Say where the cursor is, as terminals do: here always in the top row."""
        asked = self._raw.count(_ASK_POSITION)
        for _ in range(asked - self._answered):
            os.write(self._master, b"\x1b[1;1R")
        self._answered = asked
