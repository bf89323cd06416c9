"""System calls that Python has no name for."""

from __future__ import annotations

import ctypes
import errno
import os
import sys

from . import syscalls

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

#: name -> number on this machine; empty where it is not Linux, or another processor's.
NUMBERS = syscalls.numbers() if sys.platform == "linux" else {}


def syscall(name: str, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """Make a Linux system call.

    Raises:
        OSError: the kernel refused it, or its number here is not known.
    """
    if name not in NUMBERS:
        raise OSError(errno.ENOSYS, f"no system call {name} here")
    raw = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result: int = _libc.syscall(ctypes.c_long(NUMBERS[name]), *raw)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def prctl(option: int, value: int) -> None:
    """Change a property of this process. Numbers: linux/prctl.h.

    Raises:
        OSError: the kernel refused it.
    """
    syscall("prctl", option, value, 0, 0, 0)
