"""The content of a deflated stream as a file, without a second copy on disk.

A first pass inflates the stream once and keeps a copy of the inflater's state every few megabytes.
Later reads start from the nearest state before them, so any part can be read at any time. Memory
holds the states (about 50 kB each) and the tensors that are being read.
"""

from __future__ import annotations

import threading
import zlib
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .dtypes import STORED
from .layout import Layout
from .wall import Malformed
from .weight_file import WeightFile, check_inside

#: `wbits` of zlib: a stream with gzip's header and checksum, and a bare one as in zip archives.
GZIP, BARE = 31, -15

#: Weights hardly shrink; zeros and masks among them shrink to nothing.
MOST_RATIO = 20
_FREE_BYTES = 64 * 2**20

_STATE_EVERY = 32 * 2**20
_PIECE = 1 << 20
#: What is smaller is read again rather than kept.
_KEPT_BYTES = 1 << 20

#: Told how many more bytes of the compressed stream were read.
OnBytes = Callable[[int], None]


@dataclass(slots=True)
class _State:
    """An inflater that has written `out` bytes and wants the compressed byte `at` next."""

    out: int
    at: int
    inflater: Any

    def copy(self) -> _State:
        return _State(self.out, self.at, self.inflater.copy())


class InflatedFile:
    """Inflate `packed`, all of it, to a file.

    Raises `Malformed` for a damaged stream, and for one that inflates to far more than weights do.
    """

    def __init__(self, packed: WeightFile, wbits: int, path: Path, on_bytes: OnBytes) -> None:
        self.path = path
        self._packed = packed
        self._wbits = wbits
        self._lock = threading.Lock()
        self._kept: dict[tuple[int, int], bytearray] = {}
        self._cursor = _State(0, 0, zlib.decompressobj(wbits))
        self._states = [self._cursor.copy()]
        self.crc32 = 0
        self.size = self._scan(on_bytes)

    def _scan(self, on_bytes: OnBytes) -> int:
        cursor, most = self._cursor, MOST_RATIO * self._packed.size + _FREE_BYTES
        while True:
            before = cursor.at
            piece = self._next(cursor, _PIECE)
            on_bytes(cursor.at - before)
            if piece is None:
                return cursor.out
            self.crc32 = zlib.crc32(piece, self.crc32)
            if cursor.out > most:
                raise Malformed(
                    f"is refused: {self._packed.size} compressed bytes become over {most}",
                    "no weights shrink so far; get it from a source you trust",
                )
            if cursor.out - self._states[-1].out >= _STATE_EVERY:
                self._states.append(cursor.copy())

    def _next(self, cursor: _State, most: int) -> bytes | None:
        """Return the next bytes, perhaps none yet, at most `most`; None at the stream's end."""
        if cursor.inflater.eof and not self._next_member(cursor):
            return None
        length = min(_PIECE, self._packed.size - cursor.at)
        data = self._packed.bytes_at(cursor.at, length, "the compressed stream")
        inflater = cursor.inflater
        piece: bytes = inflater.decompress(data, most)
        left = len(inflater.unused_data if inflater.eof else inflater.unconsumed_tail)
        self._packed.release(cursor.at, len(data))
        cursor.at += len(data) - left
        cursor.out += len(piece)
        if not piece and length == left and not inflater.eof:
            raise Malformed("is truncated: its compressed stream does not end")
        return piece

    def _next_member(self, cursor: _State) -> bool:
        """Go on with the next of several gzip streams, such as parallel compressors write."""
        length = min(_PIECE, self._packed.size - cursor.at)
        rest = self._packed.bytes_at(cursor.at, length, "what follows the compressed stream")
        if self._wbits == GZIP and rest.startswith(b"\x1f\x8b"):
            cursor.inflater = zlib.decompressobj(self._wbits)
            return True
        if rest.strip(b"\0"):
            raise Malformed("is damaged: something follows its compressed stream")
        return False

    def bytes_at(self, start: int, length: int, what: str) -> bytes:
        """Copy `length` bytes, or raise `Malformed` where they are not all inside the file."""
        check_inside(start, length, self.size, what)
        with self._lock:
            return bytes(self._inflate(start, length))

    def view(self, layout: Layout) -> NDArray[Any]:
        """Return the elements of a layout; a large one is kept until `release`."""
        dtype = STORED[layout.dtype]
        key = (layout.offset, layout.span_bytes)
        with self._lock:
            data = self._kept.get(key)
            if data is None:
                data = self._inflate(*key)
                if len(data) >= _KEPT_BYTES:
                    self._kept[key] = data
        if 0 in layout.shape:
            return np.empty(layout.shape, dtype)
        strides = tuple(stride * dtype.itemsize for stride in layout.strides)
        view: NDArray[Any] = np.ndarray(layout.shape, dtype, data, 0, strides)
        return view

    def release(self, start: int, length: int) -> None:
        """Drop the kept bytes of a layout."""
        with self._lock:
            self._kept.pop((start, length), None)

    def close(self) -> None:
        """Drop everything that is kept; the packed file stays open."""
        with self._lock:
            self._kept.clear()

    def _inflate(self, start: int, length: int) -> bytearray:
        cursor = self._seek(start)
        while cursor.out < start:
            self._read(cursor, start - cursor.out)
        out = bytearray(length)
        while (filled := cursor.out - start) < length:
            piece = self._read(cursor, length - filled)
            out[filled : filled + len(piece)] = piece
        return out

    def _read(self, cursor: _State, most: int) -> bytes:
        piece = self._next(cursor, min(most, _PIECE))
        if piece is None:
            raise Malformed("changed while it was read", "try again")
        return piece

    def _seek(self, start: int) -> _State:
        """Return the nearest state at or before a byte: where reading stopped, or a kept one."""
        place = bisect_right(self._states, start, key=lambda state: state.out) - 1
        if not self._states[place].out <= self._cursor.out <= start:
            self._cursor = self._states[place].copy()
        return self._cursor
