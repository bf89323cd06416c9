"""The sandbox: hands programs nobody trusts to workers that have proved their walls."""

from __future__ import annotations

import contextlib
import os
import selectors
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType

from codegen_cli.errors import SandboxUnavailable
from codegen_cli.sandbox.messages import Answer, Job, answer_to, lost, message, wall_limit
from codegen_cli.sandbox.records import Attack, Check, Execution, Script, Tier, Verdict
from codegen_cli.sandbox.tier import leaks, proven
from codegen_cli.sandbox.worker import Worker, WorkerDied

_POLL_SECONDS = 0.1
#: A job whose worker dies is tried once more: it may have been the worker's fault.
_ATTEMPTS = 2


def never() -> bool:
    """Say no: nobody asked to stop."""
    return False


@dataclass(eq=False)
class _Errand:
    """A job in a worker's hands, and when to give the worker up."""

    number: int
    job: Job
    worker: Worker
    deadline: float
    attempt: int = 1


class Sandbox:
    """Runs programs in enclosed processes; a context manager, not for several threads at once.

    `tier` is what the first worker proved by attacking itself, `report` attack by attack; every
    later worker has to prove the same.

    Raises:
        SandboxUnavailable: nothing here encloses a program, and `allow_unsafe` is not set.
        CodegenError: a worker does not start.
    """

    def __init__(self, workers: int | None = None, *, allow_unsafe: bool = False) -> None:
        self._size = workers or _cores()
        self._allow_unsafe = allow_unsafe
        self._namespaces = sys.platform == "linux"
        self.tier: Tier = "none"
        self.report: tuple[Attack, ...] = ()
        self._workers: set[Worker] = set()
        self._idle = [self._start()]

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every worker; leave no process and no folder behind."""
        for worker in self._workers:
            worker.hang_up()
        for worker in list(self._workers):
            self._end(worker)
        self._idle.clear()

    def run(self, script: Script) -> Execution:
        """Run one program."""
        answer = self._one(script)
        assert isinstance(answer, Execution)
        return answer

    def check(self, check: Check) -> Verdict:
        """Test one function."""
        answer = self._one(check)
        assert isinstance(answer, Verdict)
        return answer

    def map(
        self, jobs: Iterable[Job], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Answer]]:
        """Yield (number, answer) in order of completion; pull a job when a worker is free.

        Ends early when `should_stop` says so; what is under way then is dropped.
        """
        waiting = enumerate(jobs)
        exhausted = False
        with selectors.DefaultSelector() as selector:
            try:
                while not should_stop():
                    while not exhausted and len(selector.get_map()) < self._size:
                        number, job = next(waiting, (-1, None))
                        if job is None:
                            exhausted = True
                        else:
                            self._hand_over(selector, number, job)
                    if not selector.get_map():
                        return
                    ready = {key.fd for key, _ in selector.select(_POLL_SECONDS)}
                    yield from self._collect(selector, ready)
            finally:
                for errand in _errands(selector):
                    self._end(errand.worker)

    def _one(self, job: Job) -> Answer:
        (answer,) = self.map([job])
        return answer[1]

    def _hand_over(
        self, selector: selectors.BaseSelector, number: int, job: Job, attempt: int = 1
    ) -> None:
        worker = self._idle.pop() if self._idle else self._start()
        deadline = time.monotonic() + wall_limit(job)
        errand = _Errand(number, job, worker, deadline, attempt)
        selector.register(worker.asker, selectors.EVENT_READ, errand)
        with contextlib.suppress(WorkerDied):  # `_collect` finds it dead
            worker.send(*message(job))

    def _collect(
        self, selector: selectors.BaseSelector, ready: set[int]
    ) -> Iterator[tuple[int, Answer]]:
        """Yield the answers of workers that are ready; give jobs of dead ones to others."""
        for errand in _errands(selector):
            worker = errand.worker
            if worker.asker.fileno() not in ready and time.monotonic() < errand.deadline:
                continue
            selector.unregister(worker.asker)
            try:
                if worker.asker.fileno() not in ready:
                    raise WorkerDied
                answer = answer_to(errand.job, worker.receive())
            except WorkerDied:
                self._end(worker)
                if errand.attempt < _ATTEMPTS:
                    self._hand_over(selector, errand.number, errand.job, errand.attempt + 1)
                    continue
                answer = lost(errand.job)
            else:
                self._idle.append(worker)
            yield errand.number, answer

    def _start(self) -> Worker:
        """Start a worker behind the best walls there are, and have it prove them."""
        worker = Worker(self._namespaces)
        if "refused" in worker.hello:
            worker.close()
            self._namespaces = False
            worker = Worker(namespaces=False)
        tier, report = proven(worker.hello, self._namespaces)
        if tier == "none" and not self._allow_unsafe:
            worker.close()
            raise SandboxUnavailable(
                f"nothing here encloses a program: it could {leaks(report)}",
                "use another machine, or --unsafe-no-sandbox if you trust every program",
            )
        self.tier, self.report = tier, report
        self._workers.add(worker)
        return worker

    def _end(self, worker: Worker) -> None:
        self._workers.discard(worker)
        worker.close()


def _errands(selector: selectors.BaseSelector) -> list[_Errand]:
    return [key.data for key in selector.get_map().values()]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
