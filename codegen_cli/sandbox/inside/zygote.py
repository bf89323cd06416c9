"""A worker: one single-threaded process that encloses itself, proves it, and forks per job.

Started as `python -S -s -c …` with a JSON argument; speaks `wire` frames on a socket.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import json
import os
import signal
import site
import sys
from typing import Any

from . import capabilities, libraries, namespaces, scratch, syscalls, wire
from .attacks import NAMES, Targets, attack
from .child import FIRST_OWN, fork
from .jobs import Desk, do_check, do_script
from .libc import syscall
from .walls import Walls
from .watch import Pipe, watch

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_ATTACK_LIMITS = {
    "cpu_seconds": 10.0,
    "wall_seconds": 20.0,
    "memory_bytes": 1 << 30,
    "file_bytes": 1 << 20,
    "output_bytes": 1 << 16,
}
#: What generated programs import most: children find it loaded.
_WARM = """
    collections copy datetime decimal fractions functools hashlib heapq itertools linecache math
    operator random re statistics string traceback typing threading numpy
"""


def main() -> None:
    """Serve jobs until the asker hangs up, then leave nothing behind."""
    setup = json.loads(sys.argv[2])
    del sys.path[0], sys.argv[1:]
    sys.path += setup["folders"]
    asker, texts = _keep_low_free(setup["jobs"], setup["texts"])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    targets = Targets(setup["folder"])
    with contextlib.suppress(wire.Broken):
        if setup["namespaces"]:
            _serve_inside(setup, asker, texts, targets)
        else:
            _serve(setup, asker, texts, targets)
    _remove(setup["folder"])


def _keep_low_free(*numbers: int) -> list[int]:
    """Move descriptors up, and let the lowest, which children use, lead nowhere."""
    moved = [fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, FIRST_OWN) for number in numbers]
    nothing = os.open("/dev/null", os.O_RDWR)
    for number in range(FIRST_OWN):
        if number != nothing:
            os.dup2(nothing, number)
    return moved


def _serve_inside(setup: dict[str, Any], asker: int, texts: int, targets: Targets) -> None:
    """Serve from the first process of new namespaces: whatever it leaves dies with it."""
    try:
        namespaces.enter()
    except OSError as error:
        wire.send(asker, {"refused": str(error)})
        return
    pid = os.fork()
    if pid:
        targets.close()
        os.close(asker)
        os.close(texts)
        os.waitpid(pid, 0)
        return
    syscall(syscalls.numbers()["prctl"], _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    with contextlib.suppress(wire.Broken):
        _serve(setup, asker, texts, targets)
    os._exit(0)


def _serve(setup: dict[str, Any], asker: int, texts: int, targets: Targets) -> None:
    base, read = f"{setup['folder']}/scratch", libraries.folders()
    try:
        if setup["namespaces"]:
            namespaces.build_root(
                base, read, libraries.DEVICES, scratch.MOST_BYTES, scratch.MOST_FILES
            )
            capabilities.drop()
    except OSError as error:
        wire.send(asker, {"refused": str(error)})
        return
    if sys.platform == "linux":
        syscall(syscalls.numbers()["prctl"], _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    walls = Walls(read, libraries.DEVICES, base)
    desk = Desk(walls, base, asker, texts, 0)
    wire.send(asker, {"walls": walls.names, "through": _attacked(desk, targets), "tried": NAMES})
    targets.close()
    _warm()
    while True:
        job = wire.receive(asker)
        do = do_script if job["kind"] == "script" else do_check
        wire.send(asker, do(desk, job))
        scratch.empty(base)


def _attacked(desk: Desk, targets: Targets) -> list[str] | None:
    """Return which attacks got through; None if the attacker did not come to its end."""
    report = Pipe(1 << 16)
    os.set_inheritable(targets.descriptor, True)
    pid = fork(
        desk.walls,
        _ATTACK_LIMITS,
        [desk.nothing] * 3 + [report.write_end],
        desk.base,
        lambda: attack(targets, 4, 3),
    )
    os.close(report.write_end)
    outcome = watch(_ATTACK_LIMITS, [pid], [report], desk.asker, desk.base)
    report.close()
    scratch.empty(desk.base)
    if outcome.stopped or outcome.exits[pid] != 0:
        return None
    through = [str(name) for name in wire.parse(report.data[4:])]
    return sorted({*through, *targets.harmed()})


def _warm() -> None:
    """Load what programs use, and keep the collector from copying its pages in every child."""
    for name in _WARM.split():
        with contextlib.suppress(ImportError):
            __import__(name)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    site.setquit()
    site.setcopyright()
    gc.collect()
    gc.freeze()


def _remove(folder: str) -> None:
    with contextlib.suppress(OSError):
        scratch.empty(folder)
        os.rmdir(folder)  # noqa: PTH106
