"""System calls that Python has no name for."""

from __future__ import annotations

import ctypes
import os

from . import syscalls

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

#: name -> number on this machine.
NR = syscalls.numbers()


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


def prctl(option: int, value: int) -> None:
    """Change a property of this process. Numbers: linux/prctl.h.

    Raises:
        OSError: the kernel refused it.
    """
    syscall(NR["prctl"], option, value, 0, 0, 0)
