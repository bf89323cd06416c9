"""Do one job: fork its children, watch them, put the answer together."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from . import judge, player, script, wire
from .answers import execution, verdict
from .child import fork
from .pipe import Pipe
from .slot import Slot
from .usage import Meter
from .walls import Walls
from .watch import Watch

_MOST_REPORT = 4 << 20
#: Leads nowhere in the zygote, as do all low descriptors.
_NOTHING = 0


class Desk:
    """What every job of a worker needs; `asker` is the line to who asks."""

    def __init__(self, walls: Walls, meter: Meter, base: str, asker: socket.socket) -> None:
        self.walls = walls
        self.meter = meter
        self.base = base
        self.asker = asker

    def watch(self, job: dict[str, Any], pids: list[int], pipes: list[Pipe]) -> Watch:
        """Return what became of processes, at their end."""
        made = Watch(job, pids, pipes)
        made.until_done(self.asker.fileno(), self.base, self.meter)
        return made


def do_alone(
    desk: Desk, job: dict[str, Any], run: Callable[[], None], stdin: int = _NOTHING
) -> tuple[Watch, list[Pipe]]:
    """Run something in one child: stdin, stdout, stderr, and a report on descriptor 3."""
    pipes = [Pipe(job["output_bytes"]), Pipe(job["output_bytes"]), Pipe(_MOST_REPORT)]
    try:
        ends = [stdin, *(pipe.write_end for pipe in pipes)]
        pid = fork(desk.walls, job, ends, desk.base, run)
        for pipe in pipes:
            os.close(pipe.write_end)
        return desk.watch(job, [pid], pipes), pipes
    finally:
        for pipe in pipes:
            pipe.close()


def do_script(desk: Desk, job: dict[str, Any]) -> dict[str, Any]:
    """Run a program and say what it did."""
    slot = Slot() if job["prints"] else None
    stdin = _stdin(job["stdin"], desk.base) if job["stdin"] else _NOTHING
    try:
        run = partial(script.run, job["source"], 3, slot)
        watch, pipes = do_alone(desk, job, run, stdin)
        printed = slot.read() if slot is not None else None
    finally:
        if stdin != _NOTHING:
            os.close(stdin)
        if slot is not None:
            slot.close()
    out, err, report = (bytes(pipe.data) for pipe in pipes)
    return execution(report, watch) | {
        "stdout": out[: job["output_bytes"]].decode(errors="replace"),
        "stderr": err[: job["output_bytes"]].decode(errors="replace"),
        "last_print": None if printed is None else printed.decode(errors="replace"),
    }


def _stdin(text: str, base: str) -> int:
    """Return a descriptor that reads a text, from a file that has no name."""
    path = f"{base}/stdin"
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.unlink(path)  # noqa: PTH108
    rest = memoryview(text.encode(errors="replace"))
    while rest:
        rest = rest[os.write(opened, rest) :]
    os.lseek(opened, 0, os.SEEK_SET)
    return opened


def do_check(desk: Desk, job: dict[str, Any]) -> dict[str, Any]:
    """Let a judge, in one process, test a function of a program, in another.

    The test comes in a file that only the judge reads: this process never does, so that no player,
    forked from it, finds a test in its memory.
    """
    text = wire.take_over(desk.asker)
    calls, answers, said = os.pipe(), os.pipe(), Pipe(_MOST_REPORT)
    nothing = [_NOTHING] * 3
    playing = fork(
        desk.walls,
        job,
        [*nothing, calls[0], answers[1]],
        desk.base,
        partial(player.run, job["program"], job["entry_point"], 3, 4),
    )
    judging = fork(
        desk.walls,
        job,
        [*nothing, answers[0], calls[1], said.write_end, text],
        None,
        partial(judge.run, 6, 3, 4, 5),
    )
    for end in (*calls, *answers, said.write_end, text):
        os.close(end)
    try:
        watch = desk.watch(job, [playing, judging], [said])
    finally:
        said.close()
    return verdict(bytes(said.data), watch, playing)
