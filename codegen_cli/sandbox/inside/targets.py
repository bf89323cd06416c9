"""What the self-attack aims at, made before any wall stands, and whether it was hit."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from typing import Any

_CONTENT = b"untouched"
_KEPT = ("st_mode", "st_uid", "st_gid", "st_size", "st_mtime_ns", "st_nlink")


class Targets:
    """A file, a link, a descriptor and sockets outside, and this process."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.file = f"{folder}/outside"
        self.link = f"{folder}/link"
        self.pid = os.getpid()
        self.descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(self.descriptor, _CONTENT)
        os.symlink("outside", self.link)  # noqa: PTH211
        self._before = os.fstat(self.descriptor)
        self._sockets = [
            listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
        ]
        if sys.platform == "linux":
            name = f"\0codegen-sandbox-{self.pid}"
            self._sockets.append(listen(socket.AF_UNIX, socket.SOCK_STREAM, name))
        self.addresses = [(one.family, one.type, one.getsockname()) for one in self._sockets]

    def hit(self) -> list[str]:
        """Return the attacks that left traces, whatever the attacker itself reports."""
        after = os.fstat(self.descriptor)
        found = []
        if any(getattr(after, name) != getattr(self._before, name) for name in _KEPT):
            found.append("write a file outside")
        for one in self._sockets:
            with contextlib.suppress(BlockingIOError):
                if one.type == socket.SOCK_DGRAM:
                    one.recv(1)
                else:
                    one.accept()
                found.append("open a socket")
        return found

    def close(self) -> None:
        """Close the descriptor and the sockets; the file goes with its folder."""
        os.close(self.descriptor)
        for one in self._sockets:
            one.close()


def listen(family: int, kind: int, address: Any) -> socket.socket:
    """Return a socket that takes what comes, without blocking."""
    made = socket.socket(family, kind)
    made.bind(address)
    if kind == socket.SOCK_STREAM:
        made.listen(1)
    made.setblocking(False)
    return made
