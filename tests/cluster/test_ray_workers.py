"""Workers on a real cluster: the rows of a local run, whatever happens to a worker."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codegen_cli.engine.open_model import open_model
from codegen_cli.errors import CodegenError, Interrupted, ModelError, UsageError
from codegen_cli.evaluation.collect import draw_with
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem
from codegen_cli.evaluation.plan import Draw, Unit, humaneval_tasks
from codegen_cli.evaluation.ray_cluster import Share, share
from codegen_cli.evaluation.ray_workers import RayWorkers, ray_workers
from codegen_cli.evaluation.task import Row, key_of
from codegen_cli.evaluation.worker import WorkerModel
from codegen_cli.evaluation.workers import spread
from codegen_cli.registry.find import find_model

TWO = Share(workers=2, cpus=1, gpus=0)
PROMPTS = ("def square(x):\n", "# Print 5.\n", "def is_even(n):\n    ", "values = [1, 2]\n")


@pytest.fixture(scope="module")
def units() -> list[Unit]:
    """Return six units of twelve samples each."""
    draw = Draw(3, (0.2, 0.8), 0.95, 7, max_tokens=40)
    problems = [HumanEvalProblem(f"P/{i}", PROMPTS[i % 4], "f", "") for i in range(12)]
    tasks = [humaneval_tasks(problem, draw) for problem in problems]
    return [Unit(n, tuple(tasks[2 * n] + tasks[2 * n + 1])) for n in range(6)]


@pytest.fixture(scope="module")
def expected(model: WorkerModel, units: list[Unit]) -> list[Row]:
    with open_model(find_model("nano"), model.settings) as engine:
        return list(draw_with(engine)(units))


def ordered(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=key_of)


def no_loss(message: str) -> None:
    raise AssertionError(message)


def test_two_workers_draw_the_rows_of_a_local_run(
    ray: Any, model: WorkerModel, units: list[Unit], expected: list[Row]
) -> None:
    with ray_workers(ray, model, TWO) as workers:
        opened = workers.wait_for_the_first(lambda: False)
        rows = list(spread(units, workers, on_loss=no_loss))
        pids = {one.pid for one in workers.opened}
    assert ordered(rows) == ordered(expected) and len(rows) == 72
    assert len(pids) == 2 and os.getpid() not in pids
    assert opened.info.name == "nano" and "CPU, 1 thread" in opened.placement
    assert all(gone(pid) for pid in pids)


def test_a_killed_worker_costs_no_sample_and_doubles_none(
    ray: Any, model: WorkerModel, units: list[Unit], expected: list[Row]
) -> None:
    """kill -9 of a worker in the middle of its unit, and of another one later."""
    told: list[str] = []
    with ray_workers(ray, model, TWO) as workers:
        workers.wait_for_the_first(lambda: False)
        rows, victims = [], set[int]()
        for row in spread(units, workers, on_loss=told.append):
            rows.append(row)
            if len(rows) in (5, 40):
                victim = next(one.pid for one in workers.opened if one.pid not in victims)
                victims.add(victim)
                os.kill(victim, signal.SIGKILL)
    assert ordered(rows) == ordered(expected)
    assert len(victims) == 2 and 1 <= len(told) <= 2
    assert all("died" in message and "drawn again" in message for message in told)


def test_ctrl_c_leaves_at_once_and_ends_the_workers(
    ray: Any, model: WorkerModel, units: list[Unit]
) -> None:
    with ray_workers(ray, model, TWO) as workers:
        workers.wait_for_the_first(lambda: False)
        rows: list[Row] = []
        rows.extend(spread(units, workers, lambda: len(rows) >= 3, on_loss=no_loss))
        pids = {one.pid for one in workers.opened}
    assert len(rows) < 72 and all(gone(pid) for pid in pids)


def test_ctrl_c_while_models_load(ray: Any, model: WorkerModel) -> None:
    with ray_workers(ray, model, TWO) as workers, pytest.raises(Interrupted):
        workers.wait_for_the_first(lambda: True)


def gone(pid: int, seconds: float = 20) -> bool:
    """Say whether a process ends within a time; one that nobody has collected yet has ended."""
    stat, until = Path(f"/proc/{pid}/stat"), time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
            if stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def first_words(ray: Any) -> Iterator[Any]:
    """Return a function that hires a worker for a model and waits for it."""
    hired: list[RayWorkers] = []

    def hire(model: WorkerModel) -> object:
        hired.append(RayWorkers(ray, model, Share(1, 1, 0)))
        return hired[-1].wait_for_the_first(lambda: False)

    yield hire
    for workers in hired:
        workers.close()


def test_another_model_on_a_machine_is_refused(first_words: Any, model: WorkerModel) -> None:
    with pytest.raises(ModelError, match=r"on .*nano\.gguf.* is another model"):
        first_words(replace(model, sha256="0" * 64))


def test_a_model_that_is_not_on_a_machine_is_named(first_words: Any, model: WorkerModel) -> None:
    with pytest.raises(ModelError, match=r'on .*no such model file: "/absent/m\.gguf"') as caught:
        first_words(replace(model, name="/absent/m.gguf"))
    assert caught.value.hint == "check the path"


def test_another_version_on_a_machine_is_refused(first_words: Any, model: WorkerModel) -> None:
    with pytest.raises(CodegenError, match=r"has codegen .* and this is 9\.9\.9"):
        first_words(replace(model, version="9.9.9"))


def test_the_share_of_a_cluster(ray: Any) -> None:
    assert share(ray, threads=1, gpu=True, workers=None) == TWO
    assert share(ray, threads=2, gpu=True, workers=None) == Share(1, 2, 0)
    assert share(ray, threads=64, gpu=False, workers=1) == Share(1, 2, 0)
    with pytest.raises(UsageError, match="room for 2 with 1 CPU each"):
        share(ray, threads=1, gpu=True, workers=3)
