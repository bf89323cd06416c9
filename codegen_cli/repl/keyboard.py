"""The keyboard while no prompt is open: keys are read at once and wait for the next prompt."""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import get_typeahead, store_typeahead
from prompt_toolkit.key_binding import KeyPress


class Keyboard:
    """Read keys in a thread while the model writes or a program runs.

    Whatever that takes, no key waits in a full buffer of the terminal, none is echoed into the
    code that is being written, and Enter stays an Enter (the terminal would make it the newline
    that Ctrl-J means). Ctrl-C and Ctrl-Z stay signals.
    """

    def __init__(self, source: Input) -> None:
        self._source = source
        self._descriptor = source.fileno()
        self._keys: list[KeyPress] = []
        self._thread: threading.Thread | None = None
        self._wake = (-1, -1)
        self._found: list[Any] = []

    @contextmanager
    def held(self) -> Iterator[None]:
        """Read from now on, until a prompt opens or someone else gets the keyboard."""
        import termios

        before = signal.signal(signal.SIGCONT, self._continued)
        self._found = termios.tcgetattr(self._descriptor)
        self._start()
        try:
            yield
        finally:
            self._stop()
            termios.tcsetattr(self._descriptor, termios.TCSANOW, self._found)
            signal.signal(signal.SIGCONT, before)

    @contextmanager
    def released(self, *, typed: bool = True, as_found: bool = False) -> Iterator[None]:
        """Lend the keyboard; a prompt gets what was `typed` ahead, too.

        A question does not: a key that was meant for a step must not answer it. Only another
        program gets it `as_found`: until a prompt has set it up, Enter must stay an Enter.
        """
        import termios

        reading = self._thread is not None
        self._stop()
        # What an earlier prompt left over comes first.
        self._keys = [*get_typeahead(self._source), *self._keys]
        if typed:
            store_typeahead(self._source, self._keys)
            self._keys = []
        if as_found and self._found:
            termios.tcsetattr(self._descriptor, termios.TCSANOW, self._found)
        try:
            yield
        finally:
            if reading:
                self._start()

    def _start(self) -> None:
        self._quieten()
        self._wake = os.pipe()
        self._thread = threading.Thread(target=self._read, args=(self._wake[0],), daemon=True)
        self._thread.start()

    def _stop(self) -> None:
        if self._thread is None:
            return
        os.write(self._wake[1], b"x")
        self._thread.join()
        self._thread = None
        for end in self._wake:
            os.close(end)

    def _quieten(self) -> None:
        import termios

        quiet = termios.tcgetattr(self._descriptor)
        quiet[0] &= ~termios.ICRNL
        quiet[3] &= ~(termios.ECHO | termios.ICANON)
        # Else Ctrl-C would throw away what was typed and not read yet: half a paste, perhaps.
        quiet[3] |= termios.NOFLSH
        termios.tcsetattr(self._descriptor, termios.TCSANOW, quiet)

    def _read(self, wake: int) -> None:
        while not self._source.closed:
            ready, _, _ = select.select([self._descriptor, wake], [], [])
            if self._descriptor in ready:
                # The prompt's own parser: half a paste now and half in the prompt are one.
                self._keys += self._source.read_keys()
            elif wake in ready:
                break

    def _continued(self, _signal: int, _frame: FrameType | None) -> None:
        """Come back from Ctrl-Z: the shell has set the terminal to its own liking."""
        if self._thread is not None:
            self._quieten()
