"""How much CPU time, memory and how many threads another process has."""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import sys
import time

_SCHED_CLOCK = 2
_TASK_INFO = 4


class Meter:
    """Reads what the system knows of a child; made while /proc is still in reach."""

    def __init__(self) -> None:
        self._proc = -1
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                self._proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        if sys.platform == "darwin":
            self._task_info = _TaskInfo()

    def cpu_seconds(self, pid: int) -> float:
        """Return the CPU seconds of all threads of a process; 0 once it is gone."""
        if sys.platform == "darwin":
            return self._task_info.read(pid)[0]
        try:
            # The number that clock_getcpuclockid computes (linux: posix-timers.h).
            return time.clock_gettime((~pid << 3) | _SCHED_CLOCK)
        except OSError:
            return 0.0

    def memory_bytes(self, pid: int) -> int:
        """Return the memory in use; 0 where the system itself holds a process to its limit."""
        if sys.platform == "darwin":
            return self._task_info.read(pid)[1]
        return 0

    def threads(self, pid: int) -> int:
        """Return how many threads a process has; 0 where nobody tells."""
        if sys.platform == "darwin":
            return self._task_info.read(pid)[2]
        try:
            return int(self._about(pid, "stat").rpartition(")")[2].split()[17])
        except (OSError, LookupError, ValueError):
            return 0

    def starved_seconds(self, pid: int) -> float:
        """Return how long a process waited for a CPU, infinity while it does; 0 if nobody tells.

        The second number of schedstat, which grows only when a wait is over (linux:
        Documentation/scheduler/sched-stats).
        """
        if sys.platform != "linux":
            return 0.0
        try:
            if self._about(pid, "stat").rpartition(")")[2].split()[0] == "R":
                return math.inf
            return int(self._about(pid, "schedstat").split()[1]) / 1e9
        except (OSError, LookupError, ValueError):
            return 0.0

    def _about(self, pid: int, name: str) -> str:
        """Return a file of a process in /proc, which, opened outside, may number it otherwise."""
        handle = os.pidfd_open(pid)
        try:
            lines = self._read(f"self/fdinfo/{handle}").splitlines()
        finally:
            os.close(handle)
        number = dict(line.split(":", 1) for line in lines)["Pid"]
        return self._read(f"{int(number)}/{name}")

    def _read(self, path: str) -> str:
        opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._proc)
        try:
            return os.read(opened, 4096).decode(errors="replace")
        finally:
            os.close(opened)


class _TaskInfo:
    """macOS: `proc_pidinfo` with PROC_PIDTASKINFO (sys/proc_info.h, struct proc_taskinfo)."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("/usr/lib/libproc.dylib")
        ratio = (ctypes.c_uint32 * 2)()
        ctypes.CDLL(None).mach_timebase_info(ratio)
        self._seconds = ratio[0] / ratio[1] / 1e9

    def read(self, pid: int) -> tuple[float, int, int]:
        """Return CPU seconds, resident bytes and threads; zeros once the process is gone."""
        # Six 64-bit numbers, then twelve of 32 bits.
        data = (ctypes.c_uint64 * 12)()
        got = self._library.proc_pidinfo(
            pid, _TASK_INFO, ctypes.c_uint64(0), data, ctypes.sizeof(data)
        )
        if got <= 0:
            return 0.0, 0, 0
        threads = (ctypes.c_int32 * 24).from_buffer(data)[12 + 9]
        return (data[2] + data[3]) * self._seconds, data[1], threads
