"""Workers as Ray actors: each a process with a model of its own, somewhere on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from codegen_cli.errors import CodegenError, Interrupted
from codegen_cli.evaluation.plan import Unit
from codegen_cli.evaluation.ray_cluster import Share
from codegen_cli.evaluation.worker import Opened, Worker, WorkerModel
from codegen_cli.evaluation.workers import ATTEMPTS, Report

#: Seconds between two looks at Ctrl-C while the first model loads.
_POLL = 0.2


class _Actor:
    """A Ray actor: what is waited for from it, and which unit it draws."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self.opened: Opened | None = None
        self.unit: int | None = None
        self.pending: Any = handle.open.remote()


class RayWorkers:
    """Keep a number of actors at work; one that dies is replaced (`workers.Workers`)."""

    def __init__(self, ray: Any, model: WorkerModel, share: Share) -> None:
        self._ray = ray
        self._model = model
        # Restarts are ours: a restarted actor would have lost its model.
        self._make = ray.remote(Worker).options(
            num_cpus=share.cpus, num_gpus=share.gpus, max_restarts=0, max_task_retries=0
        )
        self._died_loading = 0
        self._actors = [_Actor(self._make.remote(model)) for _ in range(share.workers)]

    @property
    def opened(self) -> list[Opened]:
        """Return what the workers that are there say of themselves."""
        return [actor.opened for actor in self._actors if actor.opened is not None]

    @property
    def idle(self) -> int:
        """Return how many units can be begun at once."""
        return sum(actor.pending is None for actor in self._actors)

    def begin(self, unit: Unit) -> None:
        """Give a unit to an idle worker."""
        actor = next(actor for actor in self._actors if actor.pending is None)
        actor.unit = unit.number
        actor.pending = actor.handle.draw.options(num_returns="streaming").remote(unit)

    def reports(self, seconds: float) -> Sequence[Report]:
        """Return what has come since the last call; wait that long for the first.

        Raises:
            CodegenError: a worker says what is wrong, or workers die while they load the model.
        """
        busy = [actor for actor in self._actors if actor.pending is not None]
        things = [actor.pending for actor in busy]
        if not things:
            return []
        ready, _ = self._ray.wait(things, num_returns=1, timeout=seconds)
        if ready:
            ready, _ = self._ray.wait(things, num_returns=len(things), timeout=0)
        there = [actor for actor in busy if any(actor.pending is thing for thing in ready)]
        return [report for actor in there for report in self._look(actor)]

    def _look(self, actor: _Actor) -> Iterator[Report]:
        """Take what an actor has ready."""
        errors = self._ray.exceptions
        try:
            if actor.opened is None:
                actor.opened = self._ray.get(actor.pending)
                actor.pending, self._died_loading = None, 0
                return
            assert actor.unit is not None
            yield Report(actor.unit, (self._ray.get(next(actor.pending)),))
        except StopIteration:
            unit, actor.unit, actor.pending = actor.unit, None, None
            assert unit is not None
            yield Report(unit, state="finished")
        except errors.RayTaskError as error:
            cause = error.cause
            raise cause if isinstance(cause, CodegenError) else _unexpected(cause) from error
        except errors.RayError as error:
            away = isinstance(error, errors.ActorUnavailableError)
            cause = "its machine does not answer" if away else _first_line(error)
            self._replace(actor, cause)
            if actor.unit is not None:
                yield Report(actor.unit, state="lost", cause=cause)

    def _replace(self, actor: _Actor, cause: str) -> None:
        if actor.opened is None:
            self._died_loading += 1
            if self._died_loading >= ATTEMPTS:
                raise CodegenError(
                    f"{self._died_loading} workers died while they loaded the model; the last: "
                    f"{cause}",
                    "look at the memory of the machines, or give fewer --ray-workers",
                )
        self._kill(actor)
        self._actors[self._actors.index(actor)] = _Actor(self._make.remote(self._model))

    def wait_for_the_first(self, should_stop: Callable[[], bool]) -> Opened:
        """Return what the first worker says once its model is loaded.

        Raises:
            Interrupted: `should_stop` said so.
            CodegenError: no worker can load it.
        """
        while not self.opened:
            if should_stop():
                raise Interrupted()
            self.reports(_POLL)
        return self.opened[0]

    def close(self) -> None:
        """End every worker at once."""
        for actor in self._actors:
            self._kill(actor)
        self._actors.clear()

    def _kill(self, actor: _Actor) -> None:
        self._ray.kill(actor.handle, no_restart=True)


@contextmanager
def ray_workers(ray: Any, model: WorkerModel, share: Share) -> Iterator[RayWorkers]:
    """Hire workers, and end them afterwards."""
    workers = RayWorkers(ray, model, share)
    try:
        yield workers
    finally:
        workers.close()


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".").removeprefix("The ")


def _unexpected(cause: BaseException) -> CodegenError:
    return CodegenError(
        f"internal error in a worker: {type(cause).__name__}: {cause}", "please report it"
    )
