"""A worker: one single-threaded process that encloses itself, proves it, and forks per job.

Started as `python -c …` with a JSON argument; speaks `wire` frames on a socket.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import json
import os
import signal
import site
import socket
import sys

from . import libraries, namespaces, scratch, wire
from .attacks import attack
from .child import FIRST_OWN
from .jobs import Desk, do_alone, do_check, do_script
from .libc import NUMBERS, prctl
from .targets import Targets
from .usage import Meter
from .walls import Walls
from .watch import HungUp

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
#: What the attacker may use.
_ATTACK = {
    "cpu_seconds": 10.0,
    "wall_seconds": 20.0,
    "memory_bytes": 1 << 30,
    "file_bytes": 1 << 20,
    "output_bytes": 1 << 16,
    "threads": 1,
}
#: What generated programs import most: children find it loaded. Not pandas, which three problems
#: of MTPB import: it adds 42 MB and 0.2 s to each worker, and makes every fork four times as slow
#: (3 to 12 ms on a busy machine), where the programs that import it pay 0.2 s of CPU time.
_WARM = """
    collections copy datetime decimal fractions functools hashlib heapq itertools linecache math
    operator random re statistics string traceback typing threading numpy
"""


def main() -> None:
    """Serve jobs until the asker hangs up, then leave nothing behind."""
    setup = json.loads(sys.argv[2])
    del sys.path[0]
    sys.argv[:] = ["program.py"]
    sys.path += setup["packages"]
    for name in libraries.LIBRARY_PATHS:
        os.environ.pop(name, None)
    os.umask(0o077)
    folder = setup["folder"]
    line, last_words = _keep_low_free(setup["asker"], sys.stderr.fileno())
    asker = socket.socket(fileno=line)
    inside = None
    try:
        targets, meter = Targets(folder), Meter()
        inside = _enter_namespaces(asker) if setup["namespaces"] else 0
        if inside == 0:
            _answer(folder, asker, targets, meter, setup["namespaces"])
        elif inside is not None:
            targets.close()
            asker.close()
            os.waitpid(inside, 0)
    except Exception as error:
        os.write(last_words, f"{type(error).__name__}: {error}".encode())
    finally:
        if inside == 0 and setup["namespaces"]:
            os._exit(0)
        with contextlib.suppress(OSError):
            scratch.empty(folder)
            os.rmdir(folder)  # noqa: PTH106


def _keep_low_free(*numbers: int) -> list[int]:
    """Move descriptors up, and let the lowest ones, which children use, lead nowhere."""
    moved = [fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, FIRST_OWN) for number in numbers]
    nothing = os.open("/dev/null", os.O_RDWR)
    for low in range(FIRST_OWN):
        if low != nothing:
            os.dup2(nothing, low)
    return moved


def _enter_namespaces(asker: socket.socket) -> int | None:
    """Fork the first process of new namespaces: return 0 in it, its number outside.

    None says that the system forbids it. Whatever that process leaves behind dies with it.
    """
    try:
        namespaces.enter()
    except OSError as error:
        wire.send(asker.fileno(), {"refused": str(error)})
        return None
    pid = os.fork()
    if pid == 0:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return pid


def _answer(
    folder: str, asker: socket.socket, targets: Targets, meter: Meter, in_namespaces: bool
) -> None:
    """Put up the walls, attack them, say what held, and do jobs until the asker hangs up."""
    base, read = f"{folder}/scratch", libraries.folders()
    with contextlib.suppress(wire.Broken, HungUp):
        try:
            if in_namespaces:
                namespaces.build_root(
                    base, read, libraries.DEVICES, scratch.MOST_BYTES, scratch.MOST_FILES
                )
            elif NUMBERS:
                prctl(_PR_SET_CHILD_SUBREAPER, 1)
            desk = Desk(Walls(read, libraries.DEVICES, base), meter, base, asker)
        except OSError as error:
            wire.send(asker.fileno(), {"refused": str(error)})
            return
        tried, through = _attacked(desk, targets)
        wire.send(asker.fileno(), {"walls": desk.walls.names, "tried": tried, "through": through})
        targets.close()
        _warm()
        _serve(desk)


def _attacked(desk: Desk, targets: Targets) -> tuple[list[str], list[str]]:
    """Return which attacks were tried and which got through; none were tried if one went wrong."""
    os.set_inheritable(targets.descriptor, True)
    watch, pipes = do_alone(desk, _ATTACK, lambda: attack(targets, 4, 3))
    scratch.empty(desk.base)
    if watch.stopped or any(watch.exits.values()):
        return [], []
    tried, through = wire.parse(pipes[-1].data[4:])
    return tried, sorted({*through, *targets.hit()})


def _warm() -> None:
    """Load what programs use, and keep the collector from copying its pages in every child."""
    for name in _WARM.split():
        with contextlib.suppress(ImportError):
            __import__(name)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    # Started without `site`, an interpreter has no `exit`.
    site.setquit()
    site.setcopyright()
    # The harness's own modules are not among the ones that a program can import.
    for name in [name for name in sys.modules if name.partition(".")[0] == "inside"]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()


def _serve(desk: Desk) -> None:
    while True:
        job = wire.receive(desk.asker.fileno())
        do = do_script if job["kind"] == "script" else do_check
        answer = do(desk, job)
        scratch.empty(desk.base)
        wire.send(desk.asker.fileno(), answer)
