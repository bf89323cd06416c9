"""Do one job: fork its children, watch them, put the answer together."""

from __future__ import annotations

import os
import signal
from typing import Any

from . import judge, player, script, wire
from .child import UNPROTECTED, fork
from .slot import Slot
from .walls import Walls
from .watch import Outcome, Pipe, watch

_MOST_REPORT = 4 << 20
_STATUSES = ("ok", "exception", "exit", "memory")


class Desk:
    """What every job of a worker needs: the walls, the scratch folder, the two lines to the asker.

    `texts` carries what judges read; this process never does, so that no player, forked from it,
    can find a test in its memory.
    """

    def __init__(self, walls: Walls, base: str, asker: int, texts: int, nothing: int) -> None:
        self.walls = walls
        self.base = base
        self.asker = asker
        self.texts = texts
        self.nothing = nothing


def do_script(desk: Desk, job: dict[str, Any]) -> dict[str, Any]:
    """Run a program and say what it did."""
    slot = Slot() if job["prints"] else None
    out, err = Pipe(job["output_bytes"]), Pipe(job["output_bytes"])
    report = Pipe(_MOST_REPORT)
    pipes = [out, err, report]
    stdin = _stdin(job["stdin"]) if job["stdin"] else desk.nothing
    ends = [stdin, *(pipe.write_end for pipe in pipes)]
    try:
        pid = fork(desk.walls, job, ends, desk.base, lambda: script.run(job["source"], 3, slot))
        for pipe in pipes:
            os.close(pipe.write_end)
        outcome = watch(job, [pid], pipes, desk.asker, desk.base)
    finally:
        for pipe in pipes:
            pipe.close()
        if stdin != desk.nothing:
            os.close(stdin)
    answer = _execution(bytes(report.data), outcome, outcome.exits[pid])
    printed = slot.read() if slot is not None else None
    if slot is not None:
        slot.close()
    return answer | {
        "stdout": out.data[: job["output_bytes"]].decode(errors="replace"),
        "stderr": err.data[: job["output_bytes"]].decode(errors="replace"),
        "last_print": None if printed is None else printed.decode(errors="replace"),
        "cpu_seconds": outcome.cpu,
        "wall_seconds": outcome.wall,
    }


def _stdin(text: str) -> int:
    """Return a descriptor that reads a text, without a file or a writer to wait for."""
    made = os.memfd_create("stdin")
    data = memoryview(text.encode(errors="replace"))
    while data:
        data = data[os.write(made, data) :]
    os.lseek(made, 0, os.SEEK_SET)
    return made


def _execution(report: bytes, outcome: Outcome, code: int) -> dict[str, Any]:
    """Return status, error, line and variables; the report is the program's own word."""
    if outcome.stopped:
        status = "killed" if outcome.stopped == "scratch" else outcome.stopped
        return {"status": status, "error": _STOPPED[outcome.stopped]}
    try:
        told = wire.parse(report[4:])
        status, error, line = told["status"], told.get("error", ""), told.get("line")
        variables = [[str(part) for part in row][:3] for row in told.get("variables", [])]
        if status in _STATUSES and isinstance(line, (int, type(None))):
            return {"status": status, "error": str(error), "line": line, "variables": variables}
    except (wire.Broken, LookupError, TypeError, AttributeError):
        pass
    return _died(outcome, code)


_STOPPED = {
    "cpu": "used up its CPU time",
    "wall": "took too long",
    "output": "wrote too much",
    "scratch": "filled its scratch folder",
}


def _died(outcome: Outcome, code: int) -> dict[str, Any]:
    if code == UNPROTECTED:
        return {"status": "killed", "error": "the sandbox could not be put up"}
    if code < 0:
        if -code in (signal.SIGXCPU, signal.SIGPROF, signal.SIGVTALRM):
            return {"status": "cpu", "error": _STOPPED["cpu"]}
        return {"status": "killed", "error": f"killed by {signal.Signals(-code).name}"}
    return {"status": "exit", "error": f"the program left (exit code {code})"}


def do_check(desk: Desk, job: dict[str, Any]) -> dict[str, Any]:
    """Let a judge, in one process, test a function of a program, in another."""
    calls, answers, verdict = os.pipe(), os.pipe(), Pipe(_MOST_REPORT)
    nothing = [desk.nothing] * 3
    playing = fork(
        desk.walls,
        job,
        [*nothing, calls[0], answers[1]],
        desk.base,
        lambda: player.run(job["program"], job["entry_point"], 3, 4),
    )
    judging = fork(
        desk.walls,
        job,
        [*nothing, answers[0], calls[1], verdict.write_end, desk.texts],
        None,
        lambda: judge.run(6, 3, 4, 5),
    )
    for end in (*calls, *answers, verdict.write_end):
        os.close(end)
    try:
        outcome = watch(job, [playing, judging], [verdict], desk.asker, desk.base)
    finally:
        verdict.close()
    return _verdict(bytes(verdict.data), outcome, playing) | {
        "cpu_seconds": outcome.cpu,
        "wall_seconds": outcome.wall,
    }


def _verdict(said: bytes, outcome: Outcome, playing: int) -> dict[str, Any]:
    if outcome.stopped in ("cpu", "wall"):
        return {"passed": False, "result": "timed out"}
    if outcome.stopped:
        return {"passed": False, "result": f"failed: {_STOPPED[outcome.stopped]}"}
    try:
        told = wire.parse(said[4:])
    except wire.Broken:
        return {"passed": False, "result": "failed: the test ended without a verdict"}
    if told.get("gone"):
        died = _died(outcome, outcome.exits[playing])
        if died["status"] == "cpu":
            return {"passed": False, "result": "timed out"}
        return {"passed": False, "result": f"failed: {died['error']}"}
    return {"passed": told["passed"] is True, "result": str(told["result"])}
