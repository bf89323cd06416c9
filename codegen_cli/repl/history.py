"""What was typed before, kept in a file that only its owner can read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from prompt_toolkit.history import FileHistory, History, InMemoryHistory


def open_history(path: Path | None) -> History:
    """Return the history of a file, made private; without a usable file, that of this chat."""
    if path is None:
        return InMemoryHistory()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)
    except OSError:
        return InMemoryHistory()
    return _FileHistory(path)


class _FileHistory(FileHistory):
    """A history whose file may fail at any time without anyone noticing.

    Chats share the file: an entry, a whole step, is written and read under its lock.
    """

    def load_history_strings(self) -> Iterable[str]:
        """Return what can be read, newest first."""
        try:
            with self._locked(shared=True):
                return list(super().load_history_strings())
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        """Append a step if the disk lets us."""
        with contextlib.suppress(OSError, UnicodeError), self._locked(shared=False):
            super().store_string(string)

    @contextlib.contextmanager
    def _locked(self, *, shared: bool) -> Iterator[None]:
        import fcntl

        descriptor = os.open(self.filename, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
