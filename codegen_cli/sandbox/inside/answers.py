"""What became of a job, in the words of its answer. Reports of children are not to be trusted."""

from __future__ import annotations

import signal
from typing import Any

from . import wire
from .child import FAILED, UNPROTECTED
from .watch import Watch

_STATUSES = ("ok", "exception", "exit", "memory")
_LENGTH = 4
_MOST_ERROR = 500

#: Limit -> (status, what the program did).
_LIMITS = {
    "cpu": ("cpu", "used up its CPU time"),
    "wall": ("wall", "waited too long"),
    "output": ("output", "wrote too much"),
    "memory": ("memory", "out of memory"),
    "threads": ("killed", "started too many threads"),
    "scratch": ("killed", "filled its scratch folder"),
}
_CPU_SIGNALS = (signal.SIGXCPU, signal.SIGPROF, signal.SIGVTALRM)


def execution(report: bytes, watch: Watch) -> dict[str, Any]:
    """Return status, error, line, variables and times of a program."""
    told = None if watch.stopped else _told(report)
    if told is None:
        status, error = _ended(watch, next(iter(watch.exits.values())))
        told = {"status": status, "error": error, "line": None, "variables": []}
    return told | {"cpu_seconds": watch.cpu, "wall_seconds": watch.wall}


def _told(report: bytes) -> dict[str, Any] | None:
    """Return a program's own report, if it is a whole one."""
    try:
        told = wire.parse(report[_LENGTH:])
        status, line = told["status"], told.get("line")
        if status not in _STATUSES or type(line) not in (int, type(None)):
            return None
        variables = [[str(part) for part in row] for row in told.get("variables", [])]
        if any(len(row) != 3 for row in variables):
            return None
        error = " ".join(str(told.get("error", ""))[:_MOST_ERROR].split())
        return {"status": status, "error": error, "line": line, "variables": variables}
    except (wire.Broken, LookupError, TypeError, AttributeError, RecursionError):
        return None


def verdict(said: bytes, watch: Watch, playing: int) -> dict[str, Any]:
    """Return whether a check passed, why not, and its times."""
    passed, result = _verdict(said, watch, playing)
    times = {"cpu_seconds": watch.cpu, "wall_seconds": watch.wall}
    return {"passed": passed, "result": result} | times


def _verdict(said: bytes, watch: Watch, playing: int) -> tuple[bool, str]:
    try:
        told = {"gone": True} if watch.stopped else wire.parse(said[_LENGTH:])
    except wire.Broken:
        return False, "failed: the test ended without a verdict"
    if not told.get("gone"):
        return told["passed"] is True, str(told["result"])
    if not watch.stopped and watch.exits[playing] == -signal.SIGKILL:
        # It shut its pipe and lived on, until the judge was done.
        return False, "failed: the program stopped answering"
    status, error = _ended(watch, watch.exits[playing])
    return False, "timed out" if status in ("cpu", "wall") else f"failed: {error}"


def _ended(watch: Watch, code: int) -> tuple[str, str]:
    """Return the status and words for a process that did not come to its end."""
    if watch.stopped:
        return _LIMITS[watch.stopped]
    if code == UNPROTECTED:
        return "killed", "the sandbox could not be put up"
    if code == FAILED:
        return "killed", "the program broke its own interpreter"
    if -code in _CPU_SIGNALS:
        return _LIMITS["cpu"]
    if code < 0:
        return "killed", f"killed by {_signal(-code)}"
    return "exit", f"the program left (exit code {code})"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
