"""Where samples are drawn: with a model in this process, or by workers on a Ray cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codegen_cli import console
from codegen_cli.cli.open_engine import open_engine

if TYPE_CHECKING:
    from codegen_cli.engine.records import ModelInfo
    from codegen_cli.evaluation.collect import Source
    from codegen_cli.settings import EngineSettings


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Ray cluster by its address, or "local", and how many workers to hire; None for all."""

    address: str
    workers: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """What draws, and what it says of the model that it has loaded."""

    draw: Source
    info: ModelInfo
    placement: str


@contextmanager
def open_place(
    model: str,
    settings: EngineSettings,
    sha256: str,
    cluster: Cluster | None,
    should_stop: Callable[[], bool],
) -> Iterator[Place]:
    """Load a model here, or let workers load it.

    Raises:
        CodegenError: the model or the cluster is not there.
        Interrupted: `should_stop` said so while workers loaded it.
    """
    if cluster is not None:
        with _workers(model, settings, sha256, cluster, should_stop) as place:
            yield place
        return
    from codegen_cli.evaluation.collect import draw_with

    with open_engine(model, settings) as engine:
        yield Place(draw_with(engine, should_stop), engine.info, engine.placement)


@contextmanager
def _workers(
    model: str,
    settings: EngineSettings,
    sha256: str,
    cluster: Cluster,
    should_stop: Callable[[], bool],
) -> Iterator[Place]:
    from codegen_cli.engine.open_model import model_path
    from codegen_cli.engine.threads import model_threads
    from codegen_cli.evaluation.ray_cluster import ray_cluster, share
    from codegen_cli.evaluation.ray_workers import ray_workers
    from codegen_cli.evaluation.worker import WorkerModel
    from codegen_cli.evaluation.workers import spread

    threads = settings.threads or model_threads(model_path(model, settings))
    # A name is looked up on every machine; a path has to be the same on all of them.
    here = Path(model).expanduser()
    wanted = WorkerModel(str(here.resolve()) if here.exists() else model, sha256, settings)
    with ray_cluster(cluster.address) as ray:
        given = share(ray, threads=threads, gpu=settings.gpu_layers != "0", workers=cluster.workers)
        with ray_workers(ray, wanted, given) as workers:
            hired = f"{given.workers} Ray worker{'s' * (given.workers != 1)}"
            with console.stderr().status(f"{hired}: loading {here.stem}…"):
                opened = workers.wait_for_the_first(should_stop)
            placement = f"{hired}: {opened.placement}"
            console.note(f"{opened.info.name} {opened.info.file_type} · {placement}")
            yield Place(
                lambda units: spread(units, workers, should_stop, on_loss=console.warn),
                opened.info,
                placement,
            )
