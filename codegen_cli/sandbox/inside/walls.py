"""Everything that encloses a child: some walls the zygote puts up for good, some each child."""

from __future__ import annotations

import os
import sys
from typing import Any

from . import capabilities, landlock, limits, seatbelt, seccomp
from .libc import NUMBERS, prctl

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_SIGKILL = 9


class Walls:
    """What this system can put around a child; `names` says which walls there are.

    Making them takes this process's own privileges away: nothing it forks can gain any.

    Raises:
        OSError: the system refuses a wall that it offered.
    """

    def __init__(self, read: list[str], devices: list[str], scratch: str) -> None:
        self.names: list[str] = []
        self._rulesets: dict[bool, int] = {}
        self._filter: seccomp.Filter | None = None
        self._profile = b""
        if sys.platform == "darwin":
            self._profile = seatbelt.profile(read, devices, scratch)
            self.names.append("seatbelt")
        if not NUMBERS:
            return
        prctl(_PR_SET_NO_NEW_PRIVS, 1)
        capabilities.drop()
        abi = landlock.version()
        if abi:
            for writes, inside in ((True, [scratch, *devices]), (False, devices)):
                self._rulesets[writes] = landlock.ruleset(abi, read, inside)
            self.names.append(f"landlock {abi}")
        if seccomp.available():
            self._filter = seccomp.Filter()
            self.names.append("seccomp")

    def enclose(self, job: dict[str, Any], writes: bool) -> None:
        """Shut this process in, for good; without `writes` it may write nowhere.

        Raises:
            OSError: a wall that was announced does not stand.
        """
        limits.apply(job["cpu_seconds"], job["memory_bytes"], job["file_bytes"])
        if self._profile:
            seatbelt.enclose(self._profile)
        if not NUMBERS:
            return
        # The child dies with its zygote.
        prctl(_PR_SET_PDEATHSIG, _SIGKILL)
        if self._rulesets:
            landlock.restrict(self._rulesets[writes])
        if self._filter is not None:
            self._filter.install(os.getpid())
