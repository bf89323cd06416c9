"""Spreading units over workers that die, stall and come back: every row comes once."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen_cli.errors import CodegenError
from codegen_cli.evaluation.plan import Unit
from codegen_cli.evaluation.task import Key, Row, Task, key_of
from codegen_cli.evaluation.workers import ATTEMPTS, Report, spread


def task(problem: int, sample: int) -> Task:
    return Task("humaneval", f"P/{problem}", 0, sample, "", ("x",), "", 8, 0.2, 0.95, sample)


def units(sizes: Sequence[int]) -> list[Unit]:
    return [Unit(n, tuple(task(n, i) for i in range(size))) for n, size in enumerate(sizes)]


def row(one: Task) -> Row:
    return {
        "task_id": one.problem,
        "sample": one.sample,
        "temperature": one.temperature,
        "completion": f"{one.problem}/{one.sample}",
    }


def keys(some: Sequence[Unit]) -> list[Key]:
    return sorted(one.key for unit in some for one in unit.tasks)


@dataclass
class _Job:
    unit: Unit
    done: int = 0


class FakeWorkers:
    """Workers in this process: each call lets one of them draw a row, end, or die.

    `fate` says whether a worker dies now, given its unit and how much of it is drawn. A worker
    that died is replaced some calls later. One of three that died still reports what it had.
    """

    def __init__(self, count: int, fate: Callable[[Unit, int], bool], seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._fate = fate
        self._free = count
        self._returning: deque[int] = deque()
        self._jobs: list[_Job] = []
        self._ghosts: list[_Job] = []
        self.begun: list[int] = []

    @property
    def idle(self) -> int:
        return self._free

    def begin(self, unit: Unit) -> None:
        assert self._free > 0
        self._free -= 1
        self.begun.append(unit.number)
        self._jobs.append(_Job(unit))

    def reports(self, seconds: float) -> Sequence[Report]:
        self._free += sum(wait <= 0 for wait in self._returning)
        self._returning = deque(wait - 1 for wait in self._returning if wait > 0)
        reports = [self._step(self._random.choice(self._jobs))] if self._jobs else []
        if self._ghosts:
            reports += self._haunt(self._ghosts.pop())
        return reports

    def _step(self, job: _Job) -> Report:
        if self._fate(job.unit, job.done):
            self._jobs.remove(job)
            self._returning.append(self._random.randrange(4))
            if self._random.random() < 1 / 3:
                self._ghosts.append(job)
            return Report(job.unit.number, state="lost", cause="killed")
        if job.done == len(job.unit.tasks):
            self._jobs.remove(job)
            self._free += 1
            return Report(job.unit.number, state="finished")
        job.done += 1
        return Report(job.unit.number, (row(job.unit.tasks[job.done - 1]),))

    def _haunt(self, job: _Job) -> list[Report]:
        rows = tuple(row(one) for one in job.unit.tasks[: job.done + 1])
        return [Report(job.unit.number, rows)]


def no_loss(message: str) -> None:
    raise AssertionError(message)


def test_every_row_of_every_unit_comes() -> None:
    some = units([3, 1, 4, 2])
    workers = FakeWorkers(2, lambda unit, done: False)
    rows = list(spread(some, workers, on_loss=no_loss))
    assert sorted(map(key_of, rows)) == keys(some) and sorted(workers.begun) == [0, 1, 2, 3]


@given(
    st.lists(st.integers(1, 6), max_size=8),
    st.integers(1, 4),
    st.integers(0, 10_000),
    st.floats(0, 0.5),
)
@settings(max_examples=300, deadline=None)
def test_deaths_cost_time_but_no_row_and_double_none(
    sizes: list[int], count: int, seed: int, rate: float
) -> None:
    some, chance = units(sizes), random.Random(seed)
    losses: dict[int, int] = {}

    def dies(unit: Unit, done: int) -> bool:
        if losses.get(unit.number, 0) >= ATTEMPTS - 1 or chance.random() >= rate:
            return False
        losses[unit.number] = losses.get(unit.number, 0) + 1
        return True

    told: list[str] = []
    rows = list(spread(some, FakeWorkers(count, dies, seed), on_loss=told.append))
    assert sorted(map(key_of, rows)) == keys(some)
    assert len(told) <= sum(losses.values())


def test_what_came_before_a_loss_is_kept_and_the_unit_goes_to_another_worker() -> None:
    some, told = units([4]), list[str]()
    once = iter([False, False, False, True])
    workers = FakeWorkers(1, lambda unit, done: next(once, False))
    rows = list(spread(some, workers, on_loss=told.append))
    assert [found["sample"] for found in rows] == [0, 1, 2, 3] and workers.begun == [0, 0]
    assert told == ["a worker was lost (killed); 1 of its 4 samples are drawn again"]


def test_a_unit_that_ends_every_worker_is_an_error() -> None:
    workers = FakeWorkers(2, lambda unit, done: unit.number == 1 and done == 1)
    rows = []
    with pytest.raises(CodegenError, match=f"{ATTEMPTS} workers were lost .* P/1 .*killed"):
        for found in spread(units([2, 4]), workers, on_loss=lambda _: None):
            rows.append(key_of(found))
    assert len(rows) == len(set(rows)) and workers.begun.count(1) == ATTEMPTS


class Quitters(FakeWorkers):
    """Workers that say they are finished after the first row."""

    def _step(self, job: _Job) -> Report:
        if job.done == 1:
            self._jobs.remove(job)
            self._free += 1
            return Report(job.unit.number, state="finished")
        return super()._step(job)


def test_a_worker_that_ends_early_has_not_finished() -> None:
    told: list[str] = []
    with pytest.raises(CodegenError, match="it ended early"):
        list(spread(units([2]), Quitters(1, lambda *_: False), on_loss=told.append))
    assert len(told) == ATTEMPTS - 1


def test_stopping_leaves_at_once_with_what_there_is() -> None:
    calls = iter(range(100))
    workers = FakeWorkers(1, lambda unit, done: False)
    rows = list(spread(units([9, 9]), workers, lambda: next(calls) >= 4, on_loss=no_loss))
    assert len(rows) == 4


def test_units_are_taken_only_as_there_are_workers() -> None:
    taken: list[int] = []

    def watched() -> Iterator[Unit]:
        for unit in units([2, 2, 2, 2]):
            taken.append(unit.number)
            yield unit

    rows = spread(watched(), FakeWorkers(2, lambda *_: False), on_loss=no_loss)
    next(rows)
    assert taken == [0, 1]
    rows.close()


def test_no_unit_gives_no_row() -> None:
    assert list(spread([], FakeWorkers(1, lambda *_: False), on_loss=no_loss)) == []
