"""Let one process at a time do a piece of work; the system frees what a killed one held."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from codegen_cli.errors import CodegenError
from codegen_cli.paths import cache_dir


@contextmanager
def alone(work: str, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock on `work`; where another process has it, call `on_wait` and wait.

    Without `on_wait` that is an error. Where no lock can be made (a read-only home), work goes on
    without one.

    Raises:
        CodegenError: another process has it, and there is no `on_wait`.
    """
    from filelock import FileLock, Timeout

    path = cache_dir() / "locks" / f"{hashlib.sha256(work.encode()).hexdigest()[:32]}.lock"
    if not _can_write(path):
        yield
        return
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if on_wait is None:
            raise CodegenError(
                f"another process is at work on {work}", "wait until it has finished"
            ) from None
        on_wait()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _can_write(path: Path) -> bool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError:
        return False
    return True
