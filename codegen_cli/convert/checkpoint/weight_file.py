"""What readers ask of the bytes of a weight file, wherever these lie."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from .layout import Layout
from .wall import Malformed


class WeightFile(Protocol):
    """The bytes of one file; `path` names it in messages."""

    @property
    def path(self) -> Path:
        """Return where it lies, for messages."""

    @property
    def size(self) -> int:
        """Return its bytes."""

    def bytes_at(self, start: int, length: int, what: str) -> bytes:
        """Copy `length` bytes, or raise `Malformed` where they are not all inside the file."""

    def view(self, layout: Layout) -> NDArray[Any]:
        """Return the elements of a layout, without a copy where that is possible."""

    def release(self, start: int, length: int) -> None:
        """Give back the memory behind a layout; it is read again when it is needed."""

    def close(self) -> None:
        """Give back all memory."""


class Window:
    """A part of another weight file, such as one file of an archive, as a file of its own.

    Closing it does nothing: the whole is closed by whoever opened it.
    """

    def __init__(self, whole: WeightFile, path: Path, start: int, size: int) -> None:
        self.path = path
        self.size = size
        self._whole = whole
        self._start = start

    def bytes_at(self, start: int, length: int, what: str) -> bytes:
        """Copy `length` bytes, or raise `Malformed` where they are not all inside the window."""
        check_inside(start, length, self.size, what)
        return self._whole.bytes_at(self._start + start, length, what)

    def view(self, layout: Layout) -> NDArray[Any]:
        """Return the elements of a layout."""
        return self._whole.view(replace(layout, offset=self._start + layout.offset))

    def release(self, start: int, length: int) -> None:
        """Give back the memory behind a layout."""
        self._whole.release(self._start + start, length)

    def close(self) -> None:
        """Do nothing."""


def check_inside(start: int, length: int, size: int, what: str) -> None:
    """Raise `Malformed` unless a file of `size` bytes holds all `length` bytes from `start` on."""
    if not 0 <= start <= start + length <= size:
        raise Malformed(f"is truncated: {what} ends at byte {start + length}, the file at {size}")
