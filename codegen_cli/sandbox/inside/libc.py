"""System calls that Python has no name for."""

from __future__ import annotations

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

#: A path, a number, a structure, or nothing.
Argument = "int | bytes | ctypes.Array[ctypes.c_char] | None"


def syscall(number: int, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """Make a system call.

    Raises:
        OSError: the kernel refused it.
    """
    raw = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result: int = _libc.syscall(ctypes.c_long(number), *raw)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def address(data: ctypes.Array[ctypes.c_char]) -> int:
    """Return where a buffer lies in memory."""
    return ctypes.addressof(data)
