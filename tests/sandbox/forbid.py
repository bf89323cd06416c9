"""Run a command where the kernel refuses some system calls, as a container's filter would.

`forbid.py NAME[,NAME…] COMMAND…`; besides names of calls, `namespaces` stands for every way to make
one.
"""

from __future__ import annotations

import os
import sys

from codegen_cli.sandbox.inside import seccomp
from codegen_cli.sandbox.inside.libc import NUMBERS, prctl

_PR_SET_NO_NEW_PRIVS = 38
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_EPERM, _ENOSYS, _ALLOW = 0x00050001, 0x00050026, 0x7FFF0000
#: The CLONE_NEW… flags (linux/sched.h).
_NEW_NAMESPACES = 0x7E020080
_FLAGS = 16


def _program(names: list[str]) -> list[seccomp.Instruction]:
    program: list[seccomp.Instruction] = [(_LOAD, 0, 0, 0)]
    if "namespaces" in names:
        program += [(_EQUAL, 0, 1, NUMBERS["unshare"]), (_RETURN, 0, 0, _EPERM)]
        program += [(_EQUAL, 0, 1, NUMBERS["clone3"]), (_RETURN, 0, 0, _ENOSYS)]
    for name in names:
        if name != "namespaces":
            program += [(_EQUAL, 0, 1, NUMBERS[name]), (_RETURN, 0, 0, _ENOSYS)]
    if "namespaces" in names:
        program += [(_EQUAL, 0, 3, NUMBERS["clone"]), (_LOAD, 0, 0, _FLAGS)]
        program += [(_ANY_BIT, 0, 1, _NEW_NAMESPACES), (_RETURN, 0, 0, _EPERM)]
    return [*program, (_RETURN, 0, 0, _ALLOW)]


if __name__ == "__main__":
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    seccomp.install(bytearray(seccomp.pack(_program(sys.argv[1].split(",")))))
    os.execvp(sys.argv[2], sys.argv[2:])
