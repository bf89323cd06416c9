"""Give up every capability of root, in whichever user namespace. Numbers: linux/capability.h."""

from __future__ import annotations

import ctypes
import struct

from .libc import syscall

_VERSION_3 = 0x20080522


def drop() -> None:
    """Empty the effective, permitted and inheritable sets of this thread."""
    header = struct.pack("=Ii", _VERSION_3, 0)
    syscall(
        "capset",
        ctypes.create_string_buffer(header, len(header)),
        ctypes.create_string_buffer(24),
    )
