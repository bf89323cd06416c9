"""Do many units of work in processes of their own; none outlives this one."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait as wait_for
from typing import TypeVar

from codegen_cli.errors import CodegenError

Job = TypeVar("Job")
Answer = TypeVar("Answer")


def run_jobs(work: Callable[[Job], Answer], jobs: Iterable[Job], workers: int) -> Iterator[Answer]:
    """Yield what `work` returns for each job, in the order in which they end.

    Jobs are taken when a worker is about to be free. One worker is this process itself.

    Raises:
        CodegenError: a worker was killed (by the system, when memory ran out); or what `work`
            raises.
    """
    if workers <= 1:
        yield from map(work, jobs)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_set_up) as pool:
        try:
            yield from _feed(pool, work, iter(jobs), 2 * workers)
        except BrokenProcessPool as error:
            raise CodegenError(
                "a worker was killed", "give it more memory or fewer workers, and run it again"
            ) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()
            raise


def _feed(
    pool: ProcessPoolExecutor, work: Callable[[Job], Answer], jobs: Iterator[Job], most: int
) -> Iterator[Answer]:
    running: set[Future[Answer]] = set()
    for job in jobs:
        with _unheard():
            running.add(pool.submit(work, job))
        if len(running) >= most:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    while running:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in done)


@contextmanager
def _unheard() -> Iterator[None]:
    """Keep Ctrl-C from processes that start here, also before they can ignore it themselves."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _set_up() -> None:
    """Leave Ctrl-C to the parent, end with it, and keep libraries to one thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch(sentinel: int) -> None:
        wait_for([sentinel])
        os._exit(1)

    threading.Thread(target=watch, args=(parent.sentinel,), daemon=True).start()
