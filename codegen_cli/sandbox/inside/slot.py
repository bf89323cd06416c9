"""Shared memory that keeps the last message of a process, even if it dies while writing one."""

from __future__ import annotations

import mmap
import struct

_HALF = 1 << 18
_LENGTH = struct.Struct("<I")


class Slot:
    """Two halves: a message goes to the one that is not current, then a byte makes it so."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 1 + 2 * _HALF)

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()

    def write(self, message: bytes) -> None:
        """Keep a message in place of the one before.

        Raises:
            ValueError: it does not fit.
        """
        if len(message) > _HALF - _LENGTH.size:
            raise ValueError(f"a message of {len(message)} bytes")
        half = 2 if self._memory[0] == 1 else 1
        start = 1 + (half - 1) * _HALF
        body = start + _LENGTH.size
        self._memory[start:body] = _LENGTH.pack(len(message))
        self._memory[body : body + len(message)] = message
        self._memory[0] = half

    def clear(self) -> None:
        """Forget the message."""
        self._memory[0] = 0

    def read(self) -> bytes | None:
        """Return the message, None if there is none."""
        half = self._memory[0]
        if half not in (1, 2):
            return None
        start = 1 + (half - 1) * _HALF
        (length,) = _LENGTH.unpack(self._memory[start : start + _LENGTH.size])
        body = start + _LENGTH.size
        return self._memory[body : body + min(length, _HALF - _LENGTH.size)]
