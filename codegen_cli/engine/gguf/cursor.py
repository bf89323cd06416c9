"""Walk through the header of a file without ever leaving it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from codegen_cli.engine.gguf.refusal import refuse, show

#: Bytes. A vocabulary of 51,200 tokens takes 2 MB; llama.cpp prints and copies every value, so a
#: file with a far larger header would only keep it busy.
HEADER_LIMIT = 32 << 20

_CHUNK = 1 << 20
_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")


class Cursor:
    """Read little-endian values forwards.

    Plain reads, not a memory map: a file that shrinks while it is mapped kills the process.
    """

    def __init__(self, path: Path, file: BinaryIO, size: int) -> None:
        self.path = path
        self.position = 0
        self.data = b""
        self._file = file
        self._size = size

    def take(self, count: int, what: str) -> int:
        """Step over `count` bytes and return where they start in `data`.

        Raises:
            InvalidGGUF: the file ends before, or the header is too large.
        """
        start = self.position
        if start + count > len(self.data):
            self._fill(start + count, what)
        self.position = start + count
        return start

    def _fill(self, end: int, what: str) -> None:
        if end > self._size:
            raise refuse(
                self.path,
                f"ends inside its header: {what} needs {end} bytes, the file has {self._size}",
            )
        if end > HEADER_LIMIT:
            raise refuse(
                self.path, f"has a header of more than {HEADER_LIMIT} bytes: {what} ends at {end}"
            )
        missing = min(max(end, len(self.data) + _CHUNK), self._size) - len(self.data)
        self.data += self._file.read(missing)
        if len(self.data) < end:
            raise refuse(
                self.path, f"shrank to {len(self.data)} bytes while it was read", "try again"
            )

    def u32(self, what: str) -> int:
        """Read an unsigned 32-bit integer."""
        start = self.take(_U32.size, what)
        value: int = _U32.unpack_from(self.data, start)[0]
        return value

    def u64(self, what: str) -> int:
        """Read an unsigned 64-bit integer."""
        start = self.take(_U64.size, what)
        value: int = _U64.unpack_from(self.data, start)[0]
        return value

    def text(self, what: str) -> str:
        """Read a string.

        Raises:
            InvalidGGUF: it is no UTF-8, or holds a zero byte: llama.cpp cuts strings there, and
                would see another key or name than this reader.
        """
        length = self.u64(f"the length of {what}")
        start = self.take(length, what)
        raw = self.data[start : start + length]
        if 0 in raw:
            shown = show(raw.decode("utf-8", "replace"))
            raise refuse(self.path, f"has a zero byte in {what}: {shown}")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            shown = show(raw.decode("utf-8", "replace"))
            raise refuse(self.path, f"has bytes that are no UTF-8 in {what}: {shown}") from None

    def skip_strings(self, count: int, what: str) -> None:
        """Step over `count` strings."""
        # 100,000 of them in a vocabulary: the fast path of `take` and `u64` is spelled out here.
        unpack = _U64.unpack_from
        for _ in range(count):
            start = self.position
            if start + 8 > len(self.data):
                self._fill(start + 8, what)
            end = start + 8 + unpack(self.data, start)[0]
            if end > len(self.data):
                self._fill(end, what)
            self.position = end
