"""A weight file as a stream, for the parsers of the standard library."""

from __future__ import annotations

import io

from .wall import Malformed
from .weight_file import WeightFile


class BoundedReader(io.RawIOBase):
    """Let zipfile and tarfile read a weight file, but never much of it at once.

    They read headers whose length the file itself states; no honest one is longer than `most`.
    """

    def __init__(self, file: WeightFile, most: int, what: str) -> None:
        super().__init__()
        self._file = file
        self._most = most
        self._what = what
        self._at = 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move, as in any file."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size}[whence]
        if start + offset < 0:
            raise OSError("a position before the start")
        self._at = start + offset
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes, fewer only at the end of the file.

        Raises `Malformed` for more than `most`; all the rest counts as at most that.
        """
        rest = max(0, self._file.size - self._at)
        if size is None or size < 0:
            size = min(rest, self._most)
        if size > self._most:
            raise Malformed(f"is damaged: {self._what} would take {size} bytes")
        data = self._file.bytes_at(self._at, min(size, rest), self._what) if rest else b""
        self._at += len(data)
        return data
