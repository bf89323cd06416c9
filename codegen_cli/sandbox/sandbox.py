"""The sandbox: workers that run programs nobody trusts, and what it takes to trust the workers."""

from __future__ import annotations

import contextlib
import os
import selectors
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from types import TracebackType
from typing import Any

from codegen_cli.errors import SandboxUnavailable
from codegen_cli.sandbox.inside.attacks import NAMES_ONLY
from codegen_cli.sandbox.records import Attack, Check, Execution, Script, Tier, Variable, Verdict
from codegen_cli.sandbox.value import decode_text
from codegen_cli.sandbox.worker import Worker, WorkerDied

Job = Script | Check
Answer = Execution | Verdict

_POLL_SECONDS = 0.1
_PATIENCE = 30.0
_ATTEMPTS = 2


def never() -> bool:
    """Say no: nobody asked to stop."""
    return False


class Sandbox:
    """Runs programs in enclosed processes; use it as a context manager.

    Not safe for use by several threads at once.

    Raises:
        SandboxUnavailable: this system can enclose nothing, and `allow_unsafe` is not set.
    """

    def __init__(self, workers: int | None = None, *, allow_unsafe: bool = False) -> None:
        self._size = workers or os.cpu_count() or 1
        self._idle: list[Worker] = []
        self._busy: dict[Worker, tuple[int, Job, int]] = {}
        self._namespaces = True
        self._allow_unsafe = allow_unsafe
        self.tier: Tier = "none"
        self.report: tuple[Attack, ...] = ()
        self._idle.append(self._start())

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
        for worker in [*self._idle, *self._busy]:
            worker.close()
        self._idle.clear()
        self._busy.clear()

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
        """Yield (number, answer) as jobs finish; pull a job only when a worker is free."""
        waiting = enumerate(jobs)
        mine: set[Worker] = set()
        more = True
        try:
            with selectors.DefaultSelector() as selector:
                while more or mine:
                    while more and len(mine) < self._size and not should_stop():
                        job = next(waiting, None)
                        more = job is not None
                        if job is not None:
                            worker = self._give(*job)
                            mine.add(worker)
                            selector.register(worker.asker, selectors.EVENT_READ, worker)
                    if should_stop():
                        return
                    for key, _ in selector.select(_POLL_SECONDS):
                        worker = key.data
                        selector.unregister(worker.asker)
                        mine.discard(worker)
                        number, answer, successor = self._take(worker)
                        if successor is not None:
                            mine.add(successor)
                            selector.register(successor.asker, selectors.EVENT_READ, successor)
                        else:
                            yield number, answer
        finally:
            for worker in mine:
                self._busy.pop(worker, None)
                worker.close()

    def _one(self, job: Job) -> Answer:
        return next(self.map([job]))[1]

    def _give(self, number: int, job: Job, attempt: int = 1) -> Worker:
        worker = self._idle.pop() if self._idle else self._start()
        self._busy[worker] = (number, job, attempt)
        with contextlib.suppress(WorkerDied):  # `_take` finds it dead, and tries again
            worker.send(*_message(job))
        return worker

    def _take(self, worker: Worker) -> tuple[int, Any, Worker | None]:
        """Return the number and answer of a worker's job, or the worker that tries it again."""
        number, job, attempt = self._busy.pop(worker)
        try:
            answer = _answer(job, worker.receive())
        except WorkerDied:
            worker.close()
            if attempt < _ATTEMPTS:
                return number, None, self._give(number, job, attempt + 1)
            return number, _lost(job), None
        self._idle.append(worker)
        return number, answer, None

    def _start(self) -> Worker:
        """Start a worker behind the best walls there are, and have it prove them."""
        worker = Worker(self._namespaces)
        if "refused" in worker.hello:
            worker.close()
            self._namespaces = False
            worker = Worker(False)
        tier, report = _judge(worker.hello, self._namespaces)
        if tier == "none" and not self._allow_unsafe:
            worker.close()
            raise SandboxUnavailable(
                "this system cannot enclose a program: " + _leaks(report),
                "run it elsewhere, or trust the programs with --unsafe-no-sandbox",
            )
        self.tier, self.report = tier, report
        return worker


def _judge(hello: dict[str, Any], namespaces: bool) -> tuple[Tier, tuple[Attack, ...]]:
    """Name the tier that the attacks proved."""
    through = hello["through"]
    if through is None:
        return "none", tuple(Attack(name, False) for name in hello["tried"])
    names = [*hello["tried"], *(name for name in through if name not in hello["tried"])]
    report = tuple(Attack(name, name not in through) for name in names)
    if set(through) - NAMES_ONLY:
        return "none", report
    if "seatbelt" in hello["walls"]:
        return "macos-seatbelt", report
    return ("os-strict" if namespaces and not through else "os"), report


def _leaks(report: tuple[Attack, ...]) -> str:
    open_ = [attack.name for attack in report if not attack.contained]
    return f"a program can {', '.join(open_)}"


def _message(job: Job) -> tuple[dict[str, Any], dict[str, Any] | None]:
    limits = asdict(job.limits)
    if isinstance(job, Script):
        body = {"source": job.source, "stdin": job.stdin, "prints": job.prints}
        return {"kind": "script", **body, **limits}, None
    body = {"program": job.program, "entry_point": job.entry_point}
    text = {"trusted": job.trusted, "test": job.test, "entry_point": job.entry_point}
    return {"kind": "check", **body, **limits}, text


def _answer(job: Job, told: dict[str, Any]) -> Answer:
    cpu, wall = told["cpu_seconds"], told["wall_seconds"]
    if isinstance(job, Check):
        return Verdict(told["passed"], told["result"], cpu, wall)
    printed = told["last_print"]
    return Execution(
        status=told["status"],
        stdout=told["stdout"],
        stderr=told["stderr"],
        error=told["error"],
        error_line=told.get("line"),
        variables=tuple(Variable(*row) for row in told.get("variables", ())),
        last_print=None if printed is None else decode_text(printed),
        printed=printed is not None,
        cpu_seconds=cpu,
        wall_seconds=wall,
    )


def _lost(job: Job) -> Answer:
    if isinstance(job, Check):
        return Verdict(False, "failed: the worker died")
    return Execution("killed", error="the worker died")
