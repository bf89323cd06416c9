"""What the processes of one job may use, and how much of it is left."""

from __future__ import annotations

import os
import time
from typing import Any

from . import scratch
from .usage import Meter

#: Seconds between two looks at a process. The first come quickly, so that a thread bomb is seen.
_SHORTEST, _FIRST, _LONGEST = 0.002, 0.02, 0.25
#: A process that has less than one CPU second in so many may be waiting of its own will.
_SHARE = 20
_CORES = os.cpu_count() or 1


class Budget:
    """Looks at processes and names the first limit that they passed.

    CPU time decides. Wall time counts only while a process wants no CPU, so that one that computes
    on a busy machine is not taken for one that sleeps.
    """

    def __init__(self, job: dict[str, Any], pids: list[int], base: str, meter: Meter) -> None:
        self._job = job
        self._pids = pids
        self._base = base
        self._meter = meter
        self._cpu = 0.0
        self._elapsed = 0.0
        self._looked = time.monotonic()
        self._inspected = self._looked
        self._spell = _FIRST

    def pause(self) -> float:
        """Return how long (seconds) nobody needs to look."""
        left: float = (self._job["cpu_seconds"] - self._cpu) / _CORES
        return min(max(left, _SHORTEST), self._spell)

    def passed(self) -> str:
        """Return "cpu", "wall", "memory", "threads", "scratch", or "" while all is well."""
        self._cpu = sum(map(self._meter.cpu_seconds, self._pids))
        now = time.monotonic()
        # A machine that slept in between is not the program's fault.
        self._elapsed += min(now - self._looked, 2 * _LONGEST)
        self._looked = now
        if self._cpu > self._job["cpu_seconds"]:
            return "cpu"
        if self._waited_too_long():
            return "wall"
        if now - self._inspected < self._spell:
            return ""
        self._inspected, self._spell = now, min(2 * self._spell, _LONGEST)
        return self._inspect()

    def _waited_too_long(self) -> bool:
        wall = self._job["wall_seconds"]
        if self._elapsed - _SHARE * self._cpu <= wall:
            return False
        starved = sum(map(self._meter.starved_seconds, self._pids))
        return bool(self._elapsed - self._cpu - starved > wall)

    def _inspect(self) -> str:
        """Check what the kernel does not hold a process to by itself."""
        for pid in self._pids:
            if self._meter.threads(pid) > self._job["threads"]:
                return "threads"
            if self._meter.memory_bytes(pid) > self._job["memory_bytes"]:
                return "memory"
        return "scratch" if scratch.full(self._base) else ""
