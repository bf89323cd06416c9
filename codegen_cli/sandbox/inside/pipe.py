"""A pipe whose reading end is collected without blocking."""

from __future__ import annotations

import os

_CHUNK = 1 << 16


class Pipe:
    """The bytes that came out of a pipe so far, `most` of them at most."""

    def __init__(self, most: int) -> None:
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.read_end, False)
        self.data = bytearray()
        self.open = True
        self._most = most

    def drain(self) -> bool:
        """Take what is there; say whether it is too much."""
        while self.open and len(self.data) <= self._most:
            try:
                part = os.read(self.read_end, _CHUNK)
            except BlockingIOError:
                break
            self.open = bool(part)
            self.data += part
        return len(self.data) > self._most

    def close(self) -> None:
        """Close the reading end."""
        os.close(self.read_end)
