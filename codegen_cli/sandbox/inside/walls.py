"""Everything that encloses one child, prepared once and put up after each fork."""

from __future__ import annotations

import os
import sys
from typing import Any

from . import capabilities, landlock, limits, seatbelt, seccomp
from . import syscalls as numbers
from .libc import syscall

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_SIGKILL = 9


class Walls:
    """What this system can put around a child; `names` says which walls there are."""

    def __init__(self, read: list[str], devices: list[str], scratch: str) -> None:
        self.names: list[str] = []
        self._rulesets: dict[bool, int] = {}
        self._profile = b""
        if sys.platform == "darwin":
            self._profile = seatbelt.profile(read, devices, scratch)
            self.names.append("seatbelt")
            return
        abi = landlock.version()
        if abi:
            for writes in (True, False):
                inside = [scratch, *devices] if writes else devices
                self._rulesets[writes] = landlock.ruleset(abi, read, inside)
            self.names.append(f"landlock {abi}")
        if seccomp.supported():
            self.names.append("seccomp")

    def enclose(self, job: dict[str, Any], writes: bool) -> None:
        """Shut this process in, for good.

        Raises:
            OSError: a wall that was announced does not stand.
        """
        limits.apply(job["cpu_seconds"], job["memory_bytes"], job["file_bytes"])
        if self._profile:
            seatbelt.enclose(self._profile)
        if sys.platform != "linux":
            return
        prctl = numbers.numbers()["prctl"]
        # The child dies with its zygote; other processes of the user cannot look into it.
        syscall(prctl, _PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
        syscall(prctl, _PR_SET_DUMPABLE, 0, 0, 0, 0)
        syscall(prctl, _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        capabilities.drop()
        if self._rulesets:
            landlock.restrict(self._rulesets[writes])
        if "seccomp" in self.names:
            seccomp.install(seccomp.pack(seccomp.assemble(os.getpid())))
