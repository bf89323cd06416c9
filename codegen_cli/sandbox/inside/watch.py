"""Watch the children of one job: collect what they write, stop them at a limit, reap them."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from typing import Any

from .budget import Budget
from .pipe import Pipe
from .usage import Meter

#: Looking at an ending process: so often, with this pause (seconds) between.
_GLANCES, _GLANCE = 10, 50e-6
#: Linux tells of a socket whose other end was closed only if asked to.
_HANGUP = select.POLLHUP | getattr(select, "POLLRDHUP", 0)


class HungUp(Exception):
    """Nobody waits for the answer any more."""


class Watch:
    """One job's processes and pipes; the last process ends the job, the last pipe ends with it.

    Afterwards `stopped` names the limit at which it was stopped ("" for none), `exits` has how each
    process ended (as `os.waitstatus_to_exitcode`), `cpu` and `wall` the seconds it took.
    """

    def __init__(self, job: dict[str, Any], pids: list[int], pipes: list[Pipe]) -> None:
        self._job = job
        self._pids = pids
        self._pipes = pipes
        self.stopped = ""
        self.exits: dict[int, int] = {}
        self.cpu = 0.0
        self.wall = 0.0

    def until_done(self, asker: int, base: str, meter: Meter) -> None:
        """Wait for the end, or make one; nothing of the job lives on.

        Raises:
            HungUp: the other side closed `asker`.
        """
        started = time.monotonic()
        try:
            self.stopped = self._wait(asker, Budget(self._job, self._pids, base, meter))
        finally:
            for pid in self._pids:
                if pid not in self.exits:
                    os.kill(pid, signal.SIGKILL)
                    self._reap(pid, 0)
            _sweep()
        self.wall = time.monotonic() - started
        if self._collect() and not self.stopped:
            self.stopped = "output"
        # However late somebody looked, the clock decides.
        if self.cpu > self._job["cpu_seconds"] and not self.stopped:
            self.stopped = "cpu"

    def _wait(self, asker: int, budget: Budget) -> str:
        poller = select.poll()
        poller.register(asker, _HANGUP)
        for pipe in self._pipes:
            poller.register(pipe.read_end, select.POLLIN)
        ends = {pipe.read_end: pipe for pipe in self._pipes}
        while True:
            for number, _ in poller.poll(budget.pause() * 1000):
                if number == asker:
                    raise HungUp
                if ends[number].drain():
                    return "output"
                if not ends[number].open:
                    poller.unregister(number)
            if self._collected() > self._job["output_bytes"]:
                return "output"
            if self._ended(patiently=not self._pipes[-1].open):
                return ""
            if limit := budget.passed():
                return limit

    def _collected(self) -> int:
        return sum(len(pipe.data) for pipe in self._pipes[:-1])

    def _collect(self) -> bool:
        """Take what the processes left in their pipes; say whether it is too much."""
        too_much = [pipe.drain() for pipe in self._pipes]
        return any(too_much) or self._collected() > self._job["output_bytes"]

    def _ended(self, patiently: bool) -> bool:
        """Say whether the last process is gone; one that closed its pipe has but a moment left."""
        for _ in range(_GLANCES if patiently else 1):
            if self._reap(self._pids[-1], os.WNOHANG):
                return True
            time.sleep(_GLANCE if patiently else 0)
        return False

    def _reap(self, pid: int, how: int) -> bool:
        found, status, usage = os.wait4(pid, how)
        if found:
            self.exits[pid] = os.waitstatus_to_exitcode(status)
            self.cpu += usage.ru_utime + usage.ru_stime
        return bool(found)


def _sweep() -> None:
    """End what a program without walls may have started; orphans are this process's children."""
    with contextlib.suppress(ChildProcessError):
        while True:
            found, _ = os.waitpid(-1, os.WNOHANG)
            if not found:
                for pid in _others():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                time.sleep(_GLANCE)


def _others() -> list[int]:
    """Return this process's children; as the first of its namespace, -1, which is all others."""
    if os.getpid() == 1:
        return [-1]
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as stream:  # noqa: PTH123
        return [int(word) for word in stream.read().split()]
