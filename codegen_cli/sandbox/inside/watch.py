"""Watch the children of one job: collect what they write, stop them at their limits, reap them."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from typing import Any

from . import scratch
from .cpu_clock import cpu_seconds

_SHORTEST, _LONGEST = 0.002, 0.25
_CORES = os.cpu_count() or 1
#: A program that gets less than this share of a CPU counts as waiting.
_SHARE = 20
_CHUNK = 1 << 16


class Pipe:
    """The reading end of a pipe, and what came out of it so far."""

    def __init__(self, most: int) -> None:
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.read_end, False)
        self.data = bytearray()
        self.most = most
        self.open = True

    def drain(self) -> bool:
        """Take what is there; say whether it is too much."""
        while self.open:
            try:
                part = os.read(self.read_end, _CHUNK)
            except BlockingIOError:
                break
            if not part:
                self.open = False
            self.data += part
            if len(self.data) > self.most:
                return True
        return False

    def close(self) -> None:
        """Close the reading end."""
        os.close(self.read_end)


class Outcome:
    """How a job ended: why it was stopped ("" if it was not), its exit, the time it took."""

    def __init__(self) -> None:
        self.stopped = ""
        self.exits: dict[int, int] = {}
        self.cpu = 0.0
        self.wall = 0.0


def watch(
    job: dict[str, Any], pids: list[int], pipes: list[Pipe], hangup: int, base: str
) -> Outcome:
    """Wait until the last of `pids` ends, which closes the last of `pipes`; then end the others.

    A job whose asker hangs up is ended, and so is this process.
    """
    outcome = Outcome()
    started = time.monotonic()
    try:
        outcome.stopped = _wait(job, pids, pipes, hangup, base, outcome)
    finally:
        for pid in pids:
            if pid not in outcome.exits:
                _end(pid, outcome)
        for pipe in pipes:
            with contextlib.suppress(OSError):
                if pipe.drain() and not outcome.stopped:
                    outcome.stopped = "output"
    outcome.wall = time.monotonic() - started
    if outcome.cpu > job["cpu_seconds"]:
        # However late the watcher woke, the clock decides.
        outcome.stopped = outcome.stopped or "cpu"
    return outcome


def _wait(
    job: dict[str, Any],
    pids: list[int],
    pipes: list[Pipe],
    hangup: int,
    base: str,
    outcome: Outcome,
) -> str:
    poller = select.poll()
    poller.register(hangup, select.POLLHUP | select.POLLRDHUP)
    for pipe in pipes:
        poller.register(pipe.read_end, select.POLLIN)
    by_number = {pipe.read_end: pipe for pipe in pipes}
    used, waited, pause, since, looked = 0.0, 0.0, _SHORTEST, time.monotonic(), 0.0
    while True:
        for number, _ in poller.poll(pause * 1000):
            if number == hangup:
                raise SystemExit
            pipe = by_number[number]
            if pipe.drain() or sum(len(p.data) for p in pipes[:-1]) > job["output_bytes"]:
                return "output"
            if not pipe.open:
                poller.unregister(number)
        if not pipes[-1].open and _ended(pids[-1], outcome):
            return ""
        before, used = used, sum(map(cpu_seconds, pids))
        now = time.monotonic()
        # A machine that slept in between is not the program's fault.
        span = min(now - since, 2 * _LONGEST)
        waited += max(0.0, span - _SHARE * (used - before))
        looked, since = looked + span, now
        if used > job["cpu_seconds"]:
            return "cpu"
        if waited > job["wall_seconds"]:
            return "wall"
        if looked > _LONGEST:
            looked = 0.0
            if scratch.full(base):
                return "scratch"
        pause = _pause(job["cpu_seconds"] - used, pipes[-1].open)


def _pause(left: float, speaking: bool) -> float:
    if not speaking:
        return _SHORTEST / 4
    return min(max(left / _CORES, _SHORTEST), _LONGEST)


def _ended(pid: int, outcome: Outcome) -> bool:
    found, status, usage = os.wait4(pid, os.WNOHANG)
    if found:
        outcome.exits[pid] = os.waitstatus_to_exitcode(status)
        outcome.cpu += usage.ru_utime + usage.ru_stime
    return bool(found)


def _end(pid: int, outcome: Outcome) -> None:
    os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    outcome.exits[pid] = os.waitstatus_to_exitcode(status)
    outcome.cpu += usage.ru_utime + usage.ru_stime
