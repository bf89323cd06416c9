"""Fork one enclosed child with exactly the descriptors it needs."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import Any, NoReturn

from .walls import Walls

#: The zygote keeps its own descriptors from here on, so that a child's never collide with them.
FIRST_OWN = 16
_MOST_DESCRIPTORS = 4096
#: The exit code of a child whose walls did not stand.
UNPROTECTED = 99
#: The exit code of a child whose own code, not the program's, failed.
FAILED = 98


def fork(
    walls: Walls,
    job: dict[str, Any],
    descriptors: list[int],
    scratch: str | None,
    run: Callable[[], None],
) -> int:
    """Return the process id of a child that runs `run` behind the walls.

    In the child `descriptors` become 0, 1, 2, …; all others are closed. Without a scratch folder
    it may write nowhere.
    """
    pid = os.fork()
    if pid == 0:
        _child(walls, job, descriptors, scratch, run)
    return pid


def _child(
    walls: Walls,
    job: dict[str, Any],
    descriptors: list[int],
    scratch: str | None,
    run: Callable[[], None],
) -> NoReturn:
    leave = os._exit  # as it is before a program can replace it
    try:
        os.setpgid(0, 0)
        os.chdir(scratch or "/")
        for target, source in enumerate(descriptors):
            os.dup2(source, target)
        walls.enclose(job, writes=scratch is not None)
        os.closerange(len(descriptors), _MOST_DESCRIPTORS)
    except BaseException as error:
        os.write(2, f"sandbox: {error}\n".encode())
        os._exit(UNPROTECTED)
    try:
        gc.enable()
        run()
        leave(0)
    finally:
        leave(FAILED)
